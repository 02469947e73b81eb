"""Which change opened which finding, which one mended it, and how long that took.

A *spell* of a finding goes from its opening (or reopening) to its end. Only a spell that ended because the rule passes
is mended; one that ended with its resource, or with the rule, is told apart, and one that is open has an age, not a
time to mend. A change opened or ended a spell when the reading that first saw it is the one in which that happened: a
change of the function, of the identity it runs as, or of a policy of that identity. Without one, the rule was new, or
the fault was there when the account was first read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median
from typing import Any

from django.db.models import Q, QuerySet

from findings.models import Finding, FindingEvent
from findings.present import title_of
from findings.severity import Severity
from findings.states import CLOSED, Happening
from inventory.chunks import batched
from inventory.models import Change, Function, Grant, Resource
from inventory.models.account import AccountQuerySet

BATCH = 500
#: So many spells are looked at; where there are more, it is said.
MOST = 20_000
#: So many weeks are drawn.
DRAWN = 13
#: How a spell ended, in the words of the report; "" while it is open.
ENDS = {Happening.RESOLVED: "mended", Happening.GONE: "gone", Happening.RETIRED: "rule retired"}
BEGINNINGS = (Happening.OPENED, Happening.REOPENED)


@dataclass(frozen=True)
class Cause:
    """A change that a spell began or ended with; `actor` is "" where the cloud's log names nobody for all of it."""

    change: int
    resource: str
    name: str
    kind: str
    at: datetime
    says: Sequence[str]
    actor: str
    told: str


@dataclass(frozen=True)
class Spell:
    """One time in which a finding was there. `severity` is that of its opening, as far as it is known."""

    finding: int
    rule: str
    severity: str
    uid: str
    name: str
    account: str
    resource: int
    opened_at: datetime
    ended_at: datetime | None = None
    end: str = ""
    opened_by: Sequence[Cause] = ()
    ended_by: Sequence[Cause] = ()

    @property
    def title(self) -> str:
        return title_of(self.rule)

    @property
    def to_mend(self) -> timedelta | None:
        """How long it took to mend; None for one that is open, or ended otherwise."""
        return self.ended_at - self.opened_at if self.ended_at and self.end == "mended" else None

    def age(self, at: datetime) -> timedelta | None:
        """How long it has been there; None for one that ended."""
        return None if self.ended_at else at - self.opened_at


@dataclass(frozen=True)
class Measure:
    """Spells summed up: of the mended ones the median and the time within which nine of ten were mended, of the open
    ones the median age and the greatest. None where there is none."""

    word: str
    opened: int
    mended: int
    otherwise: int
    open: int
    median: timedelta | None
    ninety: timedelta | None
    age: timedelta | None
    oldest: timedelta | None


@dataclass(frozen=True)
class Week:
    """The week that begins on `day` (Monday): what was opened and mended in it, and how long that had taken."""

    day: date
    opened: int
    mended: int
    median: timedelta | None


@dataclass(frozen=True)
class Mending:
    """The spells found, newest first, and what they come to; `cut`: there are more than were looked at."""

    spells: Sequence[Spell]
    at: datetime
    cut: bool

    @property
    def whole(self) -> Measure:
        return measured("all", self.spells, self.at)

    @property
    def by_severity(self) -> list[Measure]:
        words = [one.value for one in Severity]
        return [measured(word, [one for one in self.spells if one.severity == word], self.at) for word in words]

    @property
    def measures(self) -> list[Measure]:
        """All of them together, then by severity."""
        return [self.whole, *self.by_severity]

    @property
    def last_weeks(self) -> list[Week]:
        """The newest weeks, as many as are drawn."""
        return self.weeks[-DRAWN:]

    @property
    def weeks(self) -> list[Week]:
        return by_week(self.spells, self.at)


def measured(word: str, spells: Sequence[Spell], at: datetime) -> Measure:
    """Sum up spells. Pure. Those open and those that ended otherwise are never counted as mended."""
    took = sorted(told for one in spells if (told := one.to_mend) is not None)
    ages = sorted(told for one in spells if (told := one.age(at)) is not None)
    return Measure(
        word, len(spells), len(took), len(spells) - len(took) - len(ages), len(ages), _median(took), ninetieth(took),
        _median(ages), ages[-1] if ages else None,
    )  # fmt: skip


def ninetieth(took: Sequence[timedelta]) -> timedelta | None:
    """The shortest of these times within which at least nine of ten lie (nearest rank); they are sorted."""
    return took[ceil(0.9 * len(took)) - 1] if took else None


def by_week(spells: Sequence[Spell], at: datetime) -> list[Week]:
    """Every week from the first opening to now, oldest first. Pure."""
    if not spells:
        return []
    day, found = _monday(min(one.opened_at for one in spells)), []
    while day <= _monday(at):
        took = sorted(one.to_mend for one in spells if one.to_mend and one.ended_at and _monday(one.ended_at) == day)
        found.append(Week(day, sum(_monday(one.opened_at) == day for one in spells), len(took), _median(took)))
        day += timedelta(days=7)
    return found


def _monday(moment: datetime) -> date:
    return moment.date() - timedelta(days=moment.weekday())


def _median(sorted_times: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(one.total_seconds() for one in sorted_times)) if sorted_times else None


def spells_of(log: Sequence[tuple[datetime, str, str, str]], first: Spell) -> Iterator[Spell]:
    """The spells that a finding's log tells (at, what, was, now; oldest first); `first` says whose they are. Pure."""
    current: Spell | None = None
    for at, what, was, now in log:
        if what in BEGINNINGS and (current is None or was in CLOSED):
            known = now if what == Happening.OPENED else first.severity
            current = replace(first, opened_at=at, severity=known or first.severity)
        elif what in ENDS and current is not None:
            yield replace(current, ended_at=at, end=ENDS[Happening(what)])
            current = None
    if current is not None:
        yield current


