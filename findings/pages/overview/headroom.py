"""Limits of accounts that are nearest to being reached, from the account-wide settings that were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from inventory.facts import Kind
from inventory.models import Account, Resource

Json = Any
SHOWN = 6
NEAR_PERCENT = 80


@dataclass(frozen=True)
class Limit:
    """One limit: how much of it is used, and what it is in all (functions running at once, or bytes of code)."""

    name: str
    percent: int
    whole: int
    unit: str = ""

    @property
    def is_near(self) -> bool:
        return self.percent >= NEAR_PERCENT


@dataclass(frozen=True)
class Headroom:
    """A limit of one account in one region."""

    account: Account
    region: str
    limit: Limit


def headroom(accounts: QuerySet[Account]) -> list[Headroom]:
    """The fullest limits, fullest first; those of which nothing is used are left out."""
    rows = Resource.objects.filter(account__in=accounts, kind=Kind.ACCOUNT, gone_at=None)
    found = [
        Headroom(row.account, row.region, limit)
        for row in rows.select_related("account", "latest")
        for limit in limits(row.document.get("limits") or {})
    ]
    used = [entry for entry in found if entry.limit.percent]
    return sorted(used, key=lambda entry: -entry.limit.percent)[:SHOWN]


def limits(section: Mapping[str, Json]) -> Iterator[Limit]:
    """The limits of which both the whole and what is used are known (`limits` of an account, see inventory.facts)."""
    concurrent, unreserved = section.get("concurrent"), section.get("unreserved")
    if isinstance(concurrent, int) and isinstance(unreserved, int) and concurrent > 0:
        yield Limit("Concurrency reserved", round(100 * (concurrent - unreserved) / concurrent), concurrent)
    code, used = section.get("code_bytes"), section.get("code_used_percent")
    if isinstance(code, int) and isinstance(used, int):
        yield Limit("Code storage", used, code, "bytes")
