"""Who is judged again because others were read: those whom it concerns, once, and not while readings go on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from findings import again, evaluate, tasks
from findings.access.aws.trust import trusts
from findings.again import LOST, WAIT, catch_up, judge_again, look
from findings.beyond import aws
from findings.evaluate import judge_recorded
from findings.models import Footing
from inventory.clock import now
from inventory.facts import Coverage, Observation, ReadState
from inventory.models import Account, IdentityPosture, Resource, Scope
from inventory.record import open_scope, readings_ended
from tests.cast import DAY_ONE, NUMBER, REGION, allow, function, role

pytestmark = pytest.mark.django_db

Json = Any
OTHER = "999988887777"
ASSUMES = allow(["sts:AssumeRole"], "*")
DEPLOYS = allow(["lambda:UpdateFunctionCode"], "*")
MOVER, TARGET = f"arn:aws:iam::{NUMBER}:role/mover", f"arn:aws:iam::{OTHER}:role/target"


def trust(*principals: str) -> Json:
    """A trust policy for these."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": list(principals)}}],
    }


def trusting(principal: str) -> Observation:
    """A role of the other account that this principal may take on."""
    seen = role(TARGET, "p", allow(["*"], "*"))
    return replace(seen, sections=dict(seen.sections) | {"trust": {"document": trust(principal)}})


def read(account: Account, scope: str, listing: str, *seen: Observation) -> None:
    """A complete reading of a scope, judged as after every reading."""
    recorder = open_scope(account, scope, DAY_ONE)
    recorder.store(list(seen))
    recorder.close([Coverage(listing, ReadState.COMPLETE, count=len(seen), listing=True)])
    Scope.objects.filter(account=account).update(reading_since=None, reading_run=None)
    touched = list(Resource.objects.filter(account=account, scope__name=scope).values_list("pk", flat=True))
    judge_recorded(None, account=account, touched=touched, at=DAY_ONE)


