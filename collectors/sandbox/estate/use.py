"""How often the functions of the estate are called, day by day; all three clouds' metrics are told from here.

Most are called every day, some once a week, a few were called last weeks or months ago, and some never as far back as
anybody looks. Of one function in each cloud the metrics fail.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from collectors.sandbox.estate.dice import Dice

#: Functions that nobody has called for longer than the metrics reach back, beside those that chance chooses.
IDLE = frozenset({"seasonal-offers", "lark-legacy", "price-widget"})
#: Functions whose metrics the cloud fails to give.
UNREADABLE = frozenset({"ruby-toy"})
#: Of a thousand functions, so many: never called · called last some time ago · called once a week.
_NEVER, _ONCE, _WEEKLY = 60, 100, 200

_dice = Dice(1)


def calls_on(function: str, day: date, base: datetime) -> int:
    """Invocations of a function, by its name, on a day in UTC."""
    kind = 0 if function in IDLE else _dice.number(0, 999, "use", function)
    if kind < _NEVER:
        return 0
    if kind < _ONCE and day > base.date() - timedelta(days=_dice.number(20, 85, "last use", function)):
        return 0
    if kind < _WEEKLY and day.toordinal() % 7 != kind % 7:
        return 0
    return _dice.number(1, 40, "calls", function) * _dice.number(5, 60, "calls", function, day.toordinal())


def errors_on(function: str, day: date, base: datetime) -> int:
    """How many of the invocations of a day failed: none of most functions."""
    if not _dice.chance(0.2, "errors", function):
        return 0
    return calls_on(function, day, base) // _dice.number(20, 400, "errors", function)


def days(begin: datetime, end: datetime, now: datetime) -> Iterator[date]:
    """The days in UTC between two times, of which there may be metrics at the time `now`."""
    day, last = begin.astimezone(UTC).date(), min(end, now + timedelta(seconds=1)).astimezone(UTC)
    while datetime(day.year, day.month, day.day, tzinfo=UTC) < last:
        yield day
        day += timedelta(days=1)
