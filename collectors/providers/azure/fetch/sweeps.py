"""Lists of a whole subscription; each is asked once a reading, when first needed. Resource Graph tells most of them.

Where Resource Graph may not be asked, Resource Manager's own lists stand in, at more requests. Resource Graph answers
"none" where one may not read; so what it leaves out is confirmed by Resource Manager before it counts as gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from collectors.provider import (
    BadAnswer,
    Denied,
    Memory,
    NotApplicable,
    ReadFault,
    Throttled,
    Unreachable,
    Unsupported,
    attempt,
)
from collectors.providers.azure import holders
from collectors.providers.azure.faults import Missing
from collectors.providers.azure.fetch import queries
from collectors.providers.azure.ids import app_of, is_function_app, is_resource, is_site, is_slot, last, plain, site_of
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import (
    ASSIGNMENTS,
    DEFINITIONS,
    DENIALS,
    ELIGIBLE,
    IDENTITIES,
    PLANS,
    SITES,
    SLOTS,
    STACKS,
    STORAGE,
    VAULTS,
)
from collectors.providers.azure.stacks import ends_of
from inventory.facts import Unread

Json = Any
Rows = list[dict[str, Json]]


def objects(listed: Json) -> Rows:
    """The objects of a list; of anything else, none."""
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def properties(row: Json) -> dict[str, Json]:
    """The `properties` of a row, an empty object where there are none."""
    found = row.get("properties") if isinstance(row, dict) else None
    return found if isinstance(found, dict) else {}


def text(value: Json) -> str:
    return value if isinstance(value, str) else ""


_FAULTS: dict[str, type[ReadFault]] = {
    fault.error_class: fault for fault in (Denied, NotApplicable, Unsupported, Throttled, Unreachable, Missing)
}


def settle(*read: Json) -> None:
    """Raise what stopped a sweep, once all that was read without it is told."""
    for one in read:
        if isinstance(one, Unread):
            raise _FAULTS.get(one.error_class, BadAnswer)(one.reason, one.permission)


def sites(reach: Reach, memory: Memory) -> Rows:
    """Every function app and slot of the subscription."""
    found: Rows = reach.once("sites", lambda: _sites(reach, memory))
    return found


def _sites(reach: Reach, memory: Memory) -> Rows:
    rows = reach.either(lambda: _confirmed(reach, memory, reach.query(queries.SITES)), lambda: _listed(reach))
    return [row for row in rows if is_function_app(row)]


def _confirmed(reach: Reach, memory: Memory, rows: list[Json]) -> Rows:
    """The rows, and what Resource Manager lists of those that are missing; all that it lists where there are none."""
    told = objects(rows)
    seen = {plain(row.get("id")) for row in told}
    missing = {known for known in memory.known if is_site(known)} - seen
    if not told:
        return _listed(reach)
    if not missing:
        return told
    apps = [row for row in objects(reach.entries(SITES)) if plain(row.get("id")) not in seen]
    parents = {plain(app_of(slot)) for slot in missing if is_slot(slot)} & (
        seen | {plain(app.get("id")) for app in apps}
    )
    slots = [row for parent in sorted(parents) for row in _slots(reach, parent)]
    return told + apps + [row for row in slots if plain(row.get("id")) not in seen]


def _listed(reach: Reach) -> Rows:
    """Apps from Resource Manager's list, and the slots of each function app."""
    apps = objects(reach.entries(SITES))
    parents = [site_of(app["id"]) for app in apps if is_function_app(app) and is_site(app.get("id"))]
    return apps + [slot for parent in parents for slot in _slots(reach, parent)]


def _slots(reach: Reach, app: str) -> Rows:
    """The slots of an app. What was refused is noted: the others are told, and the list is incomplete (see `gaps`)."""
    if any(one.error_class == "denied" for one in gaps(reach)):
        return []
    listed = attempt(reach.entries, SLOTS, site=app)
    if isinstance(listed, Unread):
        gaps(reach).append(listed)
    return objects(listed)


def gaps(reach: Reach) -> list[Unread]:
    """Why the list of apps and slots of this reading is incomplete, if it is."""
    found: list[Unread] = reach.once("gaps", list)
    return found


