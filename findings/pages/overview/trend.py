"""Findings on the overview: how many are open, opened and closed per day, and what is mine."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from findings.daily_counts import DAYS, course
from findings.models import Finding, FindingCount, Verdicts
from findings.present import title_of
from findings.severity import Severity
from findings.states import ACTIVE
from inventory.models import Account, Scope

MINE_SHOWN = 5
WEEK = timedelta(days=7)
#: What is judged within this time of the first reading of its scope was there before anybody looked.
FIRST_LOOK = timedelta(hours=1)
_AT_FIRST = Q(opened_at__lte=F("resource__scope__first_read_at") + FIRST_LOOK)
_GRAVE = [Severity.CRITICAL.value, Severity.HIGH.value]


@dataclass(frozen=True)
class Trend:
    """`severities` maps each severity to what is open; `days` are (day, opened, closed, first), oldest first.

    `first` are those that first readings found: nobody knows since when they were there, so they are in no day's
    `opened`. `grave_opened` and `grave_closed` are critical and high ones of the last seven days. `judged` is false
    while no rule was ever asked: then numbers are unknown, not 0.
    """

    judged: bool
    severities: dict[str, int]
    days: list[tuple[date, int, int, int]]
    grave_opened: int
    grave_closed: int
    mine: list[Finding]
    mine_count: int

    @property
    def open(self) -> int:
        return sum(self.severities.values())

    @property
    def grave(self) -> int:
        """Critical and high ones."""
        return self.severities["critical"] + self.severities["high"]

    @property
    def first(self) -> int:
        """What first readings found in these days."""
        return sum(first for *_, first in self.days)

    @property
    def chart(self) -> dict[str, str]:
        """The days as the chart's script takes them: lists in JSON."""
        told = list(zip(*((f"{day:%d %b}", opened, closed) for day, opened, closed, _ in self.days), strict=True))
        return dict(zip(("labels", "opened", "closed"), (json.dumps(one) for one in told), strict=True))


def trend(accounts: QuerySet[Account], user: Any, now: datetime) -> Trend:
    """Seven queries, however many findings there are, and one more where something was read for the first time lately;
    most take their numbers from counts that are kept."""
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows: QuerySet[Finding] = accounts.limit(Finding.objects.all()).order_by()  # type: ignore[attr-defined]
    counts = accounts.limit(FindingCount.objects.filter(state__in=ACTIVE)).order_by()  # type: ignore[attr-defined]
    found = dict(counts.values_list("severity").annotate(Sum("number")))
    newest = _first_readings_since(accounts, since - FIRST_LOOK)
    at_first = rows.filter(_AT_FIRST, resource__scope__first_read_at__gte=since - FIRST_LOOK)
    first = _per_day(at_first, "opened_at", since) if newest else Counter[date]()
    week = _grave_in_a_week(rows, now - WEEK, newest)
    active: QuerySet[Any] = accounts.limit(Finding.objects.active()).order_by()  # type: ignore[attr-defined]
    mine = active.filter(assignee=getattr(user, "pk", None), assignee__isnull=False)
    told = list(mine.select_related("resource", "account").order_by("-risk")[:MINE_SHOWN])
    for one in told:
        one.title = title_of(one.rule)
    return Trend(
        judged=accounts.limit(Verdicts.objects.all()).exists(),  # type: ignore[attr-defined]
        severities={one.value: found.get(one.value, 0) for one in Severity},
        days=[(day, max(0, opened - first[day]), closed, first[day])
              for day, opened, closed in course(accounts, now).days],
        grave_opened=week["opened"],
        grave_closed=week["closed"],
        mine=told,
        mine_count=counts.filter(assignee=user.pk).total() if len(told) == MINE_SHOWN else len(told),
    )  # fmt: skip


def _first_readings_since(accounts: QuerySet[Account], since: datetime) -> datetime | None:
    """The latest first reading of any scope since then. None spares looking at where each finding was made."""
    scopes: QuerySet[Scope] = accounts.limit(Scope.objects.filter(first_read_at__gte=since))  # type: ignore[attr-defined]
    told: datetime | None = scopes.order_by().aggregate(latest=Max("first_read_at"))["latest"]
    return told


def _grave_in_a_week(rows: QuerySet[Finding], since: datetime, newest: datetime | None) -> dict[str, int]:
    """Critical and high ones that were opened (not by a first reading, the latest of which was `newest`) and closed
    since then."""
    opened, closed = Q(opened_at__gte=since), Q(closed_at__gte=since)
    may_be_first = newest is not None and newest >= since - FIRST_LOOK
    found: dict[str, int] = rows.filter(opened | closed, severity__in=_GRAVE).aggregate(
        opened=Count("pk", filter=opened & ~_AT_FIRST if may_be_first else opened), closed=Count("pk", filter=closed)
    )
    return found


def _per_day(rows: QuerySet[Finding], moment: str, since: datetime) -> Counter[date]:
    days = rows.filter(**{f"{moment}__gte": since}).annotate(day=TruncDate(moment)).values_list("day")
    return Counter(dict(days.annotate(Count("pk"))))
