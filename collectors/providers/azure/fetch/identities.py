"""Managed identities of the subscription with what is granted to them, and the role definitions in use.

An identity is read in full (Microsoft Graph, federated credentials) when it is new or old, or when a role assignment of
its own or of any group changed: which groups it is in only Graph tells, so its grants are told in that reading only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, Raw, attempt
from collectors.providers.azure.fetch import sweeps
from collectors.providers.azure.fetch.directory import directory, groups
from collectors.providers.azure.fetch.plan import Plan
from collectors.providers.azure.fetch.vaults import opened
from collectors.providers.azure.ids import is_resource, last, plain
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import FEDERATED
from collectors.providers.azure.volatile import revision
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any

#: The principal that stands for everyone in a deny assignment.
EVERYONE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Granted:
    """Assignments by principal, in the subscription and elsewhere; `to_groups` are those that groups hold here."""

    here: Mapping[str, list[Json]] | Unread
    elsewhere: Mapping[str, list[Json]] | Unread
    eligible: list[Json] | Unread
    denials: list[Json] | Unread
    to_groups: list[Json]


def identities(session: AzureSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """User-assigned identities of the subscription, and the system-assigned ones of its function apps."""
    reach = session.reach(scope)
    user, sites = attempt(sweeps.user_assigned, reach), attempt(sweeps.sites, reach, memory)
    found = [*_user(user if isinstance(user, list) else ()), *_system(sites if isinstance(sites, list) else ())]
    granted = _granted(reach, [str(one["principal"]) for one in found if one["principal"]])
    plan = Plan(memory, len(found))
    for one in found:
        yield _one(reach, plan, granted, one)
    sweeps.settle(user, sites)


def _one(reach: Reach, plan: Plan, granted: Granted, one: dict[str, Json]) -> Raw:
    principal = str(one["principal"])
    eligible = _eligible(granted.eligible, [principal])
    raw: dict[str, Json] = {
        "subscription": reach.subscription,
        "identity": one,
        "eligible": eligible,
        "eligible_roles": _names(_roles(reach, eligible)),
    }
    if not principal:
        return raw
    own = [_of(granted.here, [principal]), _of(granted.elsewhere, [principal]), _denying(granted.denials, [principal])]
    bearing = [
        *own,
        granted.to_groups,
        *_contents(reach, own, granted),
        opened(sweeps.vaults(reach), [principal]).get("vaults"),
    ]
    raw["revision"] = revision(one, *map(_comparable, bearing))
    if not plan.due(principal, raw["revision"]):
        return raw
    told = directory(reach, principal)
    mine = [principal, *groups(told)]
    beyond = sweeps.assigned_elsewhere(reach, mine) if len(mine) > 1 else granted.elsewhere
    here, elsewhere = _of(granted.here, mine), _of(beyond, mine)
    return raw | {
        "directory": told,
        "assignments": here,
        "elsewhere": elsewhere,
        "denials": _denying(granted.denials, mine),
        "roles": _roles(reach, here, elsewhere),
        "federated": _federated(reach, one),
        **opened(sweeps.vaults(reach), mine),
    }


def _granted(reach: Reach, principals: list[str]) -> Granted:
    listed = sweeps.assignments(reach)
    rows = listed if isinstance(listed, list) else []
    to_groups = [one for one in rows if sweeps.properties(one).get("principalType") == "Group"]
    return Granted(
        _by_principal(listed),
        sweeps.assigned_elsewhere(reach, principals),
        sweeps.eligible(reach),
        sweeps.denials(reach),
        to_groups,
    )


def _contents(reach: Reach, own: Iterable[Json], granted: Granted) -> list[Json]:
    """The definitions of the roles that bear on an identity: their change changes what it may do."""
    roles = _roles(reach, *own, granted.to_groups)
    return [[row.get("properties") for row in roles.values()] if isinstance(roles, dict) else None]


def _comparable(part: Json) -> Json:
    """A part of a revision: of what was refused only that it was."""
    return part.error_class if isinstance(part, Unread) else part


def _user(rows: Iterable[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    for row in rows:
        told = sweeps.properties(row)
        yield {
            "assigned": "user", "resource": row.get("id"), "name": row.get("name"), "location": row.get("location"),
            "tags": row.get("tags"), "principal": plain(told.get("principalId")), "client": told.get("clientId"),
            "tenant": told.get("tenantId"),
        }  # fmt: skip


def _system(rows: Iterable[dict[str, Json]]) -> Iterator[dict[str, Json]]:
    for row in rows:
        identity = row.get("identity")
        if isinstance(identity, dict) and identity.get("principalId"):
            yield {
                "assigned": "system", "resource": row.get("id"), "name": None, "location": row.get("location"),
                "tags": None, "principal": plain(identity["principalId"]), "client": None,
                "tenant": identity.get("tenantId"),
            }  # fmt: skip


def _federated(reach: Reach, one: Mapping[str, Json]) -> Json:
    """Who outside may sign in as a user-assigned identity; system-assigned ones cannot have that."""
    if one["assigned"] == "system" or not is_resource(one["resource"]):
        return []
    return attempt(reach.entries, FEDERATED, identity=str(one["resource"]))


def _by_principal(listed: Json) -> dict[str, list[Json]] | Unread:
    if isinstance(listed, Unread):
        return listed
    found: dict[str, list[Json]] = {}
    for row in listed:
        found.setdefault(plain(sweeps.properties(row).get("principalId")), []).append(row)
    return found


def _of(by_principal: Mapping[str, list[Json]] | Unread, principals: Iterable[str]) -> list[Json] | Unread:
    if isinstance(by_principal, Unread):
        return by_principal
    return [row for principal in principals for row in by_principal.get(principal, ())]


def _eligible(listed: list[Json] | Unread, principals: list[str]) -> list[Json] | Unread:
    if isinstance(listed, Unread):
        return listed
    return [row for row in listed if plain(sweeps.properties(row).get("principalId")) in principals]


def _denying(listed: list[Json] | Unread, principals: list[str]) -> list[Json] | Unread:
    """The deny assignments that name one of these principals, or everyone."""
    if isinstance(listed, Unread):
        return listed
    named = {*principals, EVERYONE}
    return [
        row
        for row in listed
        if sweeps.text(sweeps.properties(row).get("denyAssignmentEffect")).lower() != "audit"
        and any(plain(one.get("id")) in named for one in sweeps.objects(sweeps.properties(row).get("principals") or []))
    ]


def _roles(reach: Reach, *assignments: Json) -> dict[str, Json] | Unread:
    """The definitions that these assignments name, by GUID."""
    known = sweeps.definitions(reach)
    if isinstance(known, Unread):
        return known
    named = {_role(row) for rows in assignments if isinstance(rows, list) for row in rows}
    return {guid: known[guid] for guid in sorted(named & known.keys())}


def _names(roles: dict[str, Json] | Unread) -> dict[str, Json]:
    """Role names by GUID, as far as the definitions were read."""
    known = {} if isinstance(roles, Unread) else roles
    return {guid: sweeps.properties(row).get("roleName") for guid, row in known.items()}


def _role(row: Mapping[str, Json]) -> str:
    return plain(last(sweeps.properties(row).get("roleDefinitionId")))


def roles(session: AzureSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """Role definitions: the tenant's own, and built-in ones that are assigned here."""
    reach = session.reach(scope)
    known, listed = sweeps.definitions(reach), sweeps.assignments(reach)
    sweeps.settle(known)
    used = {_role(row) for row in listed} if isinstance(listed, list) else set()
    for guid, row in known.items() if isinstance(known, dict) else ():
        own = str(sweeps.properties(row).get("type") or "").lower() == "customrole"
        if own or guid in used:
            yield {"subscription": reach.subscription, "role": row}
    sweeps.settle(listed)
