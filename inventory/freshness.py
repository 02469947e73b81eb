"""Whether what we know of an account is current: fresh · stale · partial · failed · never · paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q, QuerySet

from inventory.models import Account, Scope

#: Beyond so many times its interval an account that is not read again is stale.
STALE_AFTER = 2

FRESH, STALE, PARTIAL, FAILED, NEVER, PAUSED = "fresh", "stale", "partial", "failed", "never", "paused"


@dataclass(frozen=True)
class Freshness:
    """The state of one account; `complete_at` is when the scope that lags most was last read completely,
    `read_at` when any scope was last read at all."""

    account: int
    provider: str
    state: str
    complete_at: datetime | None
    read_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        return self.state == FRESH


def freshness(accounts: QuerySet[Account], now: datetime) -> list[Freshness]:
    """The state of each account, from its scopes, in two queries."""
    scopes = {row.account: row for row in map(_Scopes._make, _scopes(accounts))}
    rows = accounts.order_by().values_list("pk", "provider", "every_minutes", "paused")
    return [_of(pk, provider, every, paused, scopes.get(pk), now) for pk, provider, every, paused in rows]


class _Scopes(NamedTuple):
    """The scopes of one account summed up: times, and how many there are of which kind."""

    account: int
    oldest: datetime | None
    newest: datetime | None
    scopes: int
    never_complete: int
    partial: int
    failed: int


def _scopes(accounts: QuerySet[Account]) -> QuerySet[Scope, tuple[Any, ...]]:
    return (
        Scope.objects.filter(account__in=accounts)
        .exclude(state="not applicable")
        .order_by()
        .values_list("account")
        .annotate(
            Min("complete_at"),
            Max("read_at"),
            Count("pk"),
            never=Count("pk", filter=Q(complete_at=None)),
            partial=Count("pk", filter=Q(state="partial")),
            failed=Count("pk", filter=Q(state__in=["failed", "denied"])),
        )
    )


def _of(account: int, provider: str, every: int, paused: bool, scopes: _Scopes | None, now: datetime) -> Freshness:
    if scopes is None or scopes.newest is None:
        return Freshness(account, provider, PAUSED if paused else NEVER, None)
    due = now - STALE_AFTER * timedelta(minutes=every)
    oldest = None if scopes.never_complete else scopes.oldest
    if paused:
        state = PAUSED
    elif scopes.failed == scopes.scopes:
        state = FAILED
    elif scopes.failed or scopes.partial or oldest is None:
        state = PARTIAL
    else:
        state = STALE if oldest < due else FRESH
    return Freshness(account, provider, state, oldest, scopes.newest)
