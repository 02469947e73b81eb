"""How values, lists and principals are said in a line."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Json = Any

LONGEST = 120
SHOWN = 3

_EVERYONE = {
    "*": "everyone (*)",
    "allUsers": "everyone (allUsers)",
    "allAuthenticatedUsers": "anyone with a Google account (allAuthenticatedUsers)",
}


def said(value: Json) -> str:
    """A value in a few words: nothing is "none", long texts are cut in the middle."""
    if value is None or value in ("", [], {}):
        return "none"
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return shortened(value)
    if isinstance(value, Sequence) and all(isinstance(entry, str | int | float) for entry in value):
        return listed([str(entry) for entry in value])
    return shortened(json.dumps(value, sort_keys=True, ensure_ascii=False, default=str))


def shortened(text: str) -> str:
    """At most LONGEST characters, the middle left out: the beginning and the leaf tell most."""
    if len(text) <= LONGEST:
        return text
    half = LONGEST // 2 - 1
    return f"{text[:half]}…{text[-half:]}"


def listed(entries: Sequence[str]) -> str:
    """The first few entries, and how many more."""
    shown = ", ".join(shortened(entry) for entry in entries[:SHOWN])
    rest = len(entries) - SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown


def turned(before: Json, after: Json, unit: str = "") -> str:
    """`a → b`, with the unit behind numbers."""
    return f"{_with_unit(before, unit)} → {_with_unit(after, unit)}"


def _with_unit(value: Json, unit: str) -> str:
    counted = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{said(value)} {unit}".strip() if counted else said(value)


def principal_said(principal: str) -> str:
    """A principal as people know it; everybody is named as such."""
    return _EVERYONE.get(principal, shortened(principal))


def is_everyone(principal: str) -> bool:
    return principal in _EVERYONE


def condition_said(condition: Mapping[str, Json] | None) -> str:
    """A policy condition in one line ("" for none): "aws:SourceAccount StringEquals 123"."""
    if not condition:
        return ""
    parts = []
    for operator, keys in sorted(condition.items()):
        if isinstance(keys, Mapping):
            parts += [f"{key} {operator} {said(value)}" for key, value in sorted(keys.items())]
        else:
            parts.append(f"{operator} {said(keys)}")
    return shortened(" and ".join(parts))


def as_list(value: Json) -> list[Json]:
    """Policies write one entry or a list of them."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def humanly(key: str) -> str:
    """A key of ours in words: "least_tls" as "least tls"; the clouds' own keys (camel case) stay."""
    return key.replace("_", " ").replace(".", " ")


def leaf(text: str) -> str:
    """The last part of a path-like id."""
    return text.rstrip("/").rsplit("/", 1)[-1]


def scope_said(scope: str) -> str:
    """An Azure scope as people name it; any other cloud's stays as it is."""
    parts = scope.strip("/").split("/")
    lowered = [part.lower() for part in parts]
    if scope == "/":
        return "the whole directory"
    if lowered[0] == "subscriptions":
        if len(parts) == 2:
            return f"subscription {parts[1]}"
        if len(parts) == 4 and lowered[2] == "resourcegroups":
            return f"resource group {parts[3]}"
        return "/".join(parts[-2:])
    if "managementgroups" in lowered:
        return f"management group {parts[-1]}"
    return shortened(scope)
