"""Front Doors and Application Gateways that lead to apps: one question for all, a few calls for each Front Door.

Resource Graph tells profiles and gateways, also those of other subscriptions; the origins, routes and security policies
of a Front Door (Standard, Premium) are told by Resource Manager only, and asked for where they matter: the routes only
of one whose origins name an app of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.provider import attempt
from collectors.providers.azure import backends
from collectors.providers.azure.fetch import queries
from collectors.providers.azure.fetch.sweeps import objects, properties, text
from collectors.providers.azure.ids import is_resource, plain
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import (
    FRONT_DOMAINS,
    FRONT_ENDPOINTS,
    FRONT_ORIGIN_GROUPS,
    FRONT_ORIGINS,
    FRONT_POLICIES,
    FRONT_PROFILES,
    FRONT_ROUTES,
    FRONTS_CLASSIC,
    GATEWAYS,
)
from inventory.facts import Unread

Json = Any
_LISTS = {backends.PROFILE: FRONT_PROFILES, backends.CLASSIC: FRONTS_CLASSIC, backends.GATEWAY: GATEWAYS}


@dataclass
class Fronts:
    """What stands before the apps, the firewall policies by id, and why that is not all."""

    found: list[Json] = field(default_factory=list)
    firewalls: dict[str, Json] = field(default_factory=dict)
    gap: Unread | None = None

    def missed(self, why: Unread) -> None:
        """The first reason is told."""
        self.gap = self.gap or why


def before(reach: Reach, rows: list[dict[str, Json]]) -> Fronts:
    """The fronts that lead to one of these apps or slots."""
    hosts = set[str]().union(*map(hosts_of, rows))
    if not hosts:
        return Fronts()
    found: Fronts = reach.once("fronts", lambda: _read(reach, hosts))
    return found


def of(around: Fronts, row: Mapping[str, Json]) -> dict[str, Json]:
    """Those that lead to this one."""
    hosts = hosts_of(row)
    found = [front for front in around.found if backends.leads_to(front, hosts)]
    return {
        "found": found,
        "firewalls": around.firewalls if found else {},
        "gap": around.gap,
    }


def hosts_of(row: Mapping[str, Json]) -> set[str]:
    """The names under which an app or slot answers, in lower case."""
    told = properties(row)
    names = told.get("enabledHostNames")
    listed = [*(names if isinstance(names, list) else ()), told.get("defaultHostName")]
    return {text(name).lower() for name in listed} - {""}


def _read(reach: Reach, hosts: set[str]) -> Fronts:
    fronts = Fronts()
    asked = attempt(reach.query, queries.FRONTS, everywhere=True)
    rows = objects(asked) or _listed(reach, fronts, whole=isinstance(asked, Unread))
    for kind in _LISTS:
        for row in rows:
            if plain(row.get("type")) == kind:
                _add(reach, fronts, kind, row, hosts)
    fronts.firewalls = {
        plain(row.get("id")): properties(row).get("policySettings")
        for row in rows if plain(row.get("type")) in queries.FIREWALLS
    }  # fmt: skip
    return fronts


def _listed(reach: Reach, fronts: Fronts, whole: bool) -> list[dict[str, Json]]:
    """What Resource Manager lists. Resource Graph tells none also where none may be read: then one list is asked, to
    learn which it was; the `whole` of them where it may not be asked at all."""
    rows: list[dict[str, Json]] = []
    for kind, route in list(_LISTS.items())[: None if whole else 1]:
        listed = attempt(reach.entries, route)
        if isinstance(listed, Unread):
            fronts.missed(listed)
        rows += [{**row, "type": kind} for row in objects(listed)]
    return rows


def _add(reach: Reach, fronts: Fronts, kind: str, row: dict[str, Json], hosts: set[str]) -> None:
    front: dict[str, Json] = {"kind": kind, "row": row}
    if kind == backends.PROFILE:
        if not backends.is_front_door(row) or not is_resource(row.get("id")):
            return
        front["groups"] = _groups(reach, fronts, str(row["id"]))
    if not backends.leads_to(front, hosts):
        return
    if kind == backends.PROFILE:
        front |= _routing(reach, fronts, str(row["id"]))
    fronts.found.append(front)


def _groups(reach: Reach, fronts: Fronts, profile: str) -> list[Json]:
    groups = _parts(reach, fronts, FRONT_ORIGIN_GROUPS, profile)
    named = [group for group in groups if is_resource(group.get("id"))]
    return [{**group, "origins": _parts(reach, fronts, FRONT_ORIGINS, str(group["id"]))} for group in named]


def _routing(reach: Reach, fronts: Fronts, profile: str) -> dict[str, Json]:
    endpoints = [one for one in _parts(reach, fronts, FRONT_ENDPOINTS, profile) if is_resource(one.get("id"))]
    return {
        "endpoints": [{**one, "routes": _parts(reach, fronts, FRONT_ROUTES, str(one["id"]))} for one in endpoints],
        "domains": _parts(reach, fronts, FRONT_DOMAINS, profile),
        "policies": _parts(reach, fronts, FRONT_POLICIES, profile),
    }


def _parts(reach: Reach, fronts: Fronts, route: Json, resource: str) -> list[dict[str, Json]]:
    """A list below a front; what was refused is noted: the others are told."""
    listed = attempt(reach.entries, route, front=resource)
    if isinstance(listed, Unread):
        fronts.missed(listed)
    return objects(listed)
