"""What CloudTrail says someone did: to what, by whom, and nothing that is secret."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.provider import Malformed
from collectors.providers.aws.normalize.trail import activity, function_arn
from tests.collectors.providers.aws.answers import ACCOUNT, CHECKOUT, REGION, ROLE


def event(
    name: str = "UpdateFunctionCode20150331v2", source: str = "lambda.amazonaws.com", **record: Any
) -> dict[str, Any]:
    told = {
        "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::1:user/ann"},
        "requestParameters": {"functionName": "checkout"},
        **record,
    }
    return {
        "EventId": "e1",
        "EventName": name,
        "EventSource": source,
        "ReadOnly": "false",
        "EventTime": 1_772_000_000.0,
        "CloudTrailEvent": json.dumps(told),
    }


def read(entry: Any) -> Any:
    return activity(entry, ACCOUNT, REGION, {"checkout-role": ROLE})


def test_a_deployment_is_told_with_actor_subject_and_time() -> None:
    seen = read(event(sourceIPAddress="192.0.2.1", userAgent="aws-cli/2", requestID="r1"))
    assert (seen.action, seen.subject, seen.actor, seen.actor_kind) == (
        "lambda:UpdateFunctionCode",
        CHECKOUT,
        "arn:aws:iam::1:user/ann",
        "person",
    )
    assert seen.at == datetime.fromtimestamp(1_772_000_000, UTC)
    assert (seen.source_ip, seen.user_agent, seen.request_id, seen.outcome) == ("192.0.2.1", "aws-cli/2", "r1", "ok")


@pytest.mark.parametrize(
    ("told", "arn", "qualifier"),
    [
        ("checkout", CHECKOUT, ""),
        ("checkout:live", CHECKOUT, "live"),
        (CHECKOUT, CHECKOUT, ""),
        (f"{CHECKOUT}:7", CHECKOUT, "7"),
        (f"{ACCOUNT}:function:checkout", CHECKOUT, ""),
        ("function:checkout:live", CHECKOUT, "live"),
        ("", "", ""),
        (None, "", ""),
        ({}, "", ""),
    ],
)
def test_a_function_is_known_under_every_name_a_request_may_use(told: Any, arn: str, qualifier: str) -> None:
    assert function_arn(told, ACCOUNT, REGION) == (arn, qualifier)


@pytest.mark.parametrize(
    ("name", "parameters", "answered"),
    [
        ("AddPermission20150331v2", {"functionName": "checkout"}, {}),
        ("PutResourcePolicy", {"resourceArn": CHECKOUT}, {}),
        ("UpdateEventSourceMapping20150331", {"uUID": "u"}, {"functionArn": CHECKOUT}),
        ("TagResource20170331v2", {"resource": CHECKOUT}, {}),
        (
            "CreateFunctionUrlConfig",
            {"functionName": "checkout", "authType": "NONE"},
            {"functionArn": f"{CHECKOUT}:live"},
        ),
    ],
)
def test_each_change_names_its_function(name: str, parameters: Any, answered: Any) -> None:
    assert read(event(name, requestParameters=parameters, responseElements=answered)).subject == CHECKOUT


def test_a_role_is_named_by_its_arn_with_path() -> None:
    entry = event(
        "AttachRolePolicy", "iam.amazonaws.com", requestParameters={"roleName": "checkout-role", "policyArn": "arn:p"}
    )
    assert (read(entry).subject, read(entry).detail["policy"]) == (ROLE, "arn:p")


@pytest.mark.parametrize(
    ("identity", "kind"),
    [
        ({"type": "Root", "arn": "arn:aws:iam::1:root"}, "root"),
        ({"type": "AWSService", "invokedBy": "events.amazonaws.com"}, "service"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/ops/i-123"}, "role"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/AWSReservedSSO_Admin_x/ann"}, "person"),
        ({"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/deploy/GitHubActions"}, "pipeline"),
        (
            {
                "type": "AssumedRole",
                "arn": "arn:aws:sts::1:assumed-role/deploy/x",
                "sessionContext": {
                    "webIdFederationData": {
                        "federatedProvider": "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"
                    }
                },
            },
            "pipeline",
        ),
        ({"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"}, "pipeline"),
        ({}, "unknown"),
    ],
)
def test_actors_are_what_they_are(identity: Any, kind: str) -> None:
    assert read(event(userIdentity=identity)).actor_kind == kind


def test_what_only_reads_is_no_activity() -> None:
    assert read(event() | {"ReadOnly": "true"}) is None


def test_a_refused_attempt_keeps_its_error() -> None:
    assert read(event(errorCode="AccessDenied", errorMessage="no")).outcome == "AccessDenied"


def test_of_a_request_only_a_small_part_without_secrets_is_kept() -> None:
    parameters = {
        "functionName": "checkout",
        "environment": {"variables": {"K": "hunter2"}},
        "policy": "{...}",
        "statementId": "AKIA" + "Q" * 16,
    }
    seen = read(event(requestParameters=parameters))
    assert "hunter2" not in str(seen)
    assert "AKIA" not in str(seen)
    assert seen.detail["parameters"] == ["environment", "functionName", "policy", "statementId"]


@pytest.mark.parametrize(
    "entry", [None, [], {}, {"EventId": "e"}, {"EventId": "e", "EventTime": "soon"}, {"EventTime": 1.0}]
)
def test_an_event_without_id_or_time_is_malformed(entry: Any) -> None:
    with pytest.raises(Malformed):
        read(entry)


@pytest.mark.parametrize(
    "record", ["", "{", "[]", "[" * 3000, 7, None, '{"userIdentity": [], "requestParameters": "x"}']
)
def test_an_event_whose_record_cannot_be_read_is_told_as_far_as_known(record: Any) -> None:
    seen = read(event() | {"CloudTrailEvent": record})
    assert (seen.action, seen.subject, seen.actor_kind) == ("lambda:UpdateFunctionCode", "", "unknown")
