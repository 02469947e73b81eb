"""The coverage strip: how many accounts of each provider are fresh, and how old the oldest reading is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from inventory.freshness import FRESH, PAUSED, Freshness, freshness
from inventory.models import Account


@dataclass(frozen=True)
class ProviderCoverage:
    """One provider's line. `troubles` are the other states with their counts; paused accounts are incomplete, too."""

    slug: str
    accounts: int
    fresh: int
    troubles: Sequence[tuple[str, int]]
    oldest: datetime | None

    @property
    def complete(self) -> bool:
        return self.fresh == self.accounts


def coverage(accounts: QuerySet[Account], now: datetime) -> list[ProviderCoverage]:
    """One line a provider, in the order of their names."""
    states = freshness(accounts, now)
    slugs = sorted({state.provider for state in states})
    return [_line(slug, [state for state in states if state.provider == slug]) for slug in slugs]


def _line(slug: str, states: list[Freshness]) -> ProviderCoverage:
    counts = Counter(state.state for state in states)
    read = [state.complete_at for state in states if state.complete_at and state.state != PAUSED]
    troubles = sorted((word, count) for word, count in counts.items() if word != FRESH)
    return ProviderCoverage(slug, len(states), counts[FRESH], troubles, min(read, default=None))
