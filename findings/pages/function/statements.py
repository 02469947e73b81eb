"""Statements of policies, role bindings and role definitions, in the cloud's own form as lines to read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from findings.access.wild import any_action

Json = Any

#: The elements of a statement in the order in which people read them, for all clouds.
ELEMENTS = (
    "qualifier", "Sid", "Principal", "NotPrincipal", "role", "members", "kind", "principal", "issuer", "subject",
    "audiences", "expression", "Action", "NotAction", "Resource", "NotResource", "permissions", "includedPermissions",
    "deniedPermissions", "deniedPrincipals", "exceptionPrincipals", "exceptionPermissions", "actions", "notActions",
    "dataActions", "notDataActions", "roleDefinitionId", "excludePrincipals", "scope",
)  # fmt: skip
#: A list with more entries than this is folded; beyond the second figure the rest is counted only.
SHOWN, MOST = 8, 500


@dataclass(frozen=True)
class Part:
    """One element of a statement: the first entries, those to be unfolded, and how many more there are."""

    name: str
    shown: Sequence[str]
    folded: Sequence[str] = ()
    more: int = 0


@dataclass(frozen=True)
class StatementShown:
    """One statement: its elements in order, and whether it grants without bound (every action, or every action of a
    service). `text` is its JSON ("" where it is too long to be read); `note` says what is not known of it."""

    effect: str
    parts: Sequence[Part]
    condition: str
    text: str
    risky: bool
    note: str = ""


def statement(body: Mapping[str, Json], effect: str = "") -> StatementShown:
    """A statement as lines to read; `effect` (allow or deny) where the body itself does not say it. Elements we have no
    place for stay in `text`."""
    decided = (effect or str(body.get("Effect", body.get("effect", "Allow")))).lower()
    lists = [(name, listed(body[name])) for name in ELEMENTS if body.get(name)]
    condition = body.get("Condition") or body.get("condition") or body.get("denialCondition")
    longest = max((len(entries) for _, entries in lists), default=0)
    return StatementShown(
        decided,
        [_part(name, entries) for name, entries in lists],
        condition_said(condition),
        "" if longest > MOST else json.dumps(dict(body), indent=2, ensure_ascii=False, sort_keys=True),
        decided == "allow" and any_action(body),
        _note(body),
    )


def _part(name: str, entries: Sequence[str]) -> Part:
    if len(entries) <= SHOWN + 2:
        return Part(name, entries)
    return Part(name, entries[:SHOWN], entries[SHOWN:MOST], max(0, len(entries) - MOST))


def _note(body: Mapping[str, Json]) -> str:
    unread = ("permissions" in body and body["permissions"] is None) or "roleDefinitionId" in body
    return "What this role contains was not read." if unread else ""


def condition_said(condition: Json) -> str:
    """A condition in a line: the expression after its title where the cloud has them, else as JSON; "" for none."""
    if not condition:
        return ""
    if isinstance(condition, str):
        return condition
    if isinstance(condition, Mapping) and "expression" in condition:
        title = condition.get("title")
        rest = {key: value for key, value in condition.items() if key not in ("expression", "title", "description")}
        exceptions = f" {json.dumps(rest, ensure_ascii=False, sort_keys=True)}" if rest else ""
        return f"{f'{title}: ' if title else ''}{condition['expression']}{exceptions}"
    if isinstance(condition, Mapping) and all(isinstance(value, list) for value in condition.values()):
        return " · ".join(f"{key.replace('_', ' ')}: {', '.join(map(str, value))}" for key, value in condition.items())
    return json.dumps(condition, ensure_ascii=False, sort_keys=True)


def listed(value: Json) -> list[str]:
    """An element as a list of texts: policies write one entry, a list, or lists by kind."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{key}: {entry}" for key, entries in value.items() for entry in listed(entries)]
    entries = value if isinstance(value, list) else [value]
    return [entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False) for entry in entries]


def statements_in(body: Json) -> list[StatementShown]:
    """Every statement, binding, role definition or federated credential in a section, wherever it stands in it."""
    return [statement(entry) for entry in _statements(body)]


def _statements(body: Json) -> Iterator[Mapping[str, Json]]:
    """However deep; those of a version or alias name it."""
    if isinstance(body, list):
        for entry in body:
            yield from _statements(entry)
    elif isinstance(body, Mapping):
        if "Effect" in body or "role" in body or "issuer" in body or "includedPermissions" in body:
            yield body
            return
        if isinstance(body.get("actions"), list) and "notActions" in body:
            yield body
            return
        for entry in body.values():
            for found in _statements(entry):
                yield {**found, "qualifier": body["qualifier"]} if body.get("qualifier") else found
