"""Roles: what they contain, as the cloud says now."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from collectors.provider import Malformed
from collectors.providers.gcp.shape import mapping as loosely
from collectors.shapes import Reading, boolean, mapping, said, text, texts
from inventory.facts import Kind, Observation, Section, Statement
from inventory.history import canonical, digest

Json = Any

LONGEST_NAME = 512


def role(raw: Mapping[str, Json], listing: str) -> Iterable[Observation]:
    """The observation of one role; its permissions are unread where the cloud did not tell them."""
    name, told = raw.get("name"), raw.get("role")
    if not isinstance(name, str) or "/" not in name:
        raise Malformed("A role has no usable name.", name if isinstance(name, str) else "")
    reading = Reading()
    reading.section(Section.CONFIG, lambda answer: _config(name, mapping(answer, "The role")), told)
    reading.section(Section.DOCUMENT, lambda answer: _document(mapping(answer, "The role")), told)
    yield Observation(
        kind=Kind.POLICY,
        native_id=name,
        name=str(loosely(told).get("title") or name)[:LONGEST_NAME],
        region="global",
        listing=listing,
        sections=reading.sections,
        unread=reading.unread,
        raw=raw,
    )


def _config(name: str, told: Mapping[str, Json]) -> Json:
    return {
        "kind": "predefined role" if name.startswith("roles/") else "custom role",
        "deleted": boolean(told, "deleted"),
        **said(title=text(told, "title"), description=text(told, "description"), stage=text(told, "stage")),
    }


def _document(told: Mapping[str, Json]) -> Json:
    """The role in Google's own words, which is what the access engine reads."""
    return {
        "document": {
            "name": text(told, "name"),
            "includedPermissions": sorted(texts(told.get("includedPermissions"), "includedPermissions")),
            **said(stage=text(told, "stage")),
        }
    }


def granted(name: str, permissions: Json, condition: Mapping[str, str]) -> Statement:
    """A role given under a condition as a statement: {role, permissions (None: not known), condition}."""
    known = None if permissions is None else tuple(sorted(texts(permissions, "permissions")))
    return _statement(name, known, json.dumps(condition, sort_keys=True))


@lru_cache(maxsize=2048)
def _statement(name: str, permissions: tuple[str, ...] | None, condition: str) -> Statement:
    body: dict[str, Json] = {"role": name, "permissions": None if permissions is None else list(permissions)}
    if condition != "{}":
        body["condition"] = json.loads(condition)
    ordered = canonical(body)
    return Statement("allow", permissions or (), False, ordered, digest(ordered))


def denied(rule: Mapping[str, Json]) -> Statement:
    """A deny rule as a statement, in Google's own words."""
    actions = tuple(sorted(texts(rule.get("deniedPermissions"), "deniedPermissions")))
    body: dict[str, Json] = {
        key: sorted(texts(value, key)) if isinstance(value, list) else dict(mapping(value, key))
        for key, value in rule.items()
    }
    ordered = canonical(body)
    return Statement("deny", actions, False, ordered, digest(ordered))
