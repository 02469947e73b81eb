"""Which change opened which finding, and time to mend."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.test import Client

from findings.mending import Mending, Spell, measured, mending, ninetieth, spells_of
from findings.models import Finding
from findings.states import Happening, State
from inventory.models import Account, Change, Function, Resource, User
from tests.cast import DAY_ONE
from tests.findings.toy import Put, read, reported, toy

DAY = timedelta(days=1)
BLANK = Spell(1, "large", "high", "u", "shop", "acme-prod", 7, DAY_ONE)
OPENED = (DAY_ONE, Happening.OPENED, "", "medium")


def ended(what: str, day: int) -> tuple[object, ...]:
    return (DAY_ONE + day * DAY, what, State.OPEN, "")


def test_a_spell_goes_from_its_opening_to_its_end() -> None:
    log = [OPENED, ended(Happening.RESOLVED, 3), (DAY_ONE + 5 * DAY, Happening.REOPENED, State.RESOLVED, State.OPEN)]
    first, second = spells_of(log, BLANK)  # type: ignore[arg-type]
    assert (first.severity, first.end, first.to_mend) == ("medium", "mended", 3 * DAY)
    assert (second.opened_at, second.end, second.to_mend) == (DAY_ONE + 5 * DAY, "", None)
    assert second.age(DAY_ONE + 6 * DAY) == DAY


@pytest.mark.parametrize(("what", "end"), [(Happening.GONE, "gone"), (Happening.RETIRED, "rule retired")])
def test_what_ended_with_its_resource_or_rule_is_not_mended(what: str, end: str) -> None:
    (spell,) = spells_of([OPENED, ended(what, 3)], BLANK)  # type: ignore[list-item]
    assert (spell.end, spell.to_mend, spell.age(DAY_ONE + 9 * DAY)) == (end, None, None)


def test_an_acceptance_that_ends_does_not_begin_another_spell() -> None:
    log = [OPENED, (DAY_ONE + DAY, Happening.REOPENED, State.ACCEPTED, State.OPEN), ended(Happening.RESOLVED, 4)]
    (spell,) = spells_of(log, BLANK)  # type: ignore[arg-type]
    assert spell.to_mend == 4 * DAY


def test_times_are_of_mended_spells_and_ages_of_open_ones() -> None:
    mended = [replace(BLANK, ended_at=DAY_ONE + days * DAY, end="mended") for days in (1, 2, 10)]
    others = [replace(BLANK, ended_at=DAY_ONE + 90 * DAY, end="gone"), BLANK]
    told = measured("all", [*mended, *others], DAY_ONE + 30 * DAY)
    assert (told.opened, told.mended, told.otherwise, told.open) == (5, 3, 1, 1)
    assert (told.median, told.ninety, told.age, told.oldest) == (2 * DAY, 10 * DAY, 30 * DAY, 30 * DAY)
    assert measured("low", [], DAY_ONE).median is None


def test_nine_of_ten_are_the_nearest_rank() -> None:
    assert ninetieth([n * DAY for n in range(1, 11)]) == 9 * DAY
    assert ninetieth([n * DAY for n in range(1, 12)]) == 10 * DAY
    assert ninetieth([DAY]) == DAY


@pytest.fixture
def days(account: Account, shelve: Put) -> Account:
    """shop became large on day two and small on day four; depot was large from the beginning, and is."""
    shelve(toy())
    reported(account, shop=128, depot=1024)
    reported(account, DAY_ONE + DAY, shop=1024, depot=1024)
    reported(account, DAY_ONE + 3 * DAY, shop=128, depot=1024)
    Change.objects.filter(at=DAY_ONE + DAY).update(actor="arn:aws:iam::1:user/dev", told="found")
    return account


def told(actor: str = "") -> Mending:
    return mending(Finding.objects.all(), Account.objects.all(), DAY_ONE + 9 * DAY, actor=actor)


def test_a_finding_is_told_with_the_changes_that_opened_and_mended_it(days: Account) -> None:
    shop, depot = told().spells
    assert (shop.name, shop.end, shop.to_mend) == ("shop", "mended", 2 * DAY)
    assert [one.actor for one in shop.opened_by] == ["arn:aws:iam::1:user/dev"]
    assert "1024" in " ".join(shop.opened_by[0].says)
    assert "128" in " ".join(shop.ended_by[0].says)
    assert (depot.name, depot.opened_by, depot.end) == ("depot", (), "") or not depot.opened_by
    assert depot.age(DAY_ONE + 9 * DAY) == 9 * DAY


def test_a_change_of_the_identity_is_told_as_what_opened_it(days: Account) -> None:
    function = Function.objects.get(name="shop")
    role = Resource.objects.create(
        uid="r" * 16, kind="identity", provider="aws", account=days, scope=function.resource.scope, listing="roles",
        native_id=function.identity_native_id, name="reader", first_seen=DAY_ONE, seen_at=DAY_ONE, changed_at=DAY_ONE,
    )  # fmt: skip
    Function.objects.filter(pk=function.pk).update(identity=role)
    Change.objects.all().delete()
    Change.objects.create(
        resource=role, account=days, event="changed", resource_kind="identity", at=DAY_ONE + DAY, fold="x",
        lines=[{"text": "Gained iam:*", "kind": "permission", "risk": "up", "section": "policies"}],
    )  # fmt: skip
    assert [(one.kind, one.says) for one in told().spells[0].opened_by] == [("identity", ["Gained iam:*"])]


def test_changes_of_accounts_one_may_not_see_are_not_told(days: Account) -> None:
    found = mending(Finding.objects.all(), Account.objects.none(), DAY_ONE + 9 * DAY)
    assert [one.opened_by for one in found.spells] == [[], []]


def test_spells_can_be_limited_to_an_actor_and_to_a_time(days: Account) -> None:
    assert [one.name for one in told("arn:aws:iam::1:user/dev").spells] == ["shop"]
    assert told("somebody else").spells == []
    late = mending(Finding.objects.all(), Account.objects.all(), DAY_ONE + 9 * DAY, since=DAY_ONE + 5 * DAY)
    assert [one.name for one in late.spells] == ["depot"]


def test_a_function_that_goes_ends_its_findings_without_mending_them(days: Account) -> None:
    read(days, [], DAY_ONE + 5 * DAY)
    reported(days, DAY_ONE + 6 * DAY)
    assert (told().whole.mended, told().whole.otherwise, told().whole.open) == (1, 1, 0)


@pytest.fixture
def analyst(days: Account, client: Client) -> Client:
    client.force_login(User.objects.create_user("analyst", password="analyst-of-prod-1"))
    return client


def test_the_page_the_exports_and_the_api_tell_the_same(analyst: Client) -> None:
    page = analyst.get("/findings/mending/", {"days": "all"}).content.decode()
    assert "Time to mend" in page
    assert "dev</a>" in page
    (one,) = analyst.get("/api/v1/findings/mending/", {"q": "function:shop"}).json()["results"]
    assert one["seconds_to_mend"] == 2 * 86400
    lines = b"".join(analyst.get("/findings/mending.jsonl", {"q": "function:shop", "days": "all"})).decode()
    assert json.loads(lines.splitlines()[1].replace("+00:00", "Z")) == one
    table = b"".join(analyst.get("/findings/mending.csv", {"days": "all"})).decode().splitlines()
    rows = list(csv.DictReader(table))
    assert {row["name"]: row["end"] for row in rows} == {"shop": "mended", "depot": "open"}


def test_a_wrong_query_or_number_is_told(analyst: Client) -> None:
    assert analyst.get("/findings/mending/", {"q": "severity:bad"}).status_code == 400
    assert analyst.get("/findings/mending.csv", {"q": "severity:bad"}).status_code == 400
    assert analyst.get("/api/v1/findings/mending/", {"days": "0"}).status_code == 400


def test_the_report_has_the_times(analyst: Client) -> None:
    assert "Time to mend, in 90 days" in analyst.get("/report/").content.decode()
