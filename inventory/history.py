"""Canonical form, digest and diff of documents: pure.

Two readings that mean the same must give the same digest: key order never matters, and the order of lists that are sets
in the cloud (statements, tags, layers' owners …) is taken out by the provider or by `SETS` below.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

Json = Any
Path = tuple[str, ...]

#: Keys whose lists have no order in any cloud: policy elements, subnet and group ids, trigger lists and the like.
SETS = frozenset(
    {
        "Action", "NotAction", "Resource", "NotResource", "AWS", "Service", "Federated", "CanonicalUser", "Statement",
        "variables", "triggers", "entry_points", "statements", "policies", "subnets", "security_groups", "endpoints",
        "egress", "ingress", "aliases", "published", "architectures", "identities", "members", "bindings", "async",
        "provisioned", "file_systems", "profiles", "layers", "SubnetIds", "SecurityGroupIds",
    }
)  # fmt: skip

REPLACED = "�"


def clean(value: Json) -> Json:
    """The value with what no database takes replaced: U+0000, lone surrogates by U+FFFD; NaN and infinity by text."""
    if isinstance(value, str):
        if "\x00" in value or not value.isprintable():
            return "".join(REPLACED if c == "\x00" or 0xD800 <= ord(c) <= 0xDFFF else c for c in value)
        return value
    if isinstance(value, Mapping):
        return {clean(str(key)): clean(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [clean(entry) for entry in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value


def canonical(value: Json, key: str = "", *, unordered: bool = False) -> Json:
    """The value with mappings sorted by key and lists that are sets sorted by content.

    Within a policy's Condition every list of values is a set, under whatever key it stands.
    """
    if isinstance(value, Mapping):
        loose = unordered or key == "Condition"
        return {name: canonical(value[name], name, unordered=loose) for name in sorted(value)}
    if isinstance(value, list | tuple):
        entries = [canonical(entry, unordered=unordered) for entry in value]
        return sorted(entries, key=_text) if unordered or key in SETS else entries
    return value


def _text(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)


def digest(value: Json) -> str:
    """A short, stable name of a canonical value (128 bits of SHA-256, hexadecimal)."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def section_digests(sections: Mapping[str, Json]) -> dict[str, str]:
    """One digest a section, so that a part not read this time can be compared without its text."""
    return {name: digest(body) for name, body in sections.items()}


@dataclass(frozen=True, slots=True)
class Step:
    """One difference between two documents: `op` is added, removed or changed."""

    op: str
    path: Path
    before: Json = None
    after: Json = None

    @property
    def dotted(self) -> str:
        return ".".join(self.path)


def diff(before: Json, after: Json, path: Path = ()) -> Iterator[Step]:
    """What differs, smallest parts first; entries of lists are matched by their name or id, never by position."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _diff_mappings(before, after, path)
    elif isinstance(before, list) and isinstance(after, list):
        left, right = _keyed(before), _keyed(after)
        if left is None or right is None:
            yield Step("changed", path, before, after)
        else:
            yield from _diff_mappings(left, right, path)
    else:
        yield Step("changed", path, before, after)


def _diff_mappings(before: Mapping[str, Json], after: Mapping[str, Json], path: Path) -> Iterator[Step]:
    for key in sorted(before.keys() | after.keys()):
        here = (*path, key)
        if key not in after:
            yield Step("removed", here, before=before[key])
        elif key not in before:
            yield Step("added", here, after=after[key])
        else:
            yield from diff(before[key], after[key], here)


def _keyed(entries: Sequence[Json]) -> dict[str, Json] | None:
    """List entries under a name of their own, or None when they have none or it is not unique."""
    keyed = {_entry_name(entry): entry for entry in entries}
    return keyed if len(keyed) == len(entries) and None not in keyed else None  # type: ignore[return-value]


def _entry_name(entry: Json) -> str | None:
    if isinstance(entry, Mapping):
        for key in ("Sid", "id", "name", "qualifier", "version"):
            if entry.get(key):
                rest = f"@{entry['qualifier']}" if key != "qualifier" and entry.get("qualifier") else ""
                return f"{entry[key]}{rest}"
        return digest(entry)
    return str(entry) if isinstance(entry, str | int | float | bool) else None
