"""What Microsoft Graph says of an identity: application permissions, directory roles, groups. Often not granted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.provider import attempt
from collectors.providers.azure.fetch import sweeps
from collectors.providers.azure.ids import plain
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import GRAPH_GRANTED, GRAPH_MEMBER, GRAPH_ROLES, Route
from inventory.facts import Unread

Json = Any

#: Microsoft Graph's own application id, the same in every tenant.
GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000"
_LASTING = ("denied", "not applicable", "unsupported")


def directory(reach: Reach, principal: str) -> Json:
    """{"graph", "granted", "member"}, each maybe unread; unread as a whole where Graph is not to be had."""
    names = reach.once("graph roles", lambda: _roles_of_graph(reach))
    if isinstance(names, Unread):
        return names
    return {
        "graph": names,
        "granted": _asked(reach, GRAPH_GRANTED, principal),
        "member": _asked(reach, GRAPH_MEMBER, principal),
    }


def _roles_of_graph(reach: Reach) -> list[Json] | Unread:
    found = attempt(reach.entries, GRAPH_ROLES, filter=f"appId eq '{GRAPH_APPLICATION}'", select="id,appRoles")
    if isinstance(found, Unread):
        return found
    return [{"id": row.get("id"), "appRoles": _names(row)} for row in sweeps.objects(found)]


def _names(row: Mapping[str, Json]) -> list[Json]:
    roles = row.get("appRoles")
    return [{"id": one.get("id"), "value": one.get("value")} for one in sweeps.objects(roles or [])]


def _asked(reach: Reach, route: Route, principal: str) -> Json:
    """A list of one identity; what Graph refuses for one it refuses for all, and is not asked again."""
    refused: dict[str, Unread] = reach.once("refused by graph", dict)
    if route.name in refused:
        return refused[route.name]
    answer = attempt(reach.entries, route, principal=principal)
    if isinstance(answer, Unread) and answer.error_class in _LASTING:
        refused[route.name] = answer
    return answer


def groups(told: Json) -> list[str]:
    """The groups an identity is in, as far as the directory tells."""
    member = told.get("member") if isinstance(told, Mapping) else None
    listed = sweeps.objects(member) if isinstance(member, list) else []
    return [plain(one.get("id")) for one in listed if str(one.get("@odata.type")).lower().endswith(".group")]
