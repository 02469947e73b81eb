"""Which organisation policies bind an account, and what resource control policies bear on."""

from __future__ import annotations

from typing import Any

import pytest

from findings.access.aws.guardrails import guardrails
from findings.access.aws.rcp import RCP_SERVICES, restrains

ACCOUNT = "111122223333"


def named(name: str) -> dict[str, Any]:
    return {"name": name, "document": {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}}


def settings(*levels: dict[str, Any], management: str = "999988887777") -> dict[str, Any]:
    return {"organisation": {"id": "o-1", "management": management}, "guardrails": {"levels": list(levels)}}


def test_every_level_keeps_its_policies_in_order() -> None:
    told = guardrails(settings({"service": [named("own")]}, {"service": [named("root"), named("more")]}), ACCOUNT)
    assert [[policy.name for policy in level] for level in told.services or ()] == [["own"], ["root", "more"]]
    assert told.resources is None, "no level told any resource control policy"


def test_a_level_that_told_no_resource_control_policy_refuses_nothing() -> None:
    """RCPFullAWSAccess is on every level and cannot be detached: a level without it is an omission, not a refusal."""
    told = guardrails(settings({"service": [named("a")]}, {"service": [named("b")], "resource": [named("r")]}), ACCOUNT)
    assert [[policy.name for policy in level] for level in told.resources or ()] == [["r"]]


def test_the_management_account_is_outside() -> None:
    told = guardrails(settings({"service": [named("a")], "resource": [named("r")]}, management=ACCOUNT), ACCOUNT)
    assert told.exempt
    assert told.read
    assert told.services is None
    assert told.resources is None


def test_what_was_not_read_is_not_taken_for_free_of_policies() -> None:
    told = guardrails({}, ACCOUNT)
    assert not told.read
    assert not told.exempt


@pytest.mark.parametrize(
    ("action", "bears"),
    [
        ("s3:GetObject", True),
        ("STS:AssumeRole", True),
        ("kms:Decrypt", True),
        ("kms:RetireGrant", False),
        ("lambda:InvokeFunction", False),
        ("ec2:RunInstances", False),
    ],
)
def test_resource_control_policies_bear_on_the_services_that_support_them(action: str, bears: bool) -> None:
    assert restrains(action) is bears


def test_functions_are_not_among_them() -> None:
    assert "lambda" not in RCP_SERVICES
    assert {"s3", "sts", "kms", "sqs", "secretsmanager"} <= RCP_SERVICES
