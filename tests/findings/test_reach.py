"""How far an identity gets, and what lists say of it: worked out from what was judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from findings.evaluate import judge_account
from findings.reach import reach_of
from inventory.facts import Observation
from inventory.models import Account, Function, Identity, IdentityPosture
from tests.cast import DAY_ONE, NUMBER, allow, function, role
from tests.findings.test_evaluate import functions, roles

pytestmark = pytest.mark.django_db

Json = Any
CALLER, MIDDLE, BOSS = (f"arn:aws:iam::{NUMBER}:role/{name}" for name in ("caller", "middle", "boss"))


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def trusted_by(arn: str, *principals: Json, policy: Json) -> Observation:
    """A role that these principals may assume."""
    seen = role(arn, "p", policy)
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": one, "Action": "sts:AssumeRole"} for one in principals],
    }
    sections = {**seen.sections, "trust": {"document": trust}}
    return replace(seen, sections=sections)


def identity(arn: str) -> Identity:
    return Identity.objects.select_related("account").get(native_id=arn)


def chain(account: Account) -> None:
    """caller → middle → boss, who may do anything."""
    roles(
        account,
        role(CALLER, "p", allow(["sts:AssumeRole"], MIDDLE)),
        trusted_by(MIDDLE, {"AWS": CALLER}, policy=allow(["sts:AssumeRole"], "*")),
        trusted_by(BOSS, {"AWS": MIDDLE}, policy=allow(["*"], "*")),
    )
    functions(account, function("checkout", CALLER), function("mailer", CALLER))
    judge_account(account, DAY_ONE)


def test_roles_are_followed_step_by_step(account: Account) -> None:
    chain(account)
    found = reach_of(identity(CALLER))
    told = [(step.identity.native_id, step.by, step.start, step.depth) for step in found.identities]
    assert told == [(MIDDLE, "sts:AssumeRole", "caller", 1), (BOSS, "sts:AssumeRole", "middle", 2)]
    assert found.whole == {"acme-prod"}, "the last one is admin there"
    assert found.functions == set(Function.objects.values_list("pk", flat=True))
    assert not found.cut


def test_a_role_that_does_not_trust_the_caller_is_not_reached(account: Account) -> None:
    roles(
        account,
        role(CALLER, "p", allow(["sts:AssumeRole"], "*")),
        trusted_by(BOSS, {"Service": "ec2.amazonaws.com"}, policy=allow(["*"], "*")),
    )
    judge_account(account, DAY_ONE)
    assert reach_of(identity(CALLER)).identities == []


def test_functions_that_it_may_change_are_reached_with_their_roles(account: Account) -> None:
    runner = f"arn:aws:iam::{NUMBER}:role/runner"
    roles(account, role(CALLER, "p", allow(["lambda:UpdateFunctionCode"], "*")),
          role(runner, "q", allow(["s3:GetObject"], "arn:aws:s3:::reports/x")))  # fmt: skip
    functions(account, function("mailer", runner))
    judge_account(account, DAY_ONE)
    found = reach_of(identity(CALLER))
    assert [step.identity.native_id for step in found.identities] == [runner]
    assert found.functions == set(Function.objects.values_list("pk", flat=True))
    assert "arn:aws:s3:::reports/x" in found.resources


def test_an_identity_without_edges_reaches_nothing(account: Account) -> None:
    roles(account, role(CALLER, "p", allow(["s3:ListAllMyBuckets"], "*")))
    judge_account(account, DAY_ONE)
    found = reach_of(identity(CALLER))
    assert found.is_nothing
    assert found.accounts == {"acme-prod"}


def test_a_longer_list_costs_no_more_queries(account: Account) -> None:
    chain(account)
    with CaptureQueriesContext(connection) as few:
        reach_of(identity(CALLER))
    functions(account, *(function(f"copy-{number}", CALLER) for number in range(30)))
    judge_account(account, DAY_ONE)
    with CaptureQueriesContext(connection) as many:
        reach_of(identity(CALLER))
    assert len(many) == len(few)


def posture(arn: str) -> IdentityPosture:
    return IdentityPosture.objects.get(identity__native_id=arn)


def test_lists_say_how_wide_the_grants_are_and_who_is_let_in(account: Account) -> None:
    foreign = {"AWS": "arn:aws:iam::999988887777:root"}
    roles(account, trusted_by(BOSS, foreign, {"Service": "lambda.amazonaws.com"}, policy=allow(["s3:*"], "*")),
          role(CALLER, "p", allow(["s3:GetObject"], "arn:aws:s3:::reports/*")))  # fmt: skip
    judge_account(account, DAY_ONE)
    wide, narrow = posture(BOSS), posture(CALLER)
    assert (wide.wild_actions, wide.wild_resources, wide.outsiders) == (1, 1, 1)
    assert (narrow.wild_actions, narrow.wild_resources) == (0, 0)
    assert narrow.unused_percent is None, "nobody told what it used"


def test_what_was_not_used_is_a_part_of_what_it_may_use(account: Account) -> None:
    seen = role(CALLER, "p", allow(["s3:GetObject"], "*"))
    services = [{"service": "s3", "month": "2026-10"}, {"service": "sqs", "month": ""}, {"service": "sns", "month": ""}]
    sections = {**seen.sections, "usage": {"services": services}}
    roles(account, replace(seen, sections=sections))
    judge_account(account, DAY_ONE)
    assert posture(CALLER).unused_percent == 67
