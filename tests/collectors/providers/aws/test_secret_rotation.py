"""Secrets that event sources and variables refer to: described once each, never read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from collectors.providers.aws.fetch import secrets
from collectors.providers.aws.permissions import PERMISSIONS
from inventory.facts import Unread
from tests.collectors.providers.aws.answers import ACCOUNT, CHECKOUT, REGION, listed, raw, seen
from tests.collectors.providers.aws.scripted import Said, Scripted, session

SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:broker/orders-AbCdEf"
BROKER = f"arn:aws:mq:{REGION}:{ACCOUNT}:broker:orders:b-1"
DENIED = Unread("no", "secretsmanager:DescribeSecret", "denied")


def source(*uris: str) -> dict[str, Any]:
    access = [{"Type": "BASIC_AUTH", "URI": uri} for uri in uris]
    return {"UUID": "u1", "EventSourceArn": BROKER, "FunctionArn": CHECKOUT, "SourceAccessConfigurations": access}


def kept(answers: dict[str, Any], *uris: str, **changes: Any) -> list[dict[str, Any]]:
    observation = seen("functions", raw(sources=[source(*uris)], secrets=answers, **changes))
    assert not observation.unread
    found: list[dict[str, Any]] = observation.sections["secrets"]["secrets"]
    return found


def test_a_secret_is_told_with_who_uses_it_and_how_often_it_turns() -> None:
    turned = {"ARN": SECRET, "RotationEnabled": True, "RotationRules": {"AutomaticallyAfterDays": 30}}
    assert kept({SECRET: turned}, SECRET) == [
        {"id": SECRET, "used_by": [f"event source {BROKER}"], "state": "there", "rotated": True, "every_days": 30}
    ]
    [never] = kept({SECRET: {"ARN": SECRET}}, SECRET)
    assert never["rotated"] is False


@pytest.mark.parametrize(
    ("answers", "state"),
    [({SECRET: None}, "missing"), ({}, "unknown"), ({SECRET: {"ARN": SECRET, "DeletedDate": 1.0}}, "being deleted")],
)
def test_one_that_is_gone_going_or_elsewhere_says_so(answers: dict[str, Any], state: str) -> None:
    assert [one["state"] for one in kept(answers, SECRET)] == [state]


def test_a_variable_may_refer_to_it_too_with_a_key_within() -> None:
    variables = [{"name": "DB", "reference": f"{SECRET}:password::"}, {"name": "STAGE"}]
    changed = listed(Environment={"Variables": variables})
    [one] = kept({SECRET: {"ARN": SECRET}}, SECRET, function=changed)
    assert one["used_by"] == [f"event source {BROKER}", "variable DB"]


def test_networks_and_other_uris_are_no_secrets() -> None:
    assert kept({}, "subnet:subnet-1", "security_group:sg-1") == []


def test_one_that_may_not_be_described_is_unknown_and_said() -> None:
    observation = seen("functions", raw(sources=[source(SECRET)], secrets={SECRET: DENIED}))
    assert observation.unread == {"secrets": DENIED}
    assert observation.sections["secrets"]["secrets"][0]["state"] == "unknown"
    assert observation.core_read
    assert "secrets" not in seen("functions", raw()).sections
    assert all(permission.optional for permission in PERMISSIONS if permission.part == "secrets")


def test_each_is_asked_for_once_and_what_changes_by_itself_is_not_kept(endpoint: Scripted) -> None:
    endpoint.on("DescribeSecret", {"ARN": SECRET, "LastRotatedDate": 1.0, "LastAccessedDate": 2.0, "Name": "x"})
    reach = session(endpoint.url).reach(REGION)
    foreign, far = SECRET.replace(ACCOUNT, "9" * 12), SECRET.replace(REGION, "us-east-1")
    for _ in range(2):
        found = secrets.of_function(reach, [source(SECRET, foreign, far)], {"Variables": [{"reference": SECRET}]})
        assert found == {SECRET: {"ARN": SECRET}}
    [asked] = endpoint.asked
    assert json.loads(asked.body) == {"SecretId": SECRET}


def test_a_secret_that_is_gone_and_a_refusal_are_told_apart(endpoint: Scripted) -> None:
    endpoint.on("DescribeSecret", Said({"__type": "ResourceNotFoundException"}, 400))
    assert secrets.of_function(session(endpoint.url).reach(REGION), [source(SECRET)], None) == {SECRET: None}
    endpoint.on("DescribeSecret", Said({"__type": "AccessDeniedException"}, 400))
    told = secrets.of_function(session(endpoint.url).reach(REGION), [source(SECRET)], None)[SECRET]
    assert told.error_class == "denied"
    assert told.permission == "secretsmanager:DescribeSecret"
