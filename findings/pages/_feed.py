"""Changes as pages show them, newest first: rows of the inventory with the equal ones and the log's entries beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from inventory.attribution import Told
from inventory.changes import Asked, filtered
from inventory.models import Change as Row
from inventory.models import ChangeAct, Resource, Snapshot
from inventory.models.account import AccountQuerySet
from inventory.models.change import ChangeQuerySet
from inventory.semantics import Line, Risk, kinds_of, lines, risk_of
from inventory.templatetags.fanlight import history_of

Json = Any

#: Kinds of resources whose changes people follow; an account's own settings have a page of their own.
FOLLOWED = ("function", "identity", "policy")
#: Names shown of equal changes, and entries of the log shown of one change.
OTHERS, ACTS = 20, 6
NOBODY = {
    Told.NONE: "The log was read over that time and names nobody who can have done it",
    Told.UNNAMED: "The log has an entry for it that names no actor",
    Told.BEHIND: "Who did it is not known yet: the log was not read up to then",
    Told.UNLOGGED: "Who did it is unknown: no log of this scope was read",
    Told.UNDATED: "Who did it is unknown: so is since when it may have happened",
}


@dataclass(frozen=True)
class Named:
    """One actor that the log names for a change: `parts` is what only they can have done ("": all of it)."""

    actor: str
    kind: str
    addresses: Sequence[str]
    requests: Sequence[str]
    parts: str = ""

    @property
    def address(self) -> str:
        """The page of everything that this actor did."""
        return actor_address(self.actor)


@dataclass(frozen=True)
class Change:
    """One line of the feed. `others` are resources with the very same change at the same time (one deployment), `alike`
    how many there are; `row` is what is stored of it, None for a comparison made on the spot."""

    at: datetime
    resource: Resource
    lines: Sequence[Line]
    snapshot: Snapshot | None = None
    others: Sequence[Resource] = field(default=())
    alike: int = 0
    row: Row | None = None
    acts: Sequence[ChangeAct] = field(default=())

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
        after = self.row.changed_after if self.row else self.snapshot.changed_after if self.snapshot else None
        return self.at - after if after else None

    @property
    def address(self) -> str:
        """Where this change stands in the resource's own timeline."""
        place = history_of(self.resource)
        return f"{place}?to={self.number}" if self.number else place

    @property
    def told(self) -> str:
        return self.row.told if self.row else ""

    @cached_property
    def named(self) -> list[Named]:
        """Who did it, or may have done it, as far as the log tells."""
        by: dict[tuple[str, str], list[ChangeAct]] = defaultdict(list)
        for act in self.acts:
            by[act.activity.actor or "nobody named", act.activity.actor_kind or "unknown"].append(act)
        whole = self.told == Told.FOUND
        return [
            Named(
                actor, kind, sorted({act.activity.source_ip for act in acts} - {""}),
                sorted({act.activity.request_id for act in acts} - {""}),
                "" if whole else ", ".join(sorted({part.partition(".")[0] for act in acts for part in act.aspects})),
            )
            for (actor, kind), acts in by.items()
        ]  # fmt: skip

    @property
    def nobody(self) -> str:
        """Why nobody is named; empty where somebody is, and for what nobody did."""
        return NOBODY.get(Told(self.told), "") if self.told else ""


def actor_address(actor: str) -> str:
    return f"{reverse('actor')}?{urlencode({'actor': actor})}"


def newest(accounts: AccountQuerySet, count: int, before: datetime | None = None) -> list[Change]:
    """The newest `count` changes in these accounts before a time, equal ones of one deployment as one."""
    rows = filtered(accounts.limit(Row.objects.all()), Asked(until=before)).filter(head=None)
    return shown(rows.filter(resource_kind__in=FOLLOWED), count)


def shown(rows: ChangeQuerySet, count: int) -> list[Change]:
    """The newest `count` of these rows as changes: with equal ones and the entries of the log, in three queries."""
    found = list(
        rows.order_by("-at", "-pk").select_related("resource__account", "snapshot")
        .defer("search_text", "snapshot__document", "snapshot__digests", "snapshot__unread")[:count]
    )  # fmt: skip
    return dressed(found)


def dressed(rows: Sequence[Row]) -> list[Change]:
    """Rows (with resource, account and snapshot) as changes."""
    pks = [row.pk for row in rows]
    heads = [row.pk for row in rows if row.alike]
    others: dict[int, list[Resource]] = defaultdict(list)
    if heads:
        equal = Row.objects.filter(head__in=heads).select_related("resource").order_by("pk").defer("search_text")
        for row in equal[: OTHERS * len(heads)]:
            if row.head_id:
                others[row.head_id].append(row.resource)
    acts: dict[int, list[ChangeAct]] = defaultdict(list)
    entries = ChangeAct.objects.filter(change__in=pks).select_related("activity").order_by("activity__at")
    for act in entries[: ACTS * max(len(pks), 1)]:
        acts[act.change_id].append(act)
    return [
        Change(
            row.at, row.resource, row.sentences, row.snapshot, others[row.pk][:OTHERS], row.alike, row, acts[row.pk]
        )
        for row in rows
    ]  # fmt: skip


def described(snapshots: Sequence[Snapshot]) -> list[Change]:
    """Snapshots (with resource) as changes: as they were told when they were recorded, else compared now."""
    told = Row.objects.filter(snapshot__in=[snapshot.pk for snapshot in snapshots]).exclude(event=Row.Event.REMOVED)
    rows = list(told.select_related("resource__account", "snapshot").defer("search_text", "snapshot__document"))
    stored = {change.row.snapshot_id: change for change in dressed(rows) if change.row}
    earlier = _earlier([one for one in snapshots if one.pk not in stored])
    return [
        replace(stored[snapshot.pk], snapshot=snapshot) if snapshot.pk in stored else _compared(snapshot, earlier)
        for snapshot in snapshots
    ]


def _compared(snapshot: Snapshot, earlier: dict[tuple[int, int], Json]) -> Change:
    before = earlier.get((snapshot.resource_id, snapshot.number - 1))
    if before is not None and (snapshot.renormalized or not snapshot.changed):
        # Read anew by a newer version of ours, or seen again: no change in the cloud.
        return Change(snapshot.at, snapshot.resource, [], snapshot)
    told = lines(before, snapshot.document, snapshot.became_readable, snapshot.resource.kind)
    return Change(snapshot.at, snapshot.resource, told, snapshot)


def _earlier(snapshots: Sequence[Snapshot]) -> dict[tuple[int, int], Json]:
    wanted = {(s.resource_id, s.number - 1) for s in snapshots if s.number > 1}
    if not wanted:
        return {}
    which = Q()
    for resource, number in sorted(wanted):
        which |= Q(resource_id=resource, number=number)
    rows = Snapshot.objects.filter(which).values_list("resource_id", "number", "document")
    return {(resource, number): document for resource, number, document in rows}


def folded(changes: Iterable[Change]) -> list[Change]:
    """The same change of several resources of one account at one time as one entry ("same on 38 functions")."""
    alike: dict[tuple[Any, ...], list[Change]] = defaultdict(list)
    for change in changes:
        told = tuple(line.text for line in change.lines)
        alike[change.at, change.resource.account_id, change.resource.kind, change.told, *_who(change), told].append(
            change
        )
    return [
        replace(first, others=[*first.others, *(one.resource for one in rest)], alike=first.alike + len(rest))
        for first, *rest in alike.values()
    ]


def _who(change: Change) -> tuple[str, ...]:
    return tuple(sorted(named.actor for named in change.named))
