"""Who can invoke or change it: the ways worked out with what gives each, and the bindings and addresses as stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from findings.exposed import ages
from findings.pages import _because as because
from findings.pages._parties import Party, parties
from findings.pages.function.statements import condition_said
from findings.pages.function.subject import Subject
from findings.parties import Exposed
from findings.since import Since
from inventory.facts import Kind
from inventory.models import Binding, ExposedBinding, Resource

#: Kinds of principals that are anybody, in the words of the providers' bindings.
ANYBODY = frozenset({"anyone", "public", "everyone", "authenticated"})
CHANGES_SHOWN = 10
ACTIONS_SHOWN = 3


@dataclass(frozen=True)
class Entrance:
    """One way in: the identity of ours that its principal is, since which revision the function has it (None: it does
    not stand in the function's own configuration), and the parties outside that it is given to."""

    way: because.Way
    known: Resource | None
    since: Since | None
    parties: Sequence[Party]


@dataclass(frozen=True)
class Ability:
    """One of the two tables: what can be done, on which rung, by whom; `judged` is false before it was worked out."""

    title: str
    name: str
    rung: str | None
    ways: Sequence[Entrance]
    judged: bool


@dataclass(frozen=True)
class Stored:
    """One binding as the cloud has it; `known` is the identity of ours that the principal is. Long lists are cut into
    what is `shown` and what is `folded`."""

    binding: Binding
    tone: str
    condition: str
    known: Resource | None
    shown: Sequence[str]
    folded: Sequence[str]


def context(subject: Subject) -> dict[str, Any]:
    posture = subject.posture
    stored = list(subject.function.bindings.order_by("principal_kind", "principal", "pk"))
    invoke, deploy = because.ways(posture, "invoke"), because.ways(posture, "deploy")
    known = _known([row.principal for row in stored] + [way.principal for way in (*invoke, *deploy)], subject.request)
    entrances = _entrances(subject, known, {"invoke": invoke, "deploy": deploy})
    history = subject.resource.snapshots.exclude(changed=[]).values_list("number", "at", "changed")
    return {
        "abilities": [
            Ability(title, part, getattr(posture, part) if posture else None, told, judged=posture is not None)
            for title, part, told in (
                ("Invoke", "invoke", entrances["invoke"]), ("Deploy or modify", "deploy", entrances["deploy"]),
            )
        ],
        "not_read": because.reasons(posture, "unread"),
        "stored": [_stored(row, known) for row in stored],
        "entry_points": list(subject.function.entry_points.order_by("kind", "url")),
        "access_unread": subject.unread.get("access"),
        "entry_points_unread": subject.unread.get("entry_points"),
        "entry_points_read": subject.section("entry_points") is not None,
        "access_read": subject.section("access") is not None,
        "changed_in": [(number, at) for number, at, changed in history if "access" in changed][:CHANGES_SHOWN],
    }  # fmt: skip


def _entrances(
    subject: Subject, known: Mapping[str, Resource], told: Mapping[str, Sequence[because.Way]]
) -> dict[str, list[Entrance]]:
    """Both tables' ways, with their age and whom outside they let in, in a fixed number of queries."""
    every = [(part, way) for part, ways in told.items() for way in ways]
    begun = ages(subject.function, [_exposed(part, way) for part, way in every])
    rows = list(ExposedBinding.objects.filter(function=subject.function, gone_at=None).exclude(party=""))
    named = parties(rows, subject.request.user, subject.now)
    outside: dict[tuple[str, ...], dict[Party, None]] = {}
    for row in rows:
        place = (row.part, row.principal, row.via, row.qualifier)
        outside.setdefault(place, {})[named[row.provider, row.party]] = None
    found: dict[str, list[Entrance]] = {part: [] for part in told}
    for (part, way), since in zip(every, begun, strict=True):
        let_in = outside.get((part, way.principal, way.via, way.qualifier), {})
        found[part].append(Entrance(way, known.get(_native(way.principal)), since, list(let_in)))
    return found


def _exposed(part: str, way: because.Way) -> Exposed:
    return Exposed(part, part, way.level, way.principal, way.kind, way.via, qualifier=way.qualifier)


def _stored(row: Binding, known: Mapping[str, Resource]) -> Stored:
    tone = "critical" if row.principal_kind in ANYBODY and row.effect == "allow" else "info"
    shown, folded = row.actions[:ACTIONS_SHOWN], row.actions[ACTIONS_SHOWN:]
    return Stored(row, tone, condition_said(row.condition), known.get(_native(row.principal)), shown, folded)


def _native(principal: str) -> str:
    """The id under which an identity of ours is kept: Google writes its kind before it."""
    return principal.removeprefix("serviceAccount:")


def _known(principals: Iterable[str], request: HttpRequest) -> dict[str, Resource]:
    """The principals that are identities this person may see, by native id: ids of Azure say nothing to people."""
    names = set(map(_native, principals))
    found = Resource.objects.visible_to(request.user).filter(kind=Kind.IDENTITY, native_id__in=names, gone_at=None)
    return {row.native_id: row for row in found}
