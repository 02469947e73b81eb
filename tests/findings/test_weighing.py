"""`can:` in searches leaves out what is granted and surely refused, and keeps what hangs on a condition."""

from __future__ import annotations

from typing import Any

import pytest

from inventory.models import Account, Identity
from inventory.search.can import Question, identities
from tests.cast import NUMBER, role
from tests.cast import allow as allow_on
from tests.findings.test_evaluate import READER_ROLE, record, roles
from tests.findings.test_guardrails_judged import guarded

pytestmark = pytest.mark.django_db

Json = Any
BUCKET = "arn:aws:s3:::reports"


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def allow(actions: list[str], resource: str = "*") -> Json:
    return allow_on(actions, resource)


def deny(actions: list[str], resource: str = "*", **condition: Json) -> Json:
    told = {**allow(actions, resource), "Effect": "Deny"}
    return told | ({"Condition": condition} if condition else {})


def under(actions: list[str], resource: str = "*", **condition: Json) -> Json:
    return {**allow(actions, resource), "Condition": condition}


def found(action: str = "s3:GetObject", resource: str = "") -> bool:
    return Identity.objects.filter(identities(Question(action, resource), "pk"), native_id=READER_ROLE).exists()


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(["s3:*"])], True),
        ([under(["s3:*"], Bool={"aws:SecureTransport": "true"})], True),
        ([under(["s3:*"], StringEquals={"aws:PrincipalAccount": "999988887777"})], False),
        ([under(["s3:*"], StringEquals={"aws:PrincipalAccount": NUMBER})], True),
        ([under(["s3:*"], Null={"aws:username": "false"})], False),
        ([under(["s3:*"], ArnLike={"aws:PrincipalArn": READER_ROLE})], True),
        ([under(["s3:*"], ArnNotLike={"aws:PrincipalArn": READER_ROLE})], False),
        ([allow(["s3:*"]), deny(["s3:Get*"])], False),
        ([allow(["s3:*"]), deny(["s3:Get*"], Bool={"aws:SecureTransport": "false"})], True),
        ([allow(["s3:*"]), deny(["s3:Get*"], StringEquals={"aws:PrincipalAccount": NUMBER})], False),
        ([allow(["s3:*"]), deny(["s3:Get*"], f"{BUCKET}/*")], True),
        ([allow(["s3:*"], f"{BUCKET}/a/*"), deny(["s3:Get*"], f"{BUCKET}/*")], False),
        ([allow(["s3:*"], "arn:aws:s3:::${aws:username}/*")], False),
    ],
)
def test_a_role_by_its_policies(account: Account, statements: list[Json], expected: bool) -> None:
    roles(account, *(role(READER_ROLE, "p", *statements),))
    assert found() is expected


@pytest.mark.parametrize(
    ("refusing", "expected"),
    [
        ({"Action": "s3:*", "Resource": "*"}, False),
        ({"Action": "s3:*", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": READER_ROLE}}}, True),
        ({"Action": "s3:*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": READER_ROLE}}}, False),
        ({"Action": "s3:*", "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": "r"}}}, True),
        ({"Action": "sqs:*", "Resource": "*"}, True),
    ],
)
def test_a_role_under_resource_control_policies(account: Account, refusing: Json, expected: bool) -> None:
    roles(account, role(READER_ROLE, "p", allow(["s3:*"])))
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", **refusing}}
    record(account, "global", guarded(document), listing="settings")
    assert found() is expected
    assert found("s3:ListBucket") is expected


def test_the_place_that_is_asked_about_decides(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", allow(["s3:*"]), deny(["s3:Get*"], f"{BUCKET}/*")))
    assert not found(resource=f"{BUCKET}/x")
    assert found(resource="arn:aws:s3:::other/x")


def test_questions_of_many_actions_are_answered_by_what_is_granted(account: Account) -> None:
    roles(account, role(READER_ROLE, "p", allow(["s3:*"]), deny(["s3:Get*"])))
    assert found("s3:*") and found("s3:PutObject") and not found("s3:GetObject")
