"""What people do with findings: with a reason, until a day, and never against the facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from findings.models import Finding, FindingEvent, WrongTriage
from findings.states import CLOSED, SET_ASIDE, State
from inventory.models import Account, Posture, User
from inventory.models.comment import AppendOnly
from tests.cast import DAY_ONE
from tests.findings.toy import Put, reported, toy

DAY = timedelta(days=1)


@pytest.fixture
def finding(account: Account, shelve: Put) -> Finding:
    shelve(toy())
    reported(account, shop=1024)
    return Finding.objects.get()


@pytest.fixture
def analyst(db: None) -> User:
    return User.objects.create_user("analyst")


def newest() -> FindingEvent:
    found = FindingEvent.objects.first()
    assert found is not None
    return found


@pytest.mark.parametrize("state", ["in review", "remediating", "open"])
def test_a_state_is_set_by_somebody_and_logged(finding: Finding, analyst: User, state: str) -> None:
    finding.work_on(State.IN_REVIEW if state == "open" else State.OPEN, by=analyst, at=DAY_ONE)
    assert finding.work_on(State(state), by=analyst, because="I look.", at=DAY_ONE) == 1
    finding.refresh_from_db()
    event = newest()
    assert finding.state == state
    assert (event.now, event.by, event.by_name, event.note) == (state, analyst, "analyst", "I look.")


@pytest.mark.parametrize("state", [*CLOSED, *SET_ASIDE])
def test_what_only_facts_bring_about_cannot_be_set(finding: Finding, analyst: User, state: State) -> None:
    with pytest.raises(WrongTriage, match="cannot be set"):
        finding.work_on(state, by=analyst)


@pytest.mark.parametrize(
    ("days", "because"), [(30, ""), (30, "   "), (0, "why"), (-1, "why"), (367, "why"), (30, "x" * 2001)]
)
def test_accepting_needs_a_reason_and_a_day_within_a_year(
    finding: Finding, analyst: User, days: int, because: str
) -> None:
    with pytest.raises(WrongTriage):
        finding.accept(by=analyst, until=DAY_ONE + days * DAY, because=because, at=DAY_ONE)
    finding.refresh_from_db()
    assert finding.state == State.OPEN


def test_false_needs_a_reason_and_snoozing_a_day(finding: Finding, analyst: User) -> None:
    nothing: Any = None
    with pytest.raises(WrongTriage):
        finding.call_false(by=analyst, because="")
    with pytest.raises(WrongTriage):
        finding.snooze(by=analyst, until=nothing)


def test_an_acceptance_expires_and_opens_again(finding: Finding, analyst: User) -> None:
    finding.accept(by=analyst, until=DAY_ONE + 30 * DAY, because="It is needed.", at=DAY_ONE)
    assert Finding.objects.expire(DAY_ONE + 29 * DAY) == 0
    assert Finding.objects.expire(DAY_ONE + 30 * DAY) == 1
    finding.refresh_from_db()
    assert (finding.state, finding.until, finding.reason) == ("open", None, "")
    assert (newest().what, newest().was, newest().by) == ("expired", "accepted", None)


def test_closed_findings_are_left_alone(finding: Finding, analyst: User, account: Account) -> None:
    reported(account, DAY_ONE + DAY, shop=128)
    assert finding.work_on(State.IN_REVIEW, by=analyst) == 0
    finding.refresh_from_db()
    assert finding.state == State.RESOLVED
    assert finding.comment("Well done.", by=analyst) == 1


def test_many_at_once_have_one_entry_each(account: Account, shelve: Put, analyst: User) -> None:
    shelve(toy())
    reported(account, DAY_ONE, **{f"f{number}": 1024 for number in range(12)})
    assert Finding.objects.all().assign(analyst, by=analyst, at=DAY_ONE) == 12
    assert FindingEvent.objects.filter(what="assigned", now="analyst").count() == 12
    assert Finding.objects.all().assign(analyst, by=analyst, at=DAY_ONE) == 0, "nothing changes twice"
    assert Finding.objects.all().due(DAY_ONE + 5 * DAY, by=analyst) == 12


def test_what_is_set_aside_is_not_open_in_the_list_of_functions(finding: Finding, analyst: User) -> None:
    assert Posture.objects.get().worst == "medium"
    finding.snooze(by=analyst, until=DAY_ONE + 9 * DAY, at=DAY_ONE)
    assert Posture.objects.get().worst == "none"
    Finding.objects.expire(DAY_ONE + 9 * DAY)
    assert (Posture.objects.get().worst, Posture.objects.get().worst_rank) == ("medium", 3)


def test_nobody_who_did_not_sign_in_sees_any(finding: Finding) -> None:
    assert not Finding.objects.visible_to(AnonymousUser()).exists()


def test_the_log_is_only_ever_added_to(finding: Finding) -> None:
    entry = newest()
    with pytest.raises(AppendOnly):
        entry.save()
    with pytest.raises(AppendOnly):
        entry.delete()