def configs(reach: Reach) -> dict[str, Json]:
    """`config/web` by app or slot, as far as Resource Graph tells them; the others are asked one by one."""
    found: dict[str, Json] = reach.once("configs", lambda: _configs(reach))
    return found


def _configs(reach: Reach) -> dict[str, Json]:
    listed = objects(attempt(reach.query, queries.SITE_CONFIGS))
    return {
        plain(site_of(row.get("id"))): row["properties"]
        for row in listed
        if plain(row.get("id")).endswith("/config/web") and isinstance(row.get("properties"), dict)
    }


def plans(reach: Reach) -> dict[str, Json] | Unread:
    """App Service plans by id."""
    return _by_id(reach, "plans", queries.PLANS, PLANS)


def support(reach: Reach) -> dict[str, str]:
    """When the support of runtimes ends, by Azure's own list; empty where it may not be read: then a table tells."""
    found: dict[str, str] = reach.once("stacks", lambda: ends_of(objects(attempt(reach.entries, STACKS))))
    return found


def storage(reach: Reach) -> dict[str, Json] | Unread:
    """Storage accounts of the subscription by name: names are unique in all of Azure."""
    found = _by_id(reach, "storage", queries.STORAGE, STORAGE)
    return found if isinstance(found, Unread) else {last(key): row for key, row in found.items()}


def user_assigned(reach: Reach) -> Rows:
    """The subscription's user-assigned identities."""
    listed = partial(reach.entries, IDENTITIES)
    found: Rows = reach.once(
        "identities", lambda: objects(reach.either(lambda: reach.query(queries.IDENTITIES) or listed(), listed))
    )
    return found


def _by_id(reach: Reach, name: str, question: str, route: Json) -> dict[str, Json] | Unread:
    def read() -> dict[str, Json]:
        rows = reach.either(lambda: reach.query(question), lambda: reach.entries(route))
        return {plain(row.get("id")): row for row in objects(rows)}

    found: dict[str, Json] | Unread = reach.once(name, lambda: attempt(read))
    return found


def resources(reach: Reach, ids: Iterable[str]) -> dict[str, Json]:
    """Rows of Resource Graph by id, also of other subscriptions; what it does not tell is not in it."""
    known: dict[str, Json] = reach.once("resources", dict)
    asked = sorted({plain(one) for one in ids if is_resource(one)} - known.keys())
    for start in range(0, len(asked), queries.IDS_AT_ONCE):
        some = asked[start : start + queries.IDS_AT_ONCE]
        rows = attempt(reach.query, queries.resources(some), everywhere=True)
        known |= dict.fromkeys(some)
        known |= {plain(row.get("id")): row for row in objects(rows)}
    return known


def vaults(reach: Reach) -> Rows | Unread:
    """Key vaults with their access policies, in all subscriptions that may be read.

    Resource Graph tells none also where none may be read: then Resource Manager is asked.
    """

    def read() -> Rows:
        rows = reach.either(lambda: reach.query(queries.VAULTS, everywhere=True), list)
        return objects(rows or reach.entries(VAULTS))

    found: Rows | Unread = reach.once("vaults", lambda: attempt(read))
    return found


def definitions(reach: Reach) -> dict[str, Json] | Unread:
    """Role definitions by their GUID, also custom ones of resource groups."""

    def read() -> dict[str, Json]:
        rows = objects(reach.entries(DEFINITIONS, filter="atScopeAndBelow()"))
        return {plain(last(row.get("id"))): row for row in rows}

    found: dict[str, Json] | Unread = reach.once("definitions", lambda: attempt(read))
    return found


def assignments(reach: Reach) -> Rows | Unread:
    """Role assignments at, below and above the subscription (those of management groups and of the root)."""
    return _list(reach, "assignments", ASSIGNMENTS)


def denials(reach: Reach) -> Rows | Unread:
    """Deny assignments at, below and above the subscription."""
    return _list(reach, "denials", DENIALS)


def eligible(reach: Reach) -> Rows | Unread:
    """Roles that could be activated (PIM): not in force, and so apart from assignments."""
    return _list(reach, "eligible", ELIGIBLE)


def _list(reach: Reach, name: str, route: Json) -> Rows | Unread:
    found: Rows | Unread = reach.once(name, lambda: attempt(lambda: objects(reach.entries(route))))
    return found


