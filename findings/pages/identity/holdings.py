"""What an identity holds besides policies: keys, roles it could activate, rights in the directory, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from findings.pages.function.settings import Setting, settings_of
from inventory.facts import Kind
from inventory.models import Resource
from inventory.semantics.words import scope_said

Json = Any

#: Where Azure's role definitions are kept under their bare ids.
ROLE = "/providers/microsoft.authorization/roledefinitions/"
GRAPH = {
    "graph": "Microsoft Graph permissions", "applications": "Permissions of other applications",
    "roles": "Directory roles", "groups": "Groups",
}  # fmt: skip


@dataclass(frozen=True)
class Panel:
    """One part: its settings, or why it is unknown. `lead` says what it means."""

    name: str
    title: str
    lead: str
    settings: Sequence[Setting]
    unread: str = ""
    permission: str = ""


def panels(resource: Resource) -> list[Panel]:
    """The parts that were read, or could not be."""
    document = resource.document
    told = {
        "keys": ("Keys", "made by people; whoever has one acts as it, from anywhere", _keys),
        "eligibility": ("Roles it may activate", "not in force now", _eligible),
        "directory": ("In the directory", "rights outside the cloud's resources", _directory),
        "usage": ("Recommendations", "grants wider than what was used", _recommendations),
        "config": ("Settings", "", lambda body: settings_of("config", body)),
        "tags": ("Tags", "", lambda body: settings_of("tags", body)),
    }
    found = []
    for name, (title, lead, build) in told.items():
        why = resource.unread.get(name) or {}
        settings = build(document[name]) if document.get(name) else []
        if settings or why:
            found.append(Panel(name, title, lead, settings, why.get("reason", ""), why.get("permission", "")))
    return found


def _keys(body: Mapping[str, Json]) -> list[Setting]:
    return settings_of("keys", {"keys": body.get("keys") or []})


def _eligible(body: Mapping[str, Json]) -> list[Setting]:
    rows = body.get("eligible") or []
    names = _role_names([str(row.get("role")) for row in rows])
    shown = [
        {
            "role": row.get("name") or names.get(str(row.get("role"))) or row.get("role"),
            "on": scope_said(str(row.get("scope") or "/")),
            **{key: row[key] for key in ("since", "until", "condition") if row.get(key)},
        }
        for row in rows
    ]
    return settings_of("eligibility", {"roles": shown})


def _role_names(guids: Sequence[str]) -> dict[str, str]:
    """Names of role definitions that were read, by their bare ids."""
    known = Resource.objects.filter(kind=Kind.POLICY, native_id__in=[f"{ROLE}{guid}" for guid in guids])
    return {native.removeprefix(ROLE): name for native, name in known.values_list("native_id", "name")}


def _directory(body: Mapping[str, Json]) -> list[Setting]:
    return list(_directory_parts(body))


def _directory_parts(body: Mapping[str, Json]) -> Iterator[Setting]:
    """Each kind of right by name; one that was not read is unknown, not none."""
    for key, title in GRAPH.items():
        listed = body.get(key)
        if listed is None:
            yield Setting(title, key, text="unknown: not read", unknown=True)
            continue
        names = [str(one.get("name") or one.get("id")) if isinstance(one, Mapping) else str(one) for one in listed]
        yield Setting(title, key, entries=names) if names else Setting(title, key, text="none")


def _recommendations(body: Mapping[str, Json]) -> list[Setting]:
    """Only what a recommender says; the services that were used tell nothing that has to be done."""
    return settings_of("usage", {"recommendations": body["recommendations"]}) if body.get("recommendations") else []
