"""Keep the counts of findings (`findings.models.tally`) in step with the findings, fold them, and recount them.

Whoever writes findings says what each was before and is now, and writes the ledger in the same transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from findings.models.tally import TALLIES, DayCount, FindingCount, RegionCount, Tally
from inventory.models import Account

#: A sort of a table: the values of its SORT.
Sort = tuple[type[Tally], tuple[Any, ...]]
Sums = Counter[Sort]


def sorts(finding: Any) -> tuple[Sort, ...]:
    """All sorts that a finding is counted among, as it stands."""
    account, state, severity, rank = finding.account_id, finding.state, finding.severity, finding.rank
    days = [(_day(finding.opened_at), DayCount.OPENED)]
    if finding.closed_at is not None:
        days.append((_day(finding.closed_at), DayCount.CLOSED))
    told: list[Sort] = [
        (FindingCount, (account, finding.rule, str(state), severity, rank, finding.assignee_id)),
        (RegionCount, (account, finding.region, str(state), severity, rank)),
        *((DayCount, (whose, finding.rule, *day)) for day in days for whose in (account, None)),
    ]
    return tuple(told)


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


class Ledger:
    """Collects what a transaction changes of the counts, and writes it at once: O(sorts that changed)."""

    def __init__(self) -> None:
        self.changes: Sums = Counter()

    def add(self, found: Iterable[Sort]) -> None:
        self.changes.update(found)

    def take(self, found: Iterable[Sort]) -> None:
        self.changes.subtract(found)

    def write(self) -> None:
        write(self.changes)
        self.changes = Counter()


def write(changes: Sums, folded: bool = False) -> None:
    """Add these differences to the tables."""
    for model in TALLIES:
        rows = [
            model(**dict(zip(model.SORT, sort, strict=True)), number=number, folded=folded)
            for (of, sort), number in changes.items()
            if of is model and number
        ]
        model.objects.bulk_create(rows, batch_size=500)


def counted(rows: QuerySet[Any, Any]) -> Sums:
    """The sorts of these findings with their numbers, counted from the findings themselves."""
    told: Sums = Counter()
    for model in (FindingCount, RegionCount):
        for *sort, number in rows.order_by().values_list(*model.SORT).annotate(Count("pk")):
            told[model, tuple(sort)] = number
    for column, what in (("opened_at", DayCount.OPENED), ("closed_at", DayCount.CLOSED)):
        days = rows.filter(**{f"{column}__isnull": False}).order_by().annotate(on=TruncDate(column, tzinfo=UTC))
        for account, rule, day, number in days.values_list("account_id", "rule", "on").annotate(Count("pk")):
            for whose in (account, None):
                told[DayCount, (whose, rule, day, what)] += number
    return told


def fold(account: int | None) -> None:
    """Make one row of many of the same sort; sums stay as they are. Rows that another process folds are left to it."""
    with transaction.atomic():
        for model in TALLIES:
            rows = model.objects.filter(account=account)
            if rows.filter(folded=False).exists():
                _fold(rows, model)


def _fold(rows: QuerySet[Any, Any], model: type[Tally]) -> None:
    locked = rows.select_for_update(skip_locked=True, of=("self",)) if _waits() else rows
    sums: Counter[tuple[Any, ...]] = Counter()
    alike: dict[tuple[Any, ...], list[tuple[int, bool]]] = {}
    for pk, folded, number, *sort in locked.values_list("pk", "folded", "number", *model.SORT):
        sums[tuple(sort)] += number
        alike.setdefault(tuple(sort), []).append((pk, folded))
    stale = {sort: pks for sort, pks in alike.items() if len(pks) > 1 or not pks[0][1] or not sums[sort]}
    old = [pk for pks in stale.values() for pk, _ in pks]
    for begin in range(0, len(old), 500):
        model.objects.filter(pk__in=old[begin : begin + 500]).delete()
    write(Counter({(model, sort): sums[sort] for sort in stale}), folded=True)


def fold_all() -> None:
    """Fold every account that has differences not yet folded."""
    fresh: set[int | None] = set()
    for model in TALLIES:
        fresh.update(model.objects.filter(folded=False).order_by().values_list("account_id", flat=True).distinct())
    for account in fresh:
        fold(account)


def forget(account: Account) -> None:
    """An account goes, and its findings with it: they no longer count among those of all accounts."""
    days = DayCount.objects.filter(account=account).order_by().values_list("rule", "day", "what")
    write(Counter({(DayCount, (None, *sort)): -number for *sort, number in days.annotate(Sum("number"))}))


def differences(findings: type[Any], account: int | None) -> Sums:
    """What the findings of an account (None: of all together) say beyond what the counts say; empty when they agree.

    Both are read from one snapshot of the database, so what others write meanwhile makes no difference.
    """
    rows = findings._default_manager.all()
    told = counted(rows if account is None else rows.filter(account=account))
    told = Counter({(model, sort): number for (model, sort), number in told.items() if sort[0] == account})
    for model in TALLIES:
        for *sort, number in (
            model.objects.filter(account=account).order_by().values_list(*model.SORT).annotate(Sum("number"))
        ):
            told[model, tuple(sort)] -= number
    return Counter({sort: number for sort, number in told.items() if number})


def recount(findings: type[Any], mend: bool = True) -> Iterator[tuple[str, int]]:
    """Account by account, and at last all together: how many counts differ from a recount; `mend` sets them right.

    Nobody is kept waiting. To be called outside a transaction (PostgreSQL reads one snapshot in each of its own).
    """
    for account in (*Account.objects.order_by("pk"), None):
        nested = connection.in_atomic_block
        with transaction.atomic():
            if _waits() and not nested:
                with connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            wrong = differences(findings, account and account.pk)
            if mend:
                write(wrong)
        if mend and wrong:
            fold(account and account.pk)
        yield str(account or "All accounts"), len(wrong)


def _waits() -> bool:
    """Whether the database has several writers at once; with SQLite there is one at a time."""
    return connection.vendor == "postgresql"
