"""One axis of time for a resource: its own changes, those of what it rests on, the cloud's log, findings, gaps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from findings import rules
from findings.models import FindingEvent
from findings.pages import _feed
from findings.states import Happening
from inventory.models import Activity, ReadingGap, Resource, RevisionComment, Snapshot
from inventory.revisions import changes_of
from inventory.semantics import KINDS
from inventory.shelf import shelf

PAGE, ACTS, EVENTS, GAPS = 25, 60, 60, 20
#: What the chips above a timeline choose: kinds of change, then what else stands on the axis.
BESIDE, LOG, FINDINGS = "beside", "log", "findings"
#: Turns of a finding that belong to what happened in the cloud, and the word for each.
TURNS = {
    Happening.OPENED: "opened", Happening.REOPENED: "opened again", Happening.RESOLVED: "resolved",
    Happening.GONE: "closed: its resource is gone",
}  # fmt: skip


@dataclass(frozen=True)
class Span:
    """The time that a page of a timeline shows: all after `since`, and up to `until` where that is not now."""

    since: datetime
    until: datetime | None

    def limit(self, moment: str = "at") -> Q:
        upper = Q(**{f"{moment}__lt": self.until}) if self.until else Q()
        return Q(**{f"{moment}__gte": self.since}) & upper


@dataclass(frozen=True)
class Entry:
    """One line of the timeline: a change (`own` of the resource or of what it rests on), an act of the cloud's log, a
    turn of a finding, or a time in which nothing was read. `late`: it changed somewhere in a longer time before.
    `comments`: those on the revision, oldest first."""

    at: datetime
    change: _feed.Change | None = None
    own: bool = False
    late: bool = False
    act: Activity | None = None
    turn: Turn | None = None
    gap: ReadingGap | None = None
    comments: Sequence[RevisionComment] = field(default=())


@dataclass(frozen=True)
class Turn:
    """What happened to a finding: its title, the word for it, and where it is shown."""

    finding: int
    title: str
    word: str
    severity: str
    opened: bool
    causes: Sequence[_feed.Change] = field(default=())
    mended_after: timedelta | None = None


def chips(resource: Resource, others: Sequence[Resource], asked: str) -> list[tuple[str, str, bool]]:
    """What can be chosen: (word, title, whether it is chosen)."""
    kinds = [(kind, kind.capitalize()) for kind in KINDS if kind not in ("added", "removed")]
    more = [(BESIDE, "Identity and policies")] if others else []
    every = [("", "Everything"), *kinds, *more, (LOG, "Cloud's log"), (FINDINGS, "Findings")]
    return [(word, title, word == asked) for word, title in every]


def revisions_of(resource: Resource, asked: str, before: int) -> list[Snapshot]:
    """The revisions of a page, newest first: of one kind where a kind is asked for."""
    found: QuerySet[Snapshot] = resource.snapshots.filter(number__lt=before)
    if asked in KINDS:
        found = found.filter(**{f"changes__{asked}": True}).distinct()
    return list(found.order_by("-number").select_related("resource__account").defer("digests")[:PAGE])


def entries(
    resource: Resource, others: Sequence[Resource], own: Sequence[Snapshot], asked: str, *, newest: bool, every: int
) -> list[Entry]:
    """Everything on the axis in the time that these revisions span, newest first."""
    if not own:
        return []
    span = Span(own[-1].at, None if newest else own[0].at)
    mine = own if asked not in (BESIDE, LOG, FINDINGS) else []
    theirs = _theirs(others, span, asked) if asked not in (LOG, FINDINGS) else []
    changes = _feed.described([*mine, *theirs])
    usual = timedelta(minutes=2 * every)
    found = [_entry(change, resource, usual) for change in changes]
    if asked in ("", "removed") and any(snapshot.gone_at for snapshot in own):
        found += _removed(resource, span)
    if asked in ("", LOG):
        found += _acts([resource, *others], span, changes)
    if asked in ("", FINDINGS):
        found += _turns(resource, span)
    if asked == "":
        found += [Entry(gap.until, gap=gap) for gap in _gaps(resource, span)]
    return sorted(found, key=lambda one: (one.at, one.own), reverse=True)


def _entry(change: _feed.Change, resource: Resource, usual: timedelta) -> Entry:
    changed = bool(change.snapshot and change.snapshot.changed and change.gap and change.gap > usual)
    return Entry(change.at, change, change.resource.pk == resource.pk, changed)


def _theirs(others: Sequence[Resource], span: Span, asked: str) -> list[Snapshot]:
    """Changes of what the resource rests on."""
    if not others:
        return []
    found = changes_of(others).filter(span.limit()).order_by("-at", "-pk").select_related("resource__account")
    if asked in KINDS:
        found = found.filter(**{f"changes__{asked}": True}).distinct()
    return list(found[:PAGE])


def _removed(resource: Resource, span: Span) -> list[Entry]:
    rows = resource.changes.filter(span.limit(), event="removed")
    return [Entry(change.at, change, own=True) for change in _feed.shown(rows, PAGE)]


def _acts(resources: Sequence[Resource], span: Span, changes: Iterable[_feed.Change]) -> list[Entry]:
    """The entries of the log that no change on the page shows already."""
    shown = {act.activity_id for change in changes for act in change.acts}
    rows = Activity.objects.filter(span.limit(), resource__in=[row.pk for row in resources]).exclude(pk__in=shown)
    return [Entry(act.at, act=act) for act in rows.order_by("-at", "-pk").select_related("resource")[:ACTS]]


def _gaps(resource: Resource, span: Span) -> list[ReadingGap]:
    return list(ReadingGap.objects.filter(span.limit("until"), scope=resource.scope_id).order_by("-until")[:GAPS])


def _turns(resource: Resource, span: Span) -> list[Entry]:
    """Findings of the resource opened and closed, each with the changes that were first seen when it was."""
    rows = list(
        FindingEvent.objects.filter(span.limit(), finding__resource=resource, what__in=list(TURNS))
        .order_by("-at", "-pk").select_related("finding")[:EVENTS]
    )  # fmt: skip
    causes = _causes(resource, {row.at for row in rows})
    titles = {rule.id: rule.title for rule in shelf(rules, "RULE").values()}
    return [Entry(row.at, turn=_turn(row, titles, causes.get(row.at, []))) for row in rows]


def _causes(resource: Resource, moments: set[datetime]) -> dict[datetime, list[_feed.Change]]:
    rows = resource.changes.filter(at__in=moments).exclude(event="readable") if moments else None
    found: dict[datetime, list[_feed.Change]] = {}
    for change in _feed.shown(rows, EVENTS) if rows is not None else ():
        found.setdefault(change.at, []).append(change)
    return found


def _turn(row: FindingEvent, titles: dict[str, str], causes: Sequence[_feed.Change]) -> Turn:
    finding, opened = row.finding, row.what in (Happening.OPENED, Happening.REOPENED)
    mended = None if opened else row.at - finding.opened_at
    return Turn(
        finding.pk, titles.get(finding.rule, finding.rule), TURNS[Happening(row.what)], finding.severity, opened,
        causes, mended,
    )  # fmt: skip
