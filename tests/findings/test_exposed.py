"""The rows of the exposure page follow what is recorded: who, whose account, under what condition, since when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from findings.evaluate import judge_account
from inventory.facts import Observation
from inventory.models import Account, ExposedBinding
from tests.cast import CHECKOUT_ROLE, DAY_ONE, NUMBER, REGION, THUMBNAILS_URL, access, function, native_id, record_day

pytestmark = pytest.mark.django_db

Json = Any
PARTNER, SISTER = "999988887777", "210987654321"
DAY = timedelta(days=1)


@pytest.fixture
def account() -> Account:
    Account.objects.create(provider="aws", native_id=SISTER, name="acme-dev")
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def open_to(principal: Json, action: str = "lambda:InvokeFunction", sid: str = "x", **condition: Json) -> Json:
    told = {
        "Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": native_id("orders"),
    }  # fmt: skip
    return told | ({"Condition": condition} if condition else {})


def seen(*statements: Json, **more: Json) -> Observation:
    return function("orders", CHECKOUT_ROLE, access=access(*statements), **more)


def judged(account: Account, day: int, *functions: Observation) -> list[ExposedBinding]:
    """The present rows after a reading on that day."""
    at = DAY_ONE + day * DAY
    record_day(account, REGION, at, list(functions), "functions")
    judge_account(account, at)
    return list(ExposedBinding.objects.filter(gone_at=None).order_by("principal", "action", "party"))


def test_an_unknown_account_is_external_and_named_by_its_number(account: Account) -> None:
    [row] = judged(account, 0, seen(open_to({"AWS": f"arn:aws:iam::{PARTNER}:root"})))
    assert (row.tab, row.part, row.action, row.party, row.own) == ("external", "invoke", "invoke", PARTNER, False)
    assert row.condition == row.narrows == ""


def test_another_account_of_ours_is_cross_account_and_not_a_third_party(account: Account) -> None:
    [row] = judged(account, 0, seen(open_to({"AWS": SISTER})))
    assert (row.tab, row.party, row.own, row.level) == ("external", SISTER, True, "organisation")


def test_who_is_named_in_the_own_account_is_not_listed(account: Account) -> None:
    assert judged(account, 0, seen(open_to({"AWS": f"arn:aws:iam::{NUMBER}:role/shop"}))) == []


def test_everyone_is_public_and_a_condition_that_pins_them_makes_them_external(account: Account) -> None:
    pinned = open_to("*", StringEquals={"aws:PrincipalAccount": [PARTNER, "888877776666"]})
    rows = judged(account, 0, seen(pinned))
    assert {(row.tab, row.party, row.narrows) for row in rows} == {
        ("external", PARTNER, "yes"), ("external", "888877776666", "yes"),
    }  # fmt: skip
    [row] = judged(account, 1, seen(open_to("*", StringLike={"aws:UserAgent": "shop*"})))
    assert (row.tab, row.level, row.narrows) == ("public", "public_authenticated", "no")


def test_changing_the_code_and_handing_out_rights_are_told_apart(account: Account) -> None:
    rows = judged(account, 0, seen(open_to({"AWS": PARTNER}, "lambda:*")))
    assert {(row.part, row.action) for row in rows if "no function URL" not in row.latent} == {
        ("invoke", "invoke"), ("deploy", "deploy"), ("deploy", "configure"), ("deploy", "own"),
    }  # fmt: skip


def test_a_service_for_anybodys_resource_is_broad_but_internal(account: Account) -> None:
    [row] = judged(account, 0, seen(open_to({"Service": "s3.amazonaws.com"})))
    assert (row.tab, row.level) == ("internal", "service_unscoped")


def test_a_service_that_acts_for_another_account_is_that_accounts(account: Account) -> None:
    told = open_to({"Service": "sns.amazonaws.com"}, StringEquals={"aws:SourceAccount": PARTNER})
    [row] = judged(account, 0, seen(told))
    assert (row.tab, row.party, row.narrows) == ("external", PARTNER, "yes")


def test_a_closed_way_says_why(account: Account) -> None:
    url = open_to("*", "lambda:InvokeFunctionUrl")
    rows = judged(account, 0, seen(url))
    assert [row.latent for row in rows] == ["there is no function URL"]
    entry = {"kind": "url", "url": THUMBNAILS_URL, "auth": "NONE", "id": THUMBNAILS_URL}
    both = seen(url, open_to("*", sid="y"), entry_points={"entry_points": [entry]})
    assert "" in {row.latent for row in judged(account, 1, both) if "function URL" in row.via}


def test_it_is_as_old_as_the_first_reading_until_a_later_one_brought_it(account: Account) -> None:
    partner, everyone = open_to({"AWS": PARTNER}), open_to("*", sid="y")
    [first] = judged(account, 0, seen(partner))
    assert (first.since, first.since_number, first.since_exact) == (DAY_ONE, 1, False)
    later = judged(account, 1, seen(partner, everyone))
    assert {(row.principal, row.since_number, row.since_exact) for row in later} == {
        (PARTNER, 1, False), ("*", 2, True),
    }  # fmt: skip
    assert judged(account, 2, seen(partner, everyone, config={"memory_mb": 512}))[0].since == DAY_ONE + DAY


def test_a_binding_that_was_gone_for_a_day_began_when_it_came_back(account: Account) -> None:
    partner = open_to({"AWS": PARTNER})
    judged(account, 0, seen(partner))
    assert judged(account, 1, seen()) == []
    [row] = judged(account, 2, seen(partner))
    assert (row.since, row.since_exact) == (DAY_ONE + 2 * DAY, True)


def test_a_function_added_later_has_its_bindings_from_then_on(account: Account) -> None:
    judged(account, 0)
    [row] = judged(account, 1, seen(open_to({"AWS": PARTNER})))
    assert (row.since, row.since_exact) == (DAY_ONE + DAY, True)


def test_judging_again_keeps_the_rows(account: Account) -> None:
    [row] = judged(account, 0, seen(open_to({"AWS": PARTNER})))
    judge_account(account, DAY_ONE + DAY)
    again = ExposedBinding.objects.get()
    assert (again.pk, again.since) == (row.pk, row.since)


def test_a_function_that_is_gone_exposes_nothing_any_more(account: Account) -> None:
    judged(account, 0, seen(open_to({"AWS": PARTNER})))
    assert judged(account, 1) == []
    assert ExposedBinding.objects.get().gone_at == DAY_ONE + DAY
    assert len(judged(account, 2, seen(open_to({"AWS": PARTNER})))) == 1
