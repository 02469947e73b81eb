"""Findings on the overview: how many are open, opened and closed per day, and what is mine."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from findings.models import Finding, Verdicts
from findings.present import title_of
from findings.severity import Severity
from inventory.models import Account

DAYS = 30
MINE_SHOWN = 5


@dataclass(frozen=True)
class Trend:
    """`severities` maps each severity to what is open; `days` are (day, opened, closed), oldest first.

    `judged` is false while no rule was ever asked: then numbers are unknown, not 0.
    """

    judged: bool
    severities: dict[str, int]
    days: list[tuple[date, int, int]]
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
    def chart(self) -> dict[str, str]:
        """The days as the chart's script takes them: lists in JSON."""
        told = list(zip(*((f"{day:%d %b}", opened, closed) for day, opened, closed in self.days), strict=True))
        return dict(zip(("labels", "opened", "closed"), (json.dumps(one) for one in told), strict=True))


def trend(accounts: QuerySet[Account], user: Any, now: datetime) -> Trend:
    """Six queries, however many findings there are."""
    since = (now - timedelta(days=DAYS - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows: QuerySet[Finding] = accounts.limit(Finding.objects.all()).order_by()  # type: ignore[attr-defined]
    active = Finding.objects.active() & rows
    found = dict(active.values_list("severity").annotate(Count("pk")))
    opened, closed = _per_day(rows, "opened_at", since), _per_day(rows, "closed_at", since)
    mine = active.filter(assignee=getattr(user, "pk", None), assignee__isnull=False)
    told = list(mine.select_related("resource", "account").order_by("-risk")[:MINE_SHOWN])
    for one in told:
        one.title = title_of(one.rule)
    return Trend(
        judged=accounts.limit(Verdicts.objects.all()).exists(),  # type: ignore[attr-defined]
        severities={one.value: found.get(one.value, 0) for one in Severity},
        days=[(day, opened[day], closed[day]) for day in (
            (since + timedelta(days=number)).date() for number in range(DAYS)
        )],
        mine=told,
        mine_count=mine.count() if len(told) == MINE_SHOWN else len(told),
    )  # fmt: skip


def _per_day(rows: QuerySet[Finding], moment: str, since: datetime) -> Counter[date]:
    days = rows.filter(**{f"{moment}__gte": since}).annotate(day=TruncDate(moment)).values_list("day")
    return Counter(dict(days.annotate(Count("pk"))))
