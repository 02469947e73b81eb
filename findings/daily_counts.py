"""Findings opened and closed per day, from the counts that are kept of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum

from findings.models import DayCount
from inventory.models import Account

DAYS = 30
#: The drawing's size in its own units: a day is WIDE with a bar of BAR, half of the height goes up, half down.
WIDE, BAR, HALF = 4, 3, 12


@dataclass(frozen=True)
class Course:
    """Findings opened and closed on each of DAYS days, oldest first."""

    days: Sequence[tuple[date, int, int]]

    @property
    def opened(self) -> int:
        return sum(opened for _, opened, _ in self.days)

    @property
    def closed(self) -> int:
        return sum(closed for _, _, closed in self.days)

    @property
    def drawn_opened(self) -> str:
        """What was opened, as one path: a bar upwards for each day with any; the greatest day reaches the edge."""
        return self._path([opened for _, opened, _ in self.days], -1)

    @property
    def drawn_closed(self) -> str:
        """What was closed, downwards, in the same measure."""
        return self._path([closed for _, _, closed in self.days], 1)

    def _path(self, numbers: Sequence[int], way: int) -> str:
        most = max((max(opened, closed) for _, opened, closed in self.days), default=0) or 1
        return "".join(
            f"M{place * WIDE} {HALF}h{BAR}v{way * _height(number, most):g}h-{BAR}z"
            for place, number in enumerate(numbers) if number
        )  # fmt: skip

    @property
    def width(self) -> int:
        return DAYS * WIDE

    @property
    def height(self) -> int:
        return 2 * HALF

    @property
    def middle(self) -> int:
        return HALF


def _height(number: int, most: int) -> float:
    """At least one unit for anything that happened, so that a single one beside a thousand is seen."""
    return max(1.0, round(HALF * number / most, 1)) if number else 0.0


def first_day(now: datetime) -> date:
    return (now.astimezone(UTC) - timedelta(days=DAYS - 1)).date()


def course(accounts: QuerySet[Account], now: datetime) -> Course:
    """What was opened and closed in these accounts, day by day. One query."""
    rows = _rows(accounts, now).values_list("day", "what").annotate(Sum("number"))
    return _course({(day, what): number for day, what, number in rows}, now)


def courses(accounts: QuerySet[Account], now: datetime) -> dict[str, Course]:
    """The same of each rule of which any was opened or closed. One query."""
    told: dict[str, Counter[tuple[date, str]]] = {}
    for rule, day, what, number in _rows(accounts, now).values_list("rule", "day", "what").annotate(Sum("number")):
        told.setdefault(rule, Counter())[day, what] = number
    return {rule: _course(found, now) for rule, found in told.items()}


def _rows(accounts: QuerySet[Account], now: datetime) -> QuerySet[Any, Any]:
    recent = DayCount.objects.filter(day__gte=first_day(now)).order_by()
    return recent.filter(account__in=accounts) if accounts.query.where else recent.filter(account=None)


def _course(found: dict[tuple[date, str], int] | Counter[tuple[date, str]], now: datetime) -> Course:
    first = first_day(now)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    return Course([(day, found.get((day, DayCount.OPENED), 0), found.get((day, DayCount.CLOSED), 0)) for day in days])