def mending(
    findings: QuerySet[Finding, Any],
    accounts: AccountQuerySet,
    at: datetime,
    since: datetime | None = None,
    actor: str = "",
) -> Mending:
    """The spells of these findings that were not over before `since`, with the changes that began and ended them.

    `accounts` are those whose changes may be told; `actor` limits to spells that a change of theirs began.
    """  # fmt: skip
    rows = findings.order_by()
    if since is not None:
        rows = rows.filter(Q(closed_at=None) | Q(closed_at__gte=since))
    found: list[Spell] = []
    for some in batched(rows.values_list("pk", flat=True)[: MOST + 1], BATCH):
        found += [one for one in _spells(some) if since is None or one.ended_at is None or one.ended_at >= since]
    cut = len(found) > MOST
    found.sort(key=lambda one: (one.opened_at, one.finding), reverse=True)
    told = list(_with_causes(found[:MOST], accounts))
    if actor:
        told = [one for one in told if any(cause.actor == actor for cause in one.opened_by)]
    return Mending(told, at, cut)


def _spells(pks: Sequence[int]) -> Iterator[Spell]:
    logs: dict[int, list[tuple[datetime, str, str, str]]] = {}
    events = FindingEvent.objects.filter(finding__in=pks, what__in=[*BEGINNINGS, *ENDS]).order_by("at", "pk")
    for pk, at, what, was, now in events.values_list("finding", "at", "what", "was", "now"):
        logs.setdefault(pk, []).append((at, what, was, now))
    rows = Finding.objects.filter(pk__in=pks).values_list(
        "pk", "rule", "severity", "resource__uid", "resource__name", "account__name", "resource", "opened_at"
    )
    for row in rows:
        yield from spells_of(logs.get(row[0], ()), Spell(*row))


def _with_causes(spells: Sequence[Spell], accounts: AccountQuerySet) -> Iterator[Spell]:
    for some in batched(spells, BATCH):
        found = _causes(some, accounts)
        for one in some:
            ended = found.get((one.resource, one.ended_at), ()) if one.ended_at else ()
            yield replace(one, opened_by=found.get((one.resource, one.opened_at), ()), ended_by=ended)


def _causes(spells: Iterable[Spell], accounts: AccountQuerySet) -> Mapping[tuple[int, datetime], Sequence[Cause]]:
    """Function (or other resource) and moment → the changes first seen then of it, its identity and its policies."""
    moments: dict[int, set[datetime]] = {}
    for one in spells:
        moments.setdefault(one.resource, set()).update(filter(None, (one.opened_at, one.ended_at)))
    upon = _rested_on(moments)
    every = {moment for some in moments.values() for moment in some}
    wanted = {*moments, *(pk for some in upon.values() for pk in some)}
    rows = accounts.limit(Change.objects.filter(at__in=every, resource__in=wanted)).exclude(event="readable")
    changes: dict[tuple[int, datetime], list[Cause]] = {}
    for row in rows.select_related("resource").defer("search_text").order_by("at", "pk"):
        changes.setdefault((row.resource_id, row.at), []).append(_cause(row))
    found: dict[tuple[int, datetime], list[Cause]] = {}
    for pk, some in moments.items():
        for moment in some:
            told = [cause for source in (pk, *sorted(upon.get(pk, ()))) for cause in changes.get((source, moment), ())]
            found[pk, moment] = told
    return found


def _rested_on(resources: Iterable[int]) -> dict[int, set[int]]:
    """Function → the identity it runs as, and the policies that identity has."""
    runs = dict(Function.objects.filter(pk__in=list(resources)).exclude(identity=None).values_list("pk", "identity"))
    grants = Grant.objects.filter(identity__in=set(runs.values())).values_list("identity", "source").distinct()
    sources: dict[str, set[int]] = {}
    for identity, source in grants:
        sources.setdefault(source, set()).add(identity)
    attached: dict[int, set[int]] = {}
    policies = Resource.objects.filter(kind="policy", native_id__in=list(sources)).values_list("pk", "native_id")
    for pk, native_id in policies:
        for identity in sources[native_id]:
            attached.setdefault(identity, set()).add(pk)
    return {pk: {identity, *attached.get(identity, ())} for pk, identity in runs.items()}


def _cause(row: Change) -> Cause:
    says = [line["text"] for line in row.lines]
    return Cause(row.pk, row.resource.uid, row.resource.name, row.resource_kind, row.at, says, row.actor, row.told)


def spell_json(spell: Spell, at: datetime) -> dict[str, Any]:
    """A spell as the API and the exports tell it; times in seconds."""
    took, age = spell.to_mend, spell.age(at)
    return {
        "finding": spell.finding, "rule": spell.rule, "title": spell.title, "severity": spell.severity,
        "uid": spell.uid, "name": spell.name, "account": spell.account, "opened_at": spell.opened_at,
        "opened_by": [_cause_json(one) for one in spell.opened_by], "end": spell.end or "open",
        "ended_at": spell.ended_at, "ended_by": [_cause_json(one) for one in spell.ended_by],
        "seconds_to_mend": int(took.total_seconds()) if took is not None else None,
        "seconds_open": int(age.total_seconds()) if age is not None else None,
    }  # fmt: skip


def _cause_json(cause: Cause) -> dict[str, Any]:
    return {
        "uid": cause.resource, "name": cause.name, "resource_kind": cause.kind, "at": cause.at,
        "says": list(cause.says), "actor": cause.actor, "told": cause.told,
    }  # fmt: skip