def above(reach: Reach) -> list[Json] | Unread:
    """The management groups above the subscription, the nearest first: {name, displayName}."""
    found: list[Json] | Unread = reach.once("above", lambda: attempt(_above, reach))
    return found


def _above(reach: Reach) -> list[Json]:
    for row in objects(reach.query(queries.subscription(reach.subscription))):
        chain = properties(row).get("managementGroupAncestorsChain")
        if isinstance(chain, list):
            return chain
    raise Unsupported("Resource Graph does not tell the management groups above.")


def assigned_elsewhere(reach: Reach, principals: Iterable[str]) -> dict[str, Rows] | Unread:
    """Role assignments of these principals in all subscriptions that may be read, by principal."""
    wanted = sorted(set(principals))
    found: dict[str, Rows] = {}
    for start in range(0, len(wanted), queries.IDS_AT_ONCE):
        question = queries.assignments_to(wanted[start : start + queries.IDS_AT_ONCE])
        rows = attempt(reach.query, question, everywhere=True)
        if isinstance(rows, Unread):
            return rows
        for row in objects(rows):
            found.setdefault(plain(properties(row).get("principalId")), []).append(row)
    return found


def in_command(reach: Reach) -> Rows | Unread:
    """Role and deny assignments that bear on function apps: {id, effect, principal, type, scope, level, role,
    role_name, actions, slot_actions, condition}. An assignment whose role nobody could read is among them: it may."""
    found: Rows | Unread = reach.once("in command", lambda: _in_command(reach))
    return found


def _in_command(reach: Reach) -> Rows | Unread:
    listed, roles, denied = assignments(reach), definitions(reach), denials(reach)
    if isinstance(listed, Unread):
        return listed
    known = {} if isinstance(roles, Unread) else roles
    rows = [*_allowing(listed, known), *(_denying(denied) if isinstance(denied, list) else ())]
    names = {plain(group.get("name")): text(group.get("displayName")) for group in objects(above(reach))}
    for row in rows:
        row["level"] = holders.level(row["scope"], names)
    return [row for row in rows if row["actions"] or row["slot_actions"] or row.get("unknown_role")]


def _allowing(listed: Rows, roles: dict[str, Json]) -> Iterator[dict[str, Json]]:
    memo: dict[str, dict[str, Json]] = {}
    for one in listed:
        body = properties(one)
        guid = plain(last(body.get("roleDefinitionId")))
        if guid not in memo:
            memo[guid] = _of_role(roles.get(guid))
        yield (
            _holder(one, "allow", {"id": body.get("principalId"), "type": body.get("principalType")}, guid) | memo[guid]
        )


def _holder(one: Json, effect: str, principal: Json, role: str) -> dict[str, Json]:
    body = properties(one)
    return {
        "id": text(one.get("id")), "effect": effect, "principal": text(principal.get("id")),
        "type": text(principal.get("type")), "scope": text(body.get("scope")), "role": role,
        "condition": text(body.get("condition")),
    }  # fmt: skip


def _of_role(definition: Json) -> dict[str, Json]:
    if not isinstance(definition, dict):
        return {"role_name": "", "actions": [], "slot_actions": [], "unknown_role": True}
    body = properties(definition)
    return {"role_name": text(body.get("roleName")), **_actions(body)}


def _actions(body: Json) -> dict[str, Json]:
    entries = objects(body.get("permissions"))
    return {
        "actions": list(holders.actions_of(entries)),
        "slot_actions": list(holders.actions_of(entries, slot=True)),
    }


def _denying(listed: Rows) -> Iterator[dict[str, Json]]:
    for one in listed:
        body = properties(one)
        if text(body.get("denyAssignmentEffect")).lower() == "audit":
            continue  # it leaves a trace and refuses nothing
        told = {
            "role_name": text(body.get("denyAssignmentName")),
            "except": [text(entry.get("id")) for entry in objects(body.get("excludePrincipals"))],
            "except_groups": any(_is_group(entry) for entry in objects(body.get("excludePrincipals"))),
            "here_only": bool(body.get("doNotApplyToChildScopes")),
            **_actions(body),
        }
        for principal in objects(body.get("principals")):
            yield _holder(one, "deny", principal, "") | told


def _is_group(principal: dict[str, Json]) -> bool:
    """Whether a principal of a deny assignment may stand for several."""
    return text(principal.get("type")).lower().endswith("group")
