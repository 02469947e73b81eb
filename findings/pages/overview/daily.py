"""Changes per day over a month: counts, and the bars drawn from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncDate

from inventory.models import Account, Resource, Snapshot

DAYS = 30
WIDTH, HEIGHT, PITCH = 720, 120, 24


@dataclass(frozen=True)
class Day:
    """What changed on one day (UTC): functions and identities, by what happened to them."""

    date: date
    added: int
    changed: int
    removed: int

    @property
    def total(self) -> int:
        return self.added + self.changed + self.removed


@dataclass(frozen=True)
class Bar:
    """One piece of a day's bar, in the units of the drawing."""

    kind: str
    x: float
    y: float
    height: float
    title: str
    day: date


@dataclass(frozen=True)
class Chart:
    """The days, newest last, and their drawing. `top` is the number at the upper edge."""

    days: Sequence[Day]
    bars: Sequence[Bar]
    top: int
    width: int = WIDTH
    height: int = HEIGHT
    bar_width: int = PITCH - 6

    @property
    def total(self) -> int:
        return sum(day.total for day in self.days)


def daily(accounts: QuerySet[Account], now: datetime) -> Chart:
    """The last thirty days, in three grouped queries."""
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    resources = Resource.objects.filter(account__in=accounts, kind__in=["function", "identity"]).order_by()
    snapshots = Snapshot.objects.filter(
        at__gte=since, number__gt=1, renormalized=False, resource__account__in=accounts,
        resource__kind__in=["function", "identity"],
    ).exclude(changed=[]).order_by()  # fmt: skip
    changed = _per_day(snapshots, "at")
    added = _per_day(resources.filter(first_seen__gte=since, first_seen__gt=F("scope__first_read_at")), "first_seen")
    removed = _per_day(resources.filter(gone_at__gte=since), "gone_at")
    dates = [(since + timedelta(days=number)).date() for number in range(DAYS)]
    return drawn([Day(day, added[day], changed[day], removed[day]) for day in dates])


def _per_day(rows: QuerySet[Any], moment: str) -> Counter[date]:
    return Counter(dict(rows.annotate(day=TruncDate(moment)).values_list("day").annotate(Count("pk"))))


def drawn(days: Sequence[Day]) -> Chart:
    """Stacked bars: changed at the bottom, then added, then removed."""
    top = max([day.total for day in days] + [4])
    bars = []
    for number, day in enumerate(days):
        y = float(HEIGHT)
        for kind in ("changed", "added", "removed"):
            if count := getattr(day, kind):
                height = count / top * (HEIGHT - 8)
                y -= height
                title = f"{day.date:%d %b}: {day.changed} changed, {day.added} added, {day.removed} removed"
                bars.append(Bar(kind, number * PITCH + 3, round(y, 1), round(height, 1), title, day.date))
    return Chart(days, bars, top)
