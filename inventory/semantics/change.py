"""The difference of two documents, section by section."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from inventory.semantics import (
    access,
    code,
    entry_points,
    environment,
    holdings,
    network,
    permissions,
    settings,
    watching,
)
from inventory.semantics.line import KINDS, Line, Risk

Json = Any
Document = Mapping[str, Json]

_SECTIONS: dict[str, Callable[[Document, Document], Iterator[Line]]] = {
    "code": code.code,
    "versions": code.versions,
    "published": code.published,
    "alarms": watching.alarms,
    "environment": environment.environment,
    "triggers": environment.triggers,
    "tags": settings.tags,
    "network": network.network,
    "entry_points": entry_points.entry_points,
    "identity": permissions.identity,
    "policies": permissions.policies,
    "keys": holdings.keys,
    "eligibility": holdings.eligibility,
    "directory": holdings.directory,
    "guardrails": holdings.guardrails,
    "runtime_management": holdings.runtime,
}


def describe(
    before: Document | None, after: Document | None, became_readable: Iterable[str] = (), noun: str = "function"
) -> list[Line]:
    """What happened between two documents of one resource, the most telling lines first.

    `before` is None for the first snapshot, `after` is None when the resource is gone. Sections that `became_readable`
    names (or that only `after` has) appear as such: they are no change in the cloud.
    """
    if before is None:
        return [Line(f"{noun.capitalize()} first seen", "added")]
    if after is None:
        return [Line(f"{noun.capitalize()} removed", "removed")]
    readable = set(became_readable) | (after.keys() - before.keys())
    read = [
        Line(f"{section.replace('_', ' ').capitalize()} became readable", section=section)
        for section in sorted(readable & after.keys())
    ]
    both = sorted((before.keys() & after.keys()) - readable)
    moved = [
        line
        for section in both
        if before[section] != after[section]
        for line in _section(section, before[section], after[section])
    ]
    told = [line for line in dict.fromkeys(moved) if not line.minor] or dict.fromkeys(moved)
    return sorted([*read, *told], key=lambda line: (line.risk is not Risk.UP, KINDS.index(line.kind)))


def _section(section: str, before: Json, after: Json) -> Iterator[Line]:
    if section in ("access", "trust"):
        return access.access(before, after, section)
    if section == "document":
        return permissions.document(before, after)
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return iter([settings.setting(section, "", before, after)])
    if section in _SECTIONS:
        return _SECTIONS[section](before, after)
    return settings.others(section, before, after, told=set())
