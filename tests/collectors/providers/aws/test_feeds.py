"""The queues, topics and buckets that feed a function: asked for once each, and never another account's."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.provider import AccountRef
from collectors.providers.aws.connection import connection
from collectors.providers.aws.fetch import feeds
from collectors.providers.aws.permissions import PERMISSIONS
from collectors.providers.aws.session import AwsSession
from inventory.facts import Unread
from tests.collectors.providers.aws.answers import ACCOUNT, CHECKOUT, REGION, lets, policy, raw, seen
from tests.collectors.providers.aws.scripted import KEY, Asked, Said, Scripted, refusal, session

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:orders"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:mails"
BUCKET = "arn:aws:s3:::uploads"
OPEN = {"Statement": [{"Sid": "s", "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}
DENIED = Unread("no", "sqs:GetQueueAttributes", "denied")


def source(arn: str = QUEUE) -> dict[str, Any]:
    return {"UUID": "u1", "EventSourceArn": arn, "FunctionArn": CHECKOUT, "State": "Enabled"}


def calling(service: str, arn: str, **more: Any) -> dict[str, Any]:
    condition = {"ArnLike": {"AWS:SourceArn": arn}, **more}
    return {"": {"Policy": policy(lets("s", {"Service": f"{service}.amazonaws.com"}, Condition=condition))}}


def told(**changes: Any) -> Any:
    return seen("functions", raw(**changes))


def test_the_policy_of_a_queue_is_kept_canonical() -> None:
    observation = told(sources=[source()], feeds={QUEUE: {"Policy": json.dumps(OPEN)}})
    [one] = observation.sections["sources"]["sources"]
    assert (one["id"], one["kind"], one["policy"]["Statement"][0]["Sid"]) == (QUEUE, "sqs", "s")


def test_a_queue_without_a_policy_and_one_that_is_gone_have_none() -> None:
    answers: tuple[Any, ...] = ({}, None)
    for answer in answers:
        [one] = told(sources=[source()], feeds={QUEUE: answer}).sections["sources"]["sources"]
        assert one == {"id": QUEUE, "kind": "sqs"}


@pytest.mark.parametrize(
    ("own", "account", "says"),
    [
        ({"RestrictPublicBuckets": True}, None, ("on", "off")),
        ({"RestrictPublicBuckets": False, "BlockPublicPolicy": True}, {"RestrictPublicBuckets": True}, ("off", "on")),
        (None, DENIED, ("off", "unknown")),
    ],
)
def test_of_a_bucket_it_is_told_whether_public_access_is_blocked(own: Any, account: Any, says: tuple[str, str]) -> None:
    answer = {"Policy": json.dumps(OPEN), "Block": own, "AccountBlock": account}
    [one] = told(policies=calling("s3", BUCKET), feeds={BUCKET: answer}).sections["sources"]["sources"]
    assert (one["block"], one["account_block"]) == says


def test_what_does_not_start_the_function_is_left_out() -> None:
    observation = told(sources=[source()], feeds={QUEUE: {}, TOPIC: DENIED})
    assert [one["id"] for one in observation.sections["sources"]["sources"]] == [QUEUE]
    assert not observation.unread


def test_a_source_that_may_not_be_read_leaves_the_others_and_is_said() -> None:
    other = f"{QUEUE}-2"
    observation = told(sources=[source(), source(other)], feeds={QUEUE: DENIED, other: {}})
    assert [one["id"] for one in observation.sections["sources"]["sources"]] == [other]
    assert observation.unread == {"sources": DENIED}
    assert observation.core_read
    passing = told(sources=[source()], feeds={QUEUE: Unread("cut", "", "unreachable")})
    assert "sources" not in passing.sections
    assert passing.core_read, "an optional part may not make every reading a full one"


def test_without_policies_nobody_knows_what_feeds_it() -> None:
    observation = told(policies={"": DENIED}, feeds={})
    assert "sources" not in observation.sections
    assert "sources" in observation.unread


def test_a_policy_that_is_none_is_a_bad_answer() -> None:
    observation = told(sources=[source()], feeds={QUEUE: {"Policy": "{"}})
    assert observation.unread["sources"].error_class == "bad answer"
    assert "triggers" in observation.sections


def test_what_was_kept_before_says_nothing_of_sources() -> None:
    assert "sources" not in told(sources=[source()]).sections


def test_it_is_an_optional_part() -> None:
    own = [permission for permission in PERMISSIONS if permission.part == "sources"]
    assert own
    assert all(permission.optional for permission in own)


def of_function(endpoint: Scripted, *arns: str, **policies: Any) -> dict[str, Any]:
    reach = session(endpoint.url).reach(REGION)
    first = feeds.of_function(reach, [source(arn) for arn in arns], policies)
    assert feeds.of_function(reach, [source(arn) for arn in arns], policies) == first
    return first


def test_each_source_is_asked_for_once_and_only_what_is_the_accounts_own(endpoint: Scripted) -> None:
    endpoint.on("GetQueueAttributes", {"Attributes": {"Policy": "{}", "Other": "x"}})
    foreign = f"arn:aws:sqs:{REGION}:999999999999:theirs"
    stream = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/clicks"
    assert of_function(endpoint, QUEUE, foreign, stream) == {QUEUE: {"Policy": "{}"}}
    [asked] = endpoint.asked
    assert json.loads(asked.body) == {
        "QueueUrl": f"{endpoint.url}/{ACCOUNT}/orders",
        "AttributeNames": ["Policy"],
    }


TOPIC_TOLD = (
    "<GetTopicAttributesResponse><GetTopicAttributesResult><Attributes>"
    "<entry><key>Policy</key><value>{}</value></entry><entry><key>DisplayName</key><value>x</value></entry>"
    "</Attributes></GetTopicAttributesResult></GetTopicAttributesResponse>"
)


def test_topics_and_buckets_stand_in_the_functions_policy(endpoint: Scripted) -> None:
    endpoint.on("GetTopicAttributes", TOPIC_TOLD)
    endpoint.on("GET /uploads", bucket)
    endpoint.on("GET /v20180820", missing("NoSuchPublicAccessBlockConfiguration"))
    wide = calling("s3", "arn:aws:s3:::uploads*")
    found = of_function(
        endpoint, a=calling("sns", TOPIC)[""], b=calling("s3", BUCKET)[""], c=wide[""], d=None, e=DENIED
    )
    assert found[TOPIC] == {"Policy": "{}"}
    assert found[BUCKET] == {
        "Policy": json.dumps(OPEN), "Block": {"RestrictPublicBuckets": True}, "AccountBlock": None,
    }  # fmt: skip
    assert found.keys() == {TOPIC, BUCKET}
    asked = next(one for one in endpoint.asked if "policy" in one.path)
    assert asked.headers["x-amz-expected-bucket-owner"] == ACCOUNT
    assert len(asked.headers["x-amz-content-sha256"]) == 64


def bucket(asked: Asked) -> Said:
    if asked.path.endswith("?policy"):
        return Said(OPEN)
    return Said(
        "<PublicAccessBlockConfiguration><RestrictPublicBuckets>true</RestrictPublicBuckets>"
        "</PublicAccessBlockConfiguration>"
    )


def missing(code: str) -> Said:
    return Said(f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>", 404)


@pytest.mark.parametrize("code", ["NoSuchBucketPolicy", "NoSuchBucket"])
def test_a_bucket_without_a_policy_costs_one_call(endpoint: Scripted, code: str) -> None:
    endpoint.on("GET /uploads", missing(code))
    assert of_function(endpoint, a=calling("s3", BUCKET)[""]) == {BUCKET: None}
    assert len(endpoint.asked) == 1


def test_a_queue_that_is_gone_is_none(endpoint: Scripted) -> None:
    endpoint.on("GetQueueAttributes", Said({"__type": "com.amazonaws.sqs#QueueDoesNotExist"}, 400))
    assert of_function(endpoint, QUEUE) == {QUEUE: None}


@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        (refusal("AccessDenied", 403), "denied"),
        (refusal("InvalidAction", 400), "unsupported"),
        (Said("nothing here", 404), "unsupported"),
        (Said("", 501), "unsupported"),
        (refusal("SignatureDoesNotMatch", 403), "credentials"),
        (refusal("InvalidClientTokenId", 403), "credentials"),
    ],
)
def test_a_refusal_is_told_of_the_source_alone(endpoint: Scripted, answer: Said, error_class: str) -> None:
    endpoint.on("GetQueueAttributes", answer)
    assert of_function(endpoint, QUEUE)[QUEUE].error_class == error_class


def test_a_service_that_does_not_answer_is_left_alone(endpoint: Scripted) -> None:
    endpoint.on("GetQueueAttributes", Said(silent=True))
    found = of_function(endpoint, QUEUE, f"{QUEUE}-2", f"{QUEUE}-3")
    assert {answer.error_class for answer in found.values()} == {"unreachable"}
    assert endpoint.count("GetQueueAttributes") == 2


def test_the_accounts_block_is_asked_for_at_the_accounts_own_host() -> None:
    told = connection(ACCOUNT, {"regions": [REGION]})
    endpoint = AwsSession(AccountRef("aws", ACCOUNT, "a", told), KEY).wire.endpoint("s3control", REGION)
    assert endpoint.host(f"{ACCOUNT}.") == f"https://{ACCOUNT}.s3-control.{REGION}.amazonaws.com"
    assert endpoint.host("") == f"https://s3-control.{REGION}.amazonaws.com"
