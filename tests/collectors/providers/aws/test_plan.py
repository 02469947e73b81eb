"""What is due: new, changed, named and aged things in full, the rest from the list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collectors.provider import Memory
from collectors.providers.aws.fetch.plan import DETAIL_A_RUN, DETAIL_AT_ONCE, Plan, settings_id, too_old
from inventory.facts import Known
from tests.collectors.providers.aws.answers import ACCOUNT, CHECKOUT, REGION
from tests.collectors.providers.aws.scripted import AT

FUNCTION = {"FunctionArn": CHECKOUT, "RevisionId": "rev-1"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def plan(functions: int = 1, named: Any = frozenset(), **ages: Any) -> Plan:
    """A plan of a region read an hour ago, unless told otherwise: ages of `oldest`, `core`, `detail` and `settings`."""
    oldest, core, detail, settings = (ages.get(name, HOUR) for name in ("oldest", "core", "detail", "settings"))
    known = {
        settings_id(ACCOUNT, REGION): Known("", settings and AT - settings, None),
        f"{CHECKOUT}-old": Known("r", AT - oldest, AT - oldest),
        CHECKOUT: Known(ages.get("revision", "rev-1"), core and AT - core, detail and AT - detail),
    }
    return Plan(Memory(AT, known, named), ACCOUNT, REGION, functions)


def test_a_quiet_function_is_read_from_the_list_only() -> None:
    quiet = plan()
    assert (quiet.core(FUNCTION), quiet.detail(FUNCTION), quiet.everything) == (False, False, False)


@pytest.mark.parametrize(
    "change",
    [
        {"revision": "rev-0"},
        {"named": frozenset({CHECKOUT})},
        {"core": None},
        {"oldest": DAY},
        {"named": None},
    ],
)
def test_whatever_may_have_changed_it_makes_its_core_due(change: dict[str, Any]) -> None:
    assert plan(**change).core(FUNCTION)


@pytest.mark.parametrize(
    "change", [{"revision": "rev-0"}, {"named": frozenset({CHECKOUT})}, {"detail": None}, {"detail": DAY}]
)
def test_the_detail_is_due_after_a_change_or_when_it_is_old(change: dict[str, Any]) -> None:
    assert plan(**change).detail(FUNCTION)


def test_a_log_that_cannot_be_read_makes_the_core_due_and_not_the_detail() -> None:
    blind = plan(named=None)
    assert (blind.core(FUNCTION), blind.detail(FUNCTION)) == (True, False)


def new(number: int) -> dict[str, str]:
    return {"FunctionArn": f"{CHECKOUT}-{number}", "RevisionId": "r"}


def test_a_first_reading_of_many_leaves_the_detail_for_later() -> None:
    few, many = (Plan(Memory(AT), ACCOUNT, REGION, count) for count in (DETAIL_AT_ONCE, DETAIL_AT_ONCE + 1))
    assert (few.detail(new(1)), many.detail(new(1))) == (True, False)
    assert few.core(new(1))
    assert many.core(new(1))


def test_one_run_reads_no_more_detail_than_its_time_allows() -> None:
    later = plan(functions=5000)
    assert sum(later.detail(new(number)) for number in range(DETAIL_A_RUN + 500)) == DETAIL_A_RUN


def test_ages_differ_so_that_not_everything_falls_due_at_once() -> None:
    memory = Memory(AT, refresh_hours=24)
    due = [
        sum(too_old(memory, f"fn-{n}", AT - timedelta(hours=hours)) for n in range(1000))
        for hours in (11, 15, 18, 21, 24)
    ]
    assert due[0] == 0
    assert due == sorted(due)
    assert 150 < due[1] < 350
    assert due[-1] == 1000


def test_settings_that_may_not_be_read_make_nothing_else_due() -> None:
    refused = plan(settings=None)
    assert (refused.settings_due, refused.region_due, refused.core(FUNCTION)) == (True, False, False)
    assert not plan().settings_due
