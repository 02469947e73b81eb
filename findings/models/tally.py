"""How many findings there are of each sort: kept as they change, so that no page has to count millions of rows.

Each table is a log of differences: whoever changes findings adds rows in the same transaction, and never changes one.
A count is the sum of `number` over the rows of a sort. So two writers at once neither wait for each other nor lose
anything, and every sum is exact at all times. `findings.models.ledger` writes them, and folds many rows into one.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Sum

from inventory.models import Account, User


class TallyQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User | Any) -> Self:
        return Account.objects.visible_to(user).limit(self)

    def total(self) -> int:
        return int(self.aggregate(sum=Sum("number"))["sum"] or 0)


class Tally(models.Model):
    """`SORT` names the columns that tell one sort from another; `folded` is false for a difference not yet folded."""

    SORT: ClassVar[tuple[str, ...]]

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    number = models.IntegerField()
    folded = models.BooleanField(default=False)

    objects = TallyQuerySet.as_manager()

    class Meta:
        abstract = True


class FindingCount(Tally):
    """Findings of a rule, an account, a state, a severity and an assignee."""

    SORT = ("account_id", "rule", "state", "severity", "rank", "assignee_id")

    rule = models.CharField(max_length=80)
    state = models.CharField(max_length=16)
    severity = models.CharField(max_length=8)
    rank = models.SmallIntegerField()
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["rule", "account"], name="finding_count_by_rule"),
            models.Index(fields=["account"], name="finding_count_news", condition=models.Q(folded=False)),
        ]


class RegionCount(Tally):
    """Findings of an account, a region, a state and a severity."""

    SORT = ("account_id", "region", "state", "severity", "rank")

    region = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=16)
    severity = models.CharField(max_length=8)
    rank = models.SmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["account"], name="region_count_news", condition=models.Q(folded=False))]


class DayCount(Tally):
    """Findings of a rule and an account that were opened (their present spell began) or closed on a day of UTC.

    Those of all accounts together stand once more with no account: whoever sees everything sums a few rows.
    """

    SORT = ("account_id", "rule", "day", "what")
    OPENED, CLOSED = "opened", "closed"

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="+")  # type: ignore[assignment]
    rule = models.CharField(max_length=80)
    day = models.DateField()
    what = models.CharField(max_length=8)

    class Meta:
        indexes = [
            models.Index(fields=["account", "day"], name="day_count_by_day"),
            models.Index(fields=["account"], name="day_count_news", condition=models.Q(folded=False)),
        ]


TALLIES: tuple[type[Tally], ...] = (FindingCount, RegionCount, DayCount)
