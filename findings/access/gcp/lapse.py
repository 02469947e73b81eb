"""Which bindings and deny rules are over: their condition holds neither now nor at any time to come.

A condition on request.time is not decided once and for all when something is judged: access that begins tomorrow, or on
weekdays, is still shown as conditional. Only what can no longer come true is left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from findings.access.gcp.cel import evaluate
from findings.access.gcp.policies import Policies

_ASKS_TIME = "request.time"
_HOURS_OF_A_WEEK, _STRIDES, _STRIDE = 7 * 24, 150, timedelta(days=25, hours=5)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)


def over(condition: str | None, at: datetime) -> bool:
    """Whether the condition is false at `at` and at every later time that is tried.

    Tried are all hours of the week that follows, and steps over ten years and to the end of the calendar. What hangs on
    anything else that is not known is undecided, and so not over.
    """
    if not condition or _ASKS_TIME not in condition:
        return False
    return all(evaluate(condition, {_ASKS_TIME: moment}) is False for moment in _moments(at))


def _moments(at: datetime) -> Iterator[datetime]:
    yield at
    yield _LATEST
    for number in range(1, _STRIDES):
        yield at + number * _STRIDE
    for number in range(1, _HOURS_OF_A_WEEK):
        yield at + timedelta(hours=number)


def in_force(policies: Policies, at: datetime | None) -> Policies:
    """The policies less what is over; all of them when no time is given."""
    if at is None:
        return policies
    return replace(
        policies,
        allow=tuple(one for one in policies.allow if not over(one.condition, at)),
        deny=tuple(one for one in policies.deny if not over(one.condition, at)),
    )
