"""Whether the list can be trusted: how fresh each provider is, and which accounts were not read completely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from findings.pages import _past
from findings.pages.functions.asked import Asked
from inventory.freshness import Freshness, freshness
from inventory.models import Account


@dataclass(frozen=True)
class AsOf:
    """One provider: `at` is how old the oldest of its accounts is while all are read completely and lately; while
    `incomplete` ones are among them, when any of them was last read. None: nothing was read yet."""

    provider: str
    at: datetime | None
    accounts: int
    incomplete: int


@dataclass(frozen=True)
class Coverage:
    """The accounts a list covers. While not all are fresh, counts may be too low, and nothing is "all clear"."""

    accounts: int
    fresh: int
    as_of: Sequence[AsOf]
    late: frozenset[int]

    @property
    def complete(self) -> bool:
        return self.fresh == self.accounts

    @property
    def missing(self) -> int:
        return self.accounts - self.fresh


def coverage(wanted: Asked) -> Coverage:
    if wanted.at is not None:
        return coverage_then(_past.past_of(wanted.at, wanted.scope.accounts))
    return coverage_of(wanted.scope.accounts, wanted.now)


def coverage_then(past: _past.Past) -> Coverage:
    """How far a list of an earlier time can be trusted: what was not read for long then may have been otherwise."""
    late = frozenset(past.late)
    return Coverage(past.accounts, past.accounts - len(late), [], late)


def coverage_of(accounts: QuerySet[Account], now: datetime) -> Coverage:
    """How far a list over these accounts can be trusted."""
    states = freshness(accounts, now)
    providers = sorted({state.provider for state in states})
    late = frozenset(state.account for state in states if not state.is_complete)
    as_of = [as_of_provider(provider, [s for s in states if s.provider == provider]) for provider in providers]
    return Coverage(len(states), len(states) - len(late), as_of, late)


def as_of_provider(provider: str, states: Sequence[Freshness]) -> AsOf:
    incomplete = sum(not state.is_complete for state in states)
    oldest = [state.complete_at for state in states if state.complete_at]
    newest = [state.read_at for state in states if state.read_at]
    at = max(newest, default=None) if incomplete else min(oldest, default=None)
    return AsOf(provider, at, len(states), incomplete)
