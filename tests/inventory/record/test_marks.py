"""Which change made a function public: also one that a killed worker had stored and nobody had judged."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from inventory.models import Change, Function, Posture
from inventory.record import conclude
from tests.cast import DAY_TWO, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def function(cast: Cast) -> Function:
    """Was judged on the second day, and was not public."""
    found = cast.functions["mailer"]
    judged(found, DAY_TWO, "none")
    return found


def judged(function: Function, at: datetime, invoke: str) -> None:
    conclude([Posture(function=function, at=at, privilege="read", invoke=invoke, deploy="none")])


def changed(function: Function, at: datetime) -> Change:
    return Change.objects.create(
        resource=function.resource, account=function.account, event="changed", resource_kind="function", at=at, fold="x"
    )


def is_marked(change: Change) -> bool:
    change.refresh_from_db()
    return change.became_public


def test_a_change_is_marked_when_it_is_judged_with_the_reading_that_saw_it(function: Function) -> None:
    earlier, now = changed(function, DAY_TWO), changed(function, DAY_TWO + HOUR)
    judged(function, DAY_TWO + HOUR, "public_anonymous")
    assert (is_marked(earlier), is_marked(now)) == (False, True)


def test_a_change_that_nobody_judged_is_marked_by_the_next_run(function: Function) -> None:
    earlier, lost = changed(function, DAY_TWO), changed(function, DAY_TWO + HOUR)
    judged(function, DAY_TWO + 2 * HOUR, "public_anonymous")
    assert (is_marked(earlier), is_marked(lost)) == (False, True), "its worker was killed before it judged"


def test_a_newer_rule_of_ours_marks_nothing(function: Function) -> None:
    earlier = changed(function, DAY_TWO)
    judged(function, DAY_TWO + HOUR, "public_anonymous")
    assert not is_marked(earlier)
