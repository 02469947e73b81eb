"""Which findings were open at an earlier time, read back from their logs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from findings.states import Happening, State
from findings.then import Entry, severity_at, was_open
from inventory.models import Account, Function
from inventory.present import present_functions
from inventory.search.lists import FUNCTIONS
from inventory.system_user import EVERYTHING
from inventory.then import state_at
from tests.cast import DAY_ONE
from tests.findings.toy import Put, reported, toy

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def entry(day: float, what: str, was: str = "", now: str = "") -> Entry:
    return Entry(DAY_ONE + day * DAY, what, was, now)


OPENED = entry(0, Happening.OPENED, now="medium")


def test_a_finding_is_open_from_its_opening_to_its_end() -> None:
    log = [OPENED, entry(2, Happening.RESOLVED, State.OPEN, State.RESOLVED)]
    assert not was_open(log, State.RESOLVED, DAY_ONE - HOUR)
    assert was_open(log, State.RESOLVED, DAY_ONE)
    assert was_open(log, State.RESOLVED, DAY_ONE + DAY)
    assert not was_open(log, State.RESOLVED, DAY_ONE + 2 * DAY)


def test_what_was_set_aside_then_was_not_open() -> None:
    log = [OPENED, entry(1, Happening.MOVED, State.OPEN, State.ACCEPTED),
           entry(3, Happening.EXPIRED, State.ACCEPTED, State.OPEN)]  # fmt: skip
    assert [was_open(log, State.OPEN, DAY_ONE + day * DAY) for day in (0, 1, 2, 3)] == [True, False, False, True]


def test_a_severity_is_that_of_the_last_word_before_or_the_first_after() -> None:
    log = [OPENED, entry(2, Happening.WORSE, "medium", "critical")]
    assert severity_at(log, "critical", DAY_ONE + DAY) == "medium"
    assert severity_at(log, "critical", DAY_ONE + 2 * DAY) == "critical"


def test_the_severity_after_a_reopening_is_unknown_where_the_log_does_not_tell() -> None:
    log = [OPENED, entry(1, Happening.RESOLVED, "open", "resolved"), entry(2, Happening.REOPENED, "resolved", "open")]
    assert severity_at(log, "high", DAY_ONE + 3 * DAY) == "high"
    log += [entry(4, Happening.RESOLVED, "open", "resolved"), entry(5, Happening.REOPENED, "resolved", "open")]
    assert severity_at(log, "high", DAY_ONE + 3 * DAY) is None


@pytest.fixture
def days(account: Account, shelve: Put) -> Account:
    shelve(toy())
    reported(account, shop=1024, tidy=128)
    reported(account, DAY_ONE + DAY, shop=4096, tidy=1024)
    reported(account, DAY_ONE + 2 * DAY, shop=128, tidy=1024)
    return account


def worst(query: str, hours: float) -> list[str]:
    at = DAY_ONE + hours * HOUR
    with state_at(at):
        return [row.name for row in FUNCTIONS.search(query, EVERYTHING, at, past=True).sorted_rows("findings")]


def test_the_gravest_finding_then_can_be_searched_and_sorted_by(days: Account) -> None:
    assert worst("worst:medium", 1) == ["shop"]
    assert worst("worst:none", 1) == ["tidy"]
    assert worst("worst:critical", 25) == ["shop"]
    assert worst("worst:medium", 25) == ["tidy"]
    assert worst("", 25) == ["tidy", "shop"]
    assert worst("worst:none", 49) == ["shop"]


def test_rows_count_the_findings_that_were_open_then(days: Account) -> None:
    with state_at(DAY_ONE + 25 * HOUR):
        rows = {row["name"]: row["findings"] for row in present_functions(Function.objects.all())}
    assert {name: {word: n for word, n in counts.items() if n} for name, counts in rows.items()} == {
        "shop": {"critical": 1}, "tidy": {"medium": 1},
    }  # fmt: skip


def test_nothing_is_said_of_findings_before_anybody_judged(days: Account) -> None:
    with state_at(DAY_ONE + HOUR):
        Function.objects.get(name="shop")
    assert worst("worst:unknown", -1) == []
