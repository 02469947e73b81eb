"""Changes are told when they are recorded: what counts as one, equal ones folded, gaps noted, filters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from inventory.changes import Asked, filtered
from inventory.facts import ActivityFact, Coverage, ReadState
from inventory.models import Account, Change, Posture, PostureStep, ReadingGap, Scope
from inventory.record import conclude, fill_changes, open_scope, record_activity
from tests.cast import CHECKOUT_ROLE, DAY_ONE, DAY_TWO, NUMBER, REGION, TIDY, Cast, function, native_id, record_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")


def bigger(name: str, memory: int = 1024) -> Any:
    return function(name, CHECKOUT_ROLE, config={**TIDY["config"], "memory_mb": memory})


def told(**asked: Any) -> list[tuple[str, str]]:
    found = filtered(Change.objects.all(), Asked(**asked)).select_related("resource")
    return sorted((change.resource.name, change.event) for change in found)


def test_the_two_days_of_the_cast_are_told(cast: Cast) -> None:
    assert told() == [("checkout", "changed"), ("legacy", "removed"), ("thumbnails", "changed")]
    assert told(risk="up") == [("thumbnails", "changed")]
    assert told(kind="removed") == [("legacy", "removed")]
    assert told(text="MEMORY 512") == [("checkout", "changed")]
    assert told(account="999999999999") == told(kind="weather") == told(risk="sideways") == []


def test_who_did_it_is_told_with_the_change(cast: Cast) -> None:
    removed = Change.objects.get(event="removed")
    assert (removed.told, removed.actor_kind) == ("found", "pipeline")
    assert told(actor=removed.actor) == [("legacy", "removed")]
    opened = Change.objects.get(resource__name="thumbnails")
    # The log tells who let everyone in, and nothing of who made the URL.
    assert opened.told == "partly" and [act.aspects for act in opened.acts.all()] == [["access.policies"]]


def test_a_first_reading_is_no_change_and_a_later_function_is(account: Account) -> None:
    record_day(account, REGION, DAY_ONE, [bigger("a")], "functions")
    assert not Change.objects.exists()
    record_day(account, REGION, DAY_TWO, [bigger("a"), bigger("b")], "functions")
    (added,) = Change.objects.all()
    assert (added.event, added.changed_after, added.at) == ("added", DAY_ONE, DAY_TWO)


def test_one_deployment_to_many_is_one_entry_with_the_others_behind_it(account: Account) -> None:
    names = [f"copy-{number}" for number in range(5)]
    record_day(account, REGION, DAY_ONE, [bigger(name, 256) for name in names], "functions")
    record_day(account, REGION, DAY_TWO, [bigger(name) for name in names], "functions")
    (head,) = Change.objects.filter(head=None)
    assert head.alike == 4 and head.others.count() == 4


def test_a_function_that_comes_back_is_told_as_such(account: Account) -> None:
    kept = bigger("kept")
    for number, seen in enumerate([[bigger("a"), kept], [kept], [bigger("a"), kept]]):
        record_day(account, REGION, DAY_ONE + timedelta(hours=number), seen, "functions")
    events = Change.objects.filter(resource__name="a").order_by("at")
    assert [change.event for change in events] == ["removed", "returned"]
    assert [line["text"] for line in events[1].lines] == ["Function is there again"]


def test_a_long_time_without_a_reading_is_noted(account: Account) -> None:
    record_day(account, REGION, DAY_ONE, [bigger("a")], "functions")
    record_day(account, REGION, DAY_ONE + timedelta(hours=1), [bigger("a")], "functions")
    assert not ReadingGap.objects.exists()
    refused = open_scope(account, REGION, DAY_ONE + timedelta(hours=2))
    refused.close([Coverage("functions", ReadState.DENIED, "no", listing=True)])
    record_day(account, REGION, DAY_ONE + timedelta(hours=8), [bigger("a")], "functions")
    (gap,) = ReadingGap.objects.all()
    assert (gap.after, gap.until) == (DAY_ONE + timedelta(hours=1), DAY_ONE + timedelta(hours=8))


def test_an_entry_that_the_log_brings_late_still_finds_its_change(account: Account) -> None:
    record_day(account, REGION, DAY_ONE, [bigger("a", 256)], "functions")
    record_day(account, REGION, DAY_TWO, [bigger("a")], "functions")
    assert Change.objects.get().told == "unlogged"
    scope = Scope.objects.get(name=REGION)
    fact = ActivityFact(
        "late", DAY_TWO - timedelta(hours=3), "lambda:UpdateFunctionConfiguration", native_id("a"), "ann", "person",
        detail={"parameters": ["functionName", "memorySize"]},
    )  # fmt: skip
    record_activity(scope, [fact], DAY_TWO + timedelta(hours=2))
    record_day(account, REGION, DAY_TWO + timedelta(hours=2), [bigger("a")], "functions")
    change = Change.objects.get()
    assert (change.told, change.actor, change.settled) == ("found", "ann", True)


def test_changes_from_before_an_upgrade_are_filled_in_once(cast: Cast) -> None:
    before = told()
    lines = sorted(str(change.lines) for change in Change.objects.all())
    Change.objects.all().delete()
    assert fill_changes()[0] == len(before)
    assert told() == before
    assert sorted(str(change.lines) for change in Change.objects.all()) == lines
    assert fill_changes()[0] == 0


def test_a_change_that_made_a_function_public_is_marked_and_a_newer_rule_marks_nothing(cast: Cast) -> None:
    Posture.objects.all().delete()
    opened = cast.functions["thumbnails"]
    conclude([Posture(function=opened, invoke="none", privilege="read", at=DAY_ONE)])
    conclude([Posture(function=opened, invoke="public_anonymous", privilege="read", at=DAY_TWO)])
    assert told(mark="public") == [("thumbnails", "changed")]
    conclude([Posture(function=opened, invoke="public_anonymous", privilege="admin", at=DAY_TWO + timedelta(hours=1))])
    assert told(mark="admin") == []
    assert [step.invoke for step in PostureStep.objects.filter(function=opened).order_by("at")][-3:] == [
        "none", "public_anonymous", "public_anonymous",
    ]  # fmt: skip
