"""What of an account could be read, scope by scope, and which permissions would make the rest readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min, Prefetch

from collectors.pages._accounts import UNREAD_STATES
from collectors.pages._marks import Mark, mark_of
from inventory.models import Account, Function, Resource, Scope, ScopeCoverage

#: Names of vanished resources that are shown of an account.
VANISHED_SHOWN = 20


@dataclass(frozen=True)
class ScopeLine:
    """One scope: its parts split into those that were not read completely and the others."""

    scope: Scope
    functions: int
    troubles: Sequence[ScopeCoverage]
    others: Sequence[ScopeCoverage]

    @property
    def mark(self) -> Mark:
        return mark_of(self.scope.state)


@dataclass
class Missing:
    """One permission that was refused, what could not be read without it, and in which scopes."""

    permission: str
    optional: bool = True
    parts: set[str] = field(default_factory=set)
    scopes: set[str] = field(default_factory=set)

    @property
    def hides(self) -> list[str]:
        return sorted(self.parts)

    @property
    def where(self) -> list[str]:
        return sorted(self.scopes)


@dataclass(frozen=True)
class Vanished:
    """What complete readings of a scope no longer list, and is not taken for gone yet."""

    scope: str
    count: int
    since: datetime
    examples: Sequence[str]


def vanished(account: Account) -> list[Vanished]:
    """What is held back of this account, scope by scope, in two queries."""
    held = Resource.objects.filter(account=account, missing_since__isnull=False)
    counts = held.order_by("scope__name").values_list("scope__name").annotate(Count("pk"), Min("missing_since"))
    names: dict[str, list[str]] = {}
    for scope, name in held.order_by("name").values_list("scope__name", "name")[:VANISHED_SHOWN]:
        names.setdefault(scope, []).append(name)
    return [Vanished(scope, count, since, names.get(scope, [])) for scope, count, since in counts]


def scope_coverage(account: Account) -> list[ScopeLine]:
    """The scopes of the account, those with troubles first, in three queries."""
    functions = dict(
        Function.objects.filter(account=account, gone_at=None)
        .order_by()
        .values_list("resource__scope")
        .annotate(Count("pk"))
    )
    parts = Prefetch("coverage", ScopeCoverage.objects.order_by("optional", "-listing", "part"), to_attr="told")
    lines = [_line(scope, functions) for scope in Scope.objects.filter(account=account).prefetch_related(parts)]
    return sorted(lines, key=lambda line: (line.scope.state == "not applicable", not line.troubles, line.scope.name))


def _line(scope: Scope, functions: dict[int, int]) -> ScopeLine:
    told: list[ScopeCoverage] = scope.told  # type: ignore[attr-defined]  # prefetched under this name
    troubles = [part for part in told if part.state in UNREAD_STATES]
    return ScopeLine(scope, functions.get(scope.pk, 0), troubles, [part for part in told if part not in troubles])


def missing_permissions(account: Account) -> list[Missing]:
    """What to grant, needed ones first."""
    found: dict[str, Missing] = {}
    refused = ScopeCoverage.objects.filter(scope__account=account, state__in=UNREAD_STATES).exclude(permission="")
    for row in refused.select_related("scope"):
        missing = found.setdefault(row.permission, Missing(row.permission))
        missing.optional = missing.optional and row.optional
        missing.parts.add(row.part)
        missing.scopes.add(row.scope.name)
    return sorted(found.values(), key=lambda missing: (missing.optional, missing.permission))
