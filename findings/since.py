"""Since which snapshot a function has a binding: its earlier configurations are looked through, newest first. Pure.

A binding rests on what its configuration says: statements and members of policies (with their conditions: one that lost
its condition is a new one), addresses, triggers and the sign-in before them. It began with the first snapshot after the
newest one that does not say all of that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from findings.parties import Exposed
from inventory.history import canonical, digest
from inventory.semantics.access import doors

Json = Any
Fact = tuple[str, ...]
#: What a binding can rest on.
SECTIONS = ("access", "entry_points", "triggers")
#: So many earlier configurations are looked at; a binding that is in all of them is "at least" that old.
MOST = 20
_BY_TRIGGER = ("authLevel", "Easy Auth")


@dataclass(frozen=True, slots=True)
class Mark:
    """One snapshot without its document. `moved`: whether what bindings rest on changed with it; `appeared`: or was
    read for the first time, or by another normalizer, so that nothing can be said of the time before."""

    number: int
    at: datetime
    moved: bool
    appeared: bool


@dataclass(frozen=True, slots=True)
class Since:
    """The first snapshot that has a binding; not `exact`: it is at least as old as that."""

    number: int
    at: datetime
    exact: bool


def facts(document: Mapping[str, Json]) -> frozenset[Fact]:
    """What a configuration says that bindings can rest on."""
    access = document.get("access") or {}
    found: set[Fact] = {
        ("door", door.principal, door.word, door.actions, door.qualifier, door.condition)
        for door in doors(access)
        if door.effect == "allow"
    }
    if access.get("invoker_iam_disabled"):
        found.add(("unchecked",))
    for entry in (document.get("entry_points") or {}).get("entry_points", []):
        found.add(("entry", *(str(entry.get(key) or "") for key in ("kind", "url", "method", "path", "auth"))))
    asked = [access.get("easy_auth"), access.get("classic_auth"), (document.get("triggers") or {}).get("triggers")]
    found.add(("triggers", digest(canonical({"asked": asked}))))
    return frozenset(found)


def rests_on(binding: Exposed, told: frozenset[Fact]) -> frozenset[Fact]:
    """Those of the facts that give a binding; none when it stands elsewhere (a policy further up)."""
    if binding.via.startswith(_BY_TRIGGER):
        return frozenset(one for one in told if one[0] == "triggers")
    found = {one for one in told if one[0] == "door" and _names(one, binding)}
    found |= {one for one in told if one[0] == "entry" and _is_address_of(one, binding)}
    if binding.principal == "anyone" and ("unchecked",) in told:
        found.add(("unchecked",))
    return frozenset(found)


def _names(door: Fact, binding: Exposed) -> bool:
    """Whether a member or principal of a policy is the binding's, for what the binding lets do."""
    _, principal, word, _, qualifier, _ = door
    same = principal == binding.principal or principal.endswith(f" {binding.principal}")
    everyone = binding.principal.startswith("everyone but") and principal.startswith("everyone but")
    fits = word != ("Deployer" if binding.part == "invoke" else "Invoker")
    return (same or everyone) and fits and qualifier in (binding.qualifier, "")


def _is_address_of(entry: Fact, binding: Exposed) -> bool:
    _, kind, url, method, path, _ = entry
    if kind == "url":
        return bool(url) and f"function URL {url}" in binding.via
    return binding.kind == "route" and binding.via.startswith(kind) and f"{method} {path}".strip() in binding.via


def since(
    binding: Exposed,
    latest: frozenset[Fact],
    marks: Sequence[Mark],
    earlier: Callable[[int], frozenset[Fact] | None],
    added: bool,
) -> Since | None:
    """When the binding began; None when it does not stand in the function's own configuration.

    marks: the snapshots, newest first. earlier: the facts of the snapshot with a number, None when it is not kept.
    added: the function itself was added while we watched, so its first snapshot is where everything in it began.
    """
    wanted = rests_on(binding, latest)
    if not wanted or not marks:
        return None
    looked = 0
    for mark in marks[:-1]:
        if not mark.moved and not mark.appeared:
            continue
        before = earlier(mark.number - 1) if looked < MOST else None
        looked += 1
        if before is None or not wanted <= before:
            return Since(mark.number, mark.at, before is not None and not mark.appeared)
    first = marks[-1]
    return Since(first.number, first.at, added and first.number == 1)
