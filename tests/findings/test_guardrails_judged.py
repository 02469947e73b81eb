"""Resource control policies of the account that a resource lies in are weighed when somebody asks `can`."""

from __future__ import annotations

from typing import Any

import pytest

from findings.evaluate import judge_of
from findings.judge import Answer
from inventory.facts import Kind, Observation
from inventory.models import Account, Identity
from tests.cast import NUMBER, allow, role
from tests.findings.test_evaluate import READER_ROLE, record, roles

pytestmark = pytest.mark.django_db

Json = Any
READ = allow(["s3:GetObject"], "arn:aws:s3:::reports/*")


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def guarded(*resource_policies: Json, management: str = "999988887777") -> Observation:
    """The settings of the account, with resource control policies above it."""
    allowing: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    everything = {"Version": "2012-10-17", "Statement": allowing}
    open_to_all = {"Version": "2012-10-17", "Statement": allowing | {"Principal": "*"}}
    level = {
        "target": "r-1",
        "service": [{"id": "p-1", "name": "FullAWSAccess", "document": everything}],
        "resource": [
            {"id": "p-2", "name": "RCPFullAWSAccess", "document": open_to_all},
            *({"id": f"p-{n}", "name": f"rcp-{n}", "document": one} for n, one in enumerate(resource_policies, 3)),
        ],
    }
    return Observation(
        Kind.ACCOUNT, NUMBER, "acme-prod", "", "settings",
        {"organisation": {"id": "o-1", "management": management}, "guardrails": {"levels": [level]}},
    )  # fmt: skip


NO_READING = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"},
}


def asked(account: Account, action: str, resource: str = "") -> Answer:
    judge = judge_of(account)
    assert judge is not None
    return judge.decide(Identity.objects.get(native_id=READER_ROLE), action, resource)


def test_a_resource_control_policy_refuses_what_the_role_is_granted(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    record(account, "global", guarded(NO_READING), listing="settings")
    answer = asked(account, "s3:GetObject", "arn:aws:s3:::reports/x")
    assert answer.word == "denied_explicit"
    assert answer.decision.because[0].source == "rcp-3"
    assert "resource control policies: 1 level" in answer.weighed


def test_but_not_in_the_management_account(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    record(account, "global", guarded(NO_READING, management=NUMBER), listing="settings")
    answer = asked(account, "s3:GetObject", "arn:aws:s3:::reports/x")
    assert answer.word == "allowed"
    assert "no resource control policies: the management account is outside them" in answer.weighed


def test_and_policies_that_were_not_read_are_named(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", READ))
    told = asked(account, "s3:GetObject", "arn:aws:s3:::reports/x").not_weighed
    assert any(said.startswith("resource control policies") for said in told)
    assert any(said.startswith("service control policies") for said in told)
    foreign = asked(account, "sqs:SendMessage", "arn:aws:sqs:eu-west-1:444455556666:jobs").not_weighed
    assert any(said.startswith("resource control policies") for said in foreign)
