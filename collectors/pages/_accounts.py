"""What the list of accounts says of each, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from collectors.models import Run
from collectors.pages._marks import Mark, mark_of
from inventory.facts import ReadState
from inventory.freshness import Freshness, freshness
from inventory.models import Account, Function, Scope, ScopeCoverage

UNREAD_STATES = (ReadState.PARTIAL, ReadState.DENIED, ReadState.FAILED)


@dataclass(frozen=True)
class AccountRow:
    """One line of the list. `read` of `scopes` were read completely last time; `missing` permissions were refused."""

    account: Account
    state: str
    complete_at: datetime | None
    functions: int
    read: int
    scopes: int
    missing: int
    last: Run | None

    @property
    def mark(self) -> Mark:
        return mark_of(self.state)

    @property
    def seconds(self) -> float | None:
        return run_seconds(self.last) if self.last else None

    @property
    def throttles(self) -> int:
        return int(self.last.totals.get("throttles", 0)) if self.last else 0

    @property
    def due(self) -> datetime | None:
        """When the next run is due; None while paused or running."""
        return None if self.account.paused or (self.last and self.last.state in Run.ACTIVE) else self.account.due_at


def run_seconds(run: Run) -> float | None:
    """How long a run took, None while it has not ended or never began."""
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def account_rows(accounts: Sequence[Account], now: datetime) -> list[AccountRow]:
    """The lines for these accounts, in their order."""
    keys = [account.pk for account in accounts]
    states = {state.account: state for state in freshness(Account.objects.filter(pk__in=keys), now)}
    functions = dict(
        Function.objects.filter(account__in=keys, gone_at=None).order_by().values_list("account").annotate(Count("pk"))
    )
    scopes = {key: (total, read) for key, total, read in _scopes(keys)}
    missing = dict(
        ScopeCoverage.objects.filter(scope__account__in=keys, state__in=UNREAD_STATES)
        .exclude(permission="")
        .order_by()
        .values_list("scope__account")
        .annotate(Count("permission", distinct=True))
    )
    whole = Run.objects.filter(account__in=keys).exclude(trigger="function")
    lasts = whole.order_by().values("account").annotate(last=Max("pk"))
    runs = {run.account_id: run for run in Run.objects.filter(pk__in=lasts.values("last"))}
    return [
        _row(account, states.get(account.pk), functions, scopes.get(account.pk, (0, 0)), missing, runs)
        for account in accounts
    ]


def _scopes(keys: Sequence[int]) -> list[tuple[int, int, int]]:
    rows = (
        Scope.objects.filter(account__in=keys)
        .exclude(state=ReadState.NOT_APPLICABLE)
        .order_by()
        .values_list("account")
        .annotate(Count("pk"), read=Count("pk", filter=Q(state=ReadState.COMPLETE)))
    )
    return list(rows)


def _row(
    account: Account,
    state: Freshness | None,
    functions: dict[int, int],
    scopes: tuple[int, int],
    missing: dict[int, int],
    runs: dict[int, Run],
) -> AccountRow:
    return AccountRow(
        account=account,
        state=state.state if state else "never",
        complete_at=state.complete_at if state else None,
        functions=functions.get(account.pk, 0),
        read=scopes[1],
        scopes=scopes[0],
        missing=missing.get(account.pk, 0),
        last=runs.get(account.pk),
    )