@pytest.fixture
def account() -> Account:
    """Ours, judged when nobody else was known."""
    found = Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")
    read(found, "global", "roles", role(MOVER, "p", ASSUMES))
    catch_up(now())
    return found


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The accounts that are judged again, as they are."""
    told: list[str] = []

    def heard(account: Account, *rest: Any) -> Any:
        told.append(account.native_id)
        return evaluate.judge_account(account, *rest)

    monkeypatch.setattr(again, "judge_account", heard)
    return told


def another() -> Account:
    return Account.objects.create(provider="aws", native_id=OTHER, name="acme-data")


def becomes(arn: str) -> list[str]:
    return [one["id"] for one in IdentityPosture.objects.get(identity__native_id=arn).becomes]


def test_an_account_alone_is_not_judged_twice(judged: list[str], account: Account) -> None:
    assert not judged
    read(account, "global", "roles", role(MOVER, "p", ASSUMES))
    assert catch_up(now()) == 0


def test_a_role_elsewhere_that_trusts_ours_is_seen_when_it_is_read(account: Account, judged: list[str]) -> None:
    other = another()
    assert catch_up(now()) == 1, "another account is ours now"
    read(other, "global", "roles", trusting(MOVER))
    assert becomes(MOVER) == []
    catch_up(now())
    assert becomes(MOVER) == [TARGET]
    assert judged == [NUMBER, NUMBER]
    assert catch_up(now()) == 0


def test_a_role_elsewhere_that_trusts_somebody_else_concerns_nobody(account: Account, judged: list[str]) -> None:
    other = another()
    catch_up(now())
    read(other, "global", "roles", trusting(f"arn:aws:iam::{OTHER}:root"))
    assert catch_up(now()) == 0
    assert judged == [NUMBER]


def test_an_account_that_is_ours_no_more_is_weighed_again(account: Account, judged: list[str]) -> None:
    other = another()
    catch_up(now())
    Account.objects.filter(pk=other.pk).update(stance=Account.Stance.THIRD_PARTY)
    assert catch_up(now()) == 1
    other.delete()
    assert catch_up(now()) == 1
    assert judged == [NUMBER] * 3


def test_a_function_that_is_read_after_the_roles_opens_their_paths(account: Account, judged: list[str]) -> None:
    strong = f"arn:aws:iam::{NUMBER}:role/strong"
    read(account, "global", "roles", role(MOVER, "p", DEPLOYS), role(strong, "p", allow(["*"], "*")))
    before = IdentityPosture.objects.get(identity__native_id=MOVER).confirmed_paths
    read(account, REGION, "functions", function("engine", strong))
    assert IdentityPosture.objects.get(identity__native_id=MOVER).confirmed_paths == before == 0
    catch_up(now())
    assert IdentityPosture.objects.get(identity__native_id=MOVER).confirmed_paths == 1
    assert catch_up(now()) == 0


def test_it_waits_while_readings_go_on_but_not_for_ever(account: Account) -> None:
    other, at = another(), now()
    scope = Scope.objects.create(account=other, name="global", reading_since=at)
    assert look(at) == []
    assert look(at + WAIT / 2) == []
    assert look(at + WAIT + timedelta(seconds=1)) == [account.pk]
    Footing.objects.update(asked_at=None)
    scope.delete()
    assert look(at + timedelta(seconds=1)) == [account.pk]


def test_who_is_read_is_left_to_the_judging_that_follows(account: Account, judged: list[str]) -> None:
    another()
    scope = account.scopes.get()
    Scope.objects.filter(pk=scope.pk).update(reading_since=now())
    assert catch_up(now()) == 0
    Scope.objects.filter(pk=scope.pk).update(reading_since=None)
    assert catch_up(now()) == 1, "it is not forgotten"


def test_it_is_asked_for_once_and_again_when_that_was_lost(account: Account, judged: list[str]) -> None:
    another()
    at = now()
    assert look(at) == [account.pk]
    assert look(at + timedelta(minutes=1)) == []
    assert look(at + LOST + timedelta(minutes=1)) == [account.pk]
    later = now() + 2 * LOST
    Footing.objects.update(asked_at=at)
    judge_again(account.pk, later)
    judge_again(account.pk, later)
    assert judged == [NUMBER]
    assert look(later) == []


def test_a_first_reading_of_many_accounts_is_no_storm(
    account: Account, judged: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(again, "MOST", 3)
    numbers = [f"{number:012}" for number in range(111_111_111_111, 111_111_111_119)]
    for number in numbers:
        one = Account.objects.create(provider="aws", native_id=number, name=number)
        read(one, "global", "roles", role(f"arn:aws:iam::{number}:role/mover", "p", ASSUMES))
    at, asked = now(), list[int]()
    for minute in range(5):
        some = look(at + timedelta(minutes=minute))
        assert len(some) <= 3
        asked += some
        for pk in some:
            tasks.judge_again(pk)
    assert len(asked) == len(set(asked)) == 8, "all but the last, which was judged when all were known"
    assert len(judged) == 8


def test_nothing_is_looked_at_when_nothing_was_handed_over(account: Account, django_assert_num_queries: Any) -> None:
    at = now()  # asked of the database where there is a server
    with django_assert_num_queries(3):
        assert look(at) == []


def test_who_waits_for_all_to_be_judged_waits_for_the_rest(account: Account, judged: list[str]) -> None:
    another()
    readings_ended.send(None, at=now())
    assert judged == [NUMBER]


def policies() -> Iterator[tuple[str, Json]]:
    ours, theirs = f"arn:aws:iam::{NUMBER}:root", f"arn:aws:iam::{OTHER}:root"
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-larkfield1"}}
    yield "named", trust(ours)
    yield "by number", trust(NUMBER)
    yield "one role", trust(MOVER)
    yield "among others", trust(theirs, MOVER)
    yield "everybody", trust("*")
    yield "a wildcard", {"Statement": {"Effect": "Allow", "Action": "sts:*", "Principal": "*", "Condition": condition}}
    yield "all but", {"Statement": {"Effect": "Allow", "Action": "sts:*", "NotPrincipal": {"AWS": theirs}}}
    yield "another", trust(theirs)
    yield (
        "a service",
        {"Statement": [{"Effect": "Allow", "Action": "*", "Principal": {"Service": "ec2.amazonaws.com"}}]},
    )
    yield "a deleted one", trust("AROAEXAMPLEEXAMPLE12")
    yield "a denial", {"Statement": [*trust(theirs)["Statement"], {**trust(MOVER)["Statement"][0], "Effect": "Deny"}]}


@pytest.mark.parametrize(("name", "policy"), list(policies()), ids=[name for name, _ in policies()])
def test_no_policy_is_overlooked_that_could_let_us_in(name: str, policy: Json) -> None:
    concerned = aws.is_open(policy) or NUMBER in aws.named(policy)
    assert concerned or trusts(policy, MOVER).allowed is False
    assert concerned == (name not in ("another", "a service", "a deleted one"))


@pytest.mark.parametrize("broken", ["nonsense", [], {"Statement": []}, {"Statement": "x"}, {"Statement": [{}]}])
def test_a_policy_that_makes_no_sense_concerns_everybody(broken: Json) -> None:
    assert aws.is_open(broken)
