"""Lines about settings that need no sentence of their own: keys, nested values and lists of named entries. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from inventory.history import diff
from inventory.semantics.line import Line, Risk
from inventory.semantics.names import ENTRIES, GUARDS, NAMES, SILENT, STRENGTHS
from inventory.semantics.words import humanly, leaf, said, turned

Json = Any
Document = Mapping[str, Json]

LONGEST_NAME = 64
#: Entries without a name of their own are told apart by a digest, which says nothing to people.
_DIGEST = re.compile("[0-9a-f]{32}")
#: Keys that only hold others in the cloud's own words.
WRAPPERS = frozenset({"native", "detail"})
#: What an entry of a list is called by, in this order.
_CALLED = ("name", "denyAssignmentName", "path", "version", "qualifier", "service", "role", "id")

_KINDS = {
    "code": "code",
    "signing": "code",
    "network": "network",
    "access": "access",
    "entry_points": "access",
    "fronts": "access",
    "identity": "permission",
    "trust": "permission",
    "keys": "permission",
    "policies": "permission",
    "document": "permission",
    "eligibility": "permission",
    "directory": "permission",
    "guardrails": "permission",
}


def setting(section: str, path: str, before: Json, after: Json) -> Line:
    """One value of a section that has no better sentence of its own; `path` joins the keys to it by dots."""
    name, unit = NAMES.get((section, path)) or (_plain(section, path), "")
    text = f"{name} {turned(before, after, unit)}"
    return Line(text, kind_of(section), _guard_risk(section, path, before, after), section)


def kind_of(section: str) -> str:
    """Which of the kinds of lines a section's changes are."""
    return _KINDS.get(section, "config")


def _plain(section: str, path: str) -> str:
    """A name for a setting that has none: the keys in words; the cloud's own keys stay as the cloud writes them."""
    first, _, inner = path.partition(".")
    if first in WRAPPERS and inner:
        return inner if not inner.islower() else humanly(inner).capitalize()
    words = humanly(path if inner else f"{section} {path}")
    return f"{words[:1].upper()}{words[1:]}"


def _guard_risk(section: str, path: str, before: Json, after: Json) -> Risk:
    strengths = STRENGTHS.get((section, path))
    if strengths:
        return _strength_risk(strengths, before, after)
    if (section, path) not in GUARDS or bool(before) == bool(after):
        return Risk.NONE
    return Risk.DOWN if after else Risk.UP


def _strength_risk(strengths: Sequence[Json], before: Json, after: Json) -> Risk:
    was, now = _strength(strengths, before), _strength(strengths, after)
    if was is None or now is None or was == now:
        return Risk.NONE
    return Risk.DOWN if now > was else Risk.UP


def _strength(strengths: Sequence[Json], value: Json) -> int | None:
    """The place of a value among the strengths; a switch that is not there is off, whatever off means."""
    wanted = False if value is None and isinstance(strengths[0], bool) else value
    alike = (one if isinstance(one, tuple) else (one,) for one in strengths)
    return next((place for place, equals in enumerate(alike) if wanted in equals), None)


def others(section: str, before: Document, after: Document, told: set[str]) -> Iterator[Line]:
    """The keys that no sentence of their own has told."""
    for key in sorted((before.keys() | after.keys()) - told):
        yield from _valued(section, key, before.get(key), after.get(key))


def _valued(section: str, path: str, was: Json, now: Json) -> Iterator[Line]:
    if was == now or (section, path) in SILENT:
        return
    if _is_nested(was, now):
        left, right = was or {}, now or {}
        for key in sorted(left.keys() | right.keys()):
            yield from _valued(section, f"{path}.{key}", left.get(key), right.get(key))
    elif holds_entries(was) and holds_entries(now) and (was or now):
        yield from entries(section, path, was or [], now or [])
    else:
        yield setting(section, path, was, now)


def _is_nested(was: Json, now: Json) -> bool:
    both = [value for value in (was, now) if value is not None]
    return bool(both) and all(isinstance(value, Mapping) for value in both)


def holds_entries(value: Json) -> bool:
    """Whether a value is a list of named things (nothing is one, too)."""
    return value is None or (isinstance(value, list) and all(isinstance(entry, Mapping) for entry in value))


def entries(section: str, path: str, before: Json, after: Json) -> Iterator[Line]:
    """A list of named entries: which came, which went, and what is different in those that stayed."""
    word = ENTRIES.get((section, path), _plain(section, path))
    for step in diff(before, after):
        name, *inside = step.path or ("",)
        called = f"{word} {_called(name, None if inside else step.after or step.before)}".strip()
        if inside:
            text = f"{called}: {humanly(' '.join(inside))} {turned(step.before, step.after)}"
        else:
            text = f"{called} {step.op}"
        yield Line(text, kind_of(section), section=section)


def _called(name: str, entry: Json) -> str:
    """What people call an entry: by its name rather than its id; "" when nothing short enough says so."""
    own = [str(entry[key]) for key in _CALLED if entry.get(key)] if isinstance(entry, Mapping) else []
    named = next(iter(own), name)
    short = named if len(named) <= LONGEST_NAME else leaf(named)
    return "" if len(short) > LONGEST_NAME or _DIGEST.fullmatch(short) else short


def name_of(entry: Document) -> str:
    return str(entry.get("name", ""))


def by(listed: Json, name: Callable[[Document], str]) -> dict[str, Document]:
    """Entries of a list under what they are called; plain texts are entries with that name."""
    named = (entry if isinstance(entry, Mapping) else {"name": str(entry)} for entry in listed or [])
    return {name(entry): entry for entry in named}


def tags(before: Document, after: Document) -> Iterator[Line]:
    for key in sorted(before.keys() | after.keys()):
        if key not in before:
            yield Line(f"Tag {key}: {said(after[key])} added", section="tags")
        elif key not in after:
            yield Line(f"Tag {key}: {said(before[key])} removed", section="tags")
        elif before[key] != after[key]:
            yield Line(f"Tag {key}: {turned(before[key], after[key])}", section="tags")
