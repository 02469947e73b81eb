"""What changed, newest first, as sentences: for the overview, the changes page and the timelines of one resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import F, Q, QuerySet

from inventory.models import Account, Resource, Snapshot
from inventory.semantics import Line, Risk, kinds_of, lines, risk_of

Json = Any

#: Kinds of resources whose changes people follow; policies show through the identities that hold them, too.
FOLLOWED = ("function", "identity", "policy")


@dataclass(frozen=True)
class Change:
    """One line of the feed. `others` are resources with the very same change at the same time (one deployment)."""

    at: datetime
    resource: Resource
    lines: Sequence[Line]
    snapshot: Snapshot | None = None
    others: Sequence[Resource] = field(default=())

    @property
    def risk(self) -> Risk:
        return risk_of(self.lines)

    @property
    def kinds(self) -> list[str]:
        return kinds_of(self.lines)

    @property
    def number(self) -> int | None:
        return self.snapshot.number if self.snapshot else None

    @property
    def gap(self) -> timedelta | None:
        """How long before `at` the change may have happened; None when it was not a change of a known state."""
        after = self.snapshot.changed_after if self.snapshot else None
        return self.at - after if after else None


def newest(accounts: QuerySet[Account], count: int, before: datetime | None = None) -> list[Change]:
    """The newest `count` changes in these accounts before a time: changed, added after the first reading, removed."""
    limit = Q(at__lt=before) if before else Q()
    snapshots = (
        Snapshot.objects.filter(
            limit, resource__account__in=accounts, resource__kind__in=FOLLOWED, number__gt=1, renormalized=False
        )
        .exclude(changed=[], became_readable=[])
        .order_by("-at", "-id")
        .defer("digests")
        .select_related("resource__account")
    )
    found = [*described(list(snapshots[:count])), *_added(accounts, count, before), *_removed(accounts, count, before)]
    found.sort(key=attrgetter("at"), reverse=True)
    return found[:count]


def described(snapshots: Sequence[Snapshot]) -> list[Change]:
    """Snapshots as changes: each compared with the one before it (one query for all of those)."""
    earlier = _earlier(snapshots)
    return [
        Change(
            at=snapshot.at,
            resource=snapshot.resource,
            lines=lines(
                earlier.get((snapshot.resource_id, snapshot.number - 1)),
                snapshot.document,
                snapshot.became_readable,
                snapshot.resource.kind,
            ),
            snapshot=snapshot,
        )
        for snapshot in snapshots
    ]


def _earlier(snapshots: Sequence[Snapshot]) -> dict[tuple[int, int], Json]:
    known = {(snapshot.resource_id, snapshot.number): snapshot.document for snapshot in snapshots}
    wanted = {(s.resource_id, s.number - 1) for s in snapshots if s.number > 1} - known.keys()
    if not wanted:
        return known
    which = Q()
    for resource, number in sorted(wanted):
        which |= Q(resource_id=resource, number=number)
    rows = Snapshot.objects.filter(which).values_list("resource_id", "number", "document")
    return known | {(resource, number): document for resource, number, document in rows}


def _added(accounts: QuerySet[Account], count: int, before: datetime | None) -> Iterator[Change]:
    """Resources first seen after the first reading of their scope: what that one found was there already."""
    limit = Q(first_seen__lt=before) if before else Q()
    rows = (
        Resource.objects.filter(limit, account__in=accounts, kind="function")
        .filter(first_seen__gt=F("scope__first_read_at"))
        .order_by("-first_seen", "-id")
        .select_related("account")[:count]
    )
    for resource in rows:
        yield Change(resource.first_seen, resource, lines(None, {}, noun=resource.kind))


def _removed(accounts: QuerySet[Account], count: int, before: datetime | None) -> Iterator[Change]:
    limit = Q(gone_at__lt=before) if before else Q()
    rows = (
        Resource.objects.filter(limit, account__in=accounts, kind__in=FOLLOWED, gone_at__isnull=False)
        .order_by("-gone_at", "-id")
        .select_related("account")[:count]
    )
    for resource in rows:
        if resource.gone_at:
            yield Change(resource.gone_at, resource, lines({}, None, noun=resource.kind))


def folded(changes: Iterable[Change]) -> list[Change]:
    """The same change of several resources of one account at one time as one entry ("same on 38 functions")."""
    alike: dict[tuple[Any, ...], list[Change]] = defaultdict(list)
    for change in changes:
        told = tuple(line.text for line in change.lines)
        alike[change.at, change.resource.account_id, change.resource.kind, told].append(change)
    return [replace(first, others=[change.resource for change in others]) for first, *others in alike.values()]
