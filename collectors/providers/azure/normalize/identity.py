"""Managed identities and what is granted to them, role definitions, and the subscription with what holds above it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.azure import holders
from collectors.providers.azure.ids import last, name_of, plain, site_of
from collectors.providers.azure.normalize.words import location, properties
from collectors.shapes import Reading, mapping, objects, refused, said, shallow, text, texts
from inventory.facts import Grant, Kind, Observation, Section, Statement
from inventory.history import canonical, digest

Json = Any

MANAGED = "managed identity"
GRAPH = "microsoft.graph"


def identity(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """One managed identity, under its principal id; raises Malformed when it has none."""
    one = raw.get("identity")
    if not isinstance(one, Mapping) or not text(one, "principal"):
        raise Malformed("An identity has no principal id.")
    reading = Reading()
    reading.section(Section.CONFIG, _config, one)
    reading.section(Section.TAGS, lambda: _labels(one.get("tags")))
    reading.section(Section.ELIGIBILITY, _eligibility, _licensed(raw.get("eligible")), raw.get("eligible_roles"))
    full, grants = "directory" in raw, None
    if full:
        grants = _granted(reading, raw)
        if "vaults" in raw:
            reading.section(Section.VAULTS, _vaults, raw["vaults"])
    yield Observation(
        kind=Kind.IDENTITY,
        native_id=text(one, "principal"),
        name=_name(one),
        region=location(one.get("location")),
        listing="identities",
        sections=reading.sections,
        unread=reading.unread,
        grants=grants,
        revision=str(raw.get("revision") or "")[:64],
        core_read=full and reading.whole(Section.POLICIES, Section.TRUST, Section.DIRECTORY),
        detail_read=full,
        raw=raw,
    )


def _labels(tags: Json) -> dict[str, str]:
    """Tags as names and values; one without a value is empty."""
    return {str(key): "" if value is None else str(value) for key, value in mapping(tags, "tags").items()}


def _name(one: Mapping[str, Json]) -> str:
    """A user-assigned identity's own name; a system-assigned one is called after its app."""
    resource = text(one, "resource")
    return (
        name_of(site_of(resource))
        if site_of(resource)
        else text(one, "name") or last(resource) or text(one, "principal")
    )


def _config(one: Json) -> Json:
    told = mapping(one, "The identity")
    return said(
        kind=MANAGED,
        assigned=text(told, "assigned"),
        resource=plain(told.get("resource")),
        client_id=text(told, "client").lower(),
        tenant=text(told, "tenant").lower(),
    )


def _licensed(eligible: Json) -> Json:
    """Without the licence there is nothing that could be activated: that is none, not unknown."""
    why = refused(eligible)
    return [] if why and why.error_class == "not applicable" else eligible


def _eligibility(eligible: Json, roles: Json) -> Json:
    """`eligibility`: roles that could be activated for it; not in force, so no grant."""
    found = []
    for row in objects(eligible, "The eligible roles"):
        told = properties(row, "An eligible role")
        guid = plain(last(told.get("roleDefinitionId")))
        found.append(
            said(
                role=guid, name=text(mapping(roles, "The role names"), guid),
                scope=plain(told.get("scope")), since=text(told, "startDateTime"), until=text(told, "endDateTime"),
                condition=text(told, "condition"),
            )
        )  # fmt: skip
    return {"eligible": sorted(found, key=str)}


def _granted(reading: Reading, raw: Mapping[str, Json]) -> tuple[Grant, ...] | None:
    """Policies, directory and trust; returns the grants, None when the assignments were not read."""
    assignments, elsewhere, denials, roles = (raw.get(key) for key in ("assignments", "elsewhere", "denials", "roles"))
    reading.section(
        Section.POLICIES, lambda mine, *rest: _policies(mine, *rest), assignments, beside=[elsewhere, denials, roles]
    )
    reading.section(Section.TRUST, _trust, raw.get("federated"))
    directory = raw["directory"]
    parts = [directory.get("granted"), directory.get("member")] if isinstance(directory, Mapping) else []
    reading.section(Section.DIRECTORY, lambda whole, *halves: _directory(whole, *halves), directory, beside=parts)
    if Section.POLICIES not in reading.sections:
        return None
    return tuple(_grants(*(None if refused(part) else part for part in (assignments, elsewhere, denials, roles))))


def _assignments(here: Json, elsewhere: Json) -> Iterator[tuple[Mapping[str, Json], Mapping[str, Json]]]:
    """Each assignment once, with its properties; what stands here is listed elsewhere, too."""
    seen: set[str] = set()
    for row in (*objects(here, "The assignments"), *objects(elsewhere, "The assignments elsewhere")):
        if plain(row.get("id")) not in seen:
            seen.add(plain(row.get("id")))
            yield row, properties(row, "An assignment")


def _policies(here: Json, elsewhere: Json, denials: Json, roles: Json) -> Json:
    """`policies`: every role assigned to it or to a group it is in, with what it permits; and deny assignments."""
    known = mapping(roles, "The role definitions")
    found = []
    for row, told in _assignments(here, elsewhere):
        guid = plain(last(told.get("roleDefinitionId")))
        found.append(
            said(
                id=plain(row.get("id")), name=_role_name(known, guid), role=guid, scope=plain(told.get("scope")) or "/",
                principal=text(told, "principalId").lower(), principal_kind=text(told, "principalType"),
                condition=text(told, "condition"),
            ) | {"permissions": None if guid not in known else [_permission(one) for one in _entries(known, guid)]}
        )  # fmt: skip
    refusals = [
        said(
            id=plain(row.get("id")), name=text(properties(row, "A denial"), "denyAssignmentName"),
            scope=plain(properties(row, "A denial").get("scope")) or "/",
        )
        for row in objects(denials, "The deny assignments")
    ]  # fmt: skip
    return {"policies": sorted(found, key=lambda one: str(one.get("id"))), **said(denials=sorted(refusals, key=str))}


def _role_name(known: Mapping[str, Json], guid: str) -> str:
    return text(properties(known.get(guid), "A role definition"), "roleName") or guid


def _entries(known: Mapping[str, Json], guid: str) -> list[Mapping[str, Json]]:
    return list(objects(properties(known.get(guid), "A role definition").get("permissions"), "The permissions"))


def _permission(entry: Mapping[str, Json]) -> dict[str, Json]:
    """One permission set of a role, its lists in order: their order says nothing."""
    told: dict[str, Json] = {
        key: sorted(texts(entry.get(key), key)) for key in ("actions", "notActions", "dataActions", "notDataActions")
    }
    return told | said(condition=text(entry, "condition"))


def _grants(here: Json, elsewhere: Json, denials: Json, roles: Json) -> Iterator[Grant]:
    """One grant for each assignment and permission set; of a role nobody could read, the role by its id."""
    known = mapping(roles, "The role definitions")
    for row, told in _assignments(here, elsewhere):
        guid = plain(last(told.get("roleDefinitionId")))
        bodies = [_conditioned(_permission(one), text(told, "condition")) for one in _entries(known, guid)]
        if guid not in known:
            bodies = [_conditioned({"roleDefinitionId": guid}, text(told, "condition"))]
        source, name, scope = plain(row.get("id")), _role_name(known, guid), plain(told.get("scope")) or "/"
        for body in bodies:
            yield Grant("assignment", source, name, _statement("allow", body), scope)
    for row in objects(denials, "The deny assignments"):
        told = properties(row, "A denial")
        source, name = plain(row.get("id")), text(told, "denyAssignmentName") or "deny assignment"
        for entry in objects(told.get("permissions"), "The permissions"):
            body = _conditioned(_permission(entry), text(told, "condition")) | _excepting(told)
            yield Grant("deny", source, name, _statement("deny", body), plain(told.get("scope")) or "/")


def _excepting(told: Mapping[str, Json]) -> dict[str, Json]:
    excepted = [text(one, "id") for one in objects(told.get("excludePrincipals"), "excludePrincipals")]
    return said(excludePrincipals=sorted(excepted), doNotApplyToChildScopes=told.get("doNotApplyToChildScopes") or None)


def _conditioned(body: dict[str, Json], condition: str) -> dict[str, Json]:
    """The body with the condition of the assignment; where the role has one of its own, both must hold."""
    own = str(body.get("condition") or "")
    both = f"({own}) AND ({condition})" if own and condition else own or condition
    return {**body, **said(condition=both)}


def _statement(effect: str, body: dict[str, Json]) -> Statement:
    ordered: dict[str, Json] = canonical(body)
    actions = tuple(dict.fromkeys([*ordered.get("actions", ()), *ordered.get("dataActions", ())]))
    return Statement(effect, actions, False, ordered, digest([effect, ordered]))


def _vaults(opened: Json) -> Json:
    """`vaults`: what access policies of key vaults let it do, by vault: secrets/get, keys/decrypt, secrets/all …"""
    return {
        "policies": {str(vault): texts(given, "An access policy") for vault, given in mapping(opened, "vaults").items()}
    }


def _trust(federated: Json) -> Json:
    """`trust`: who outside may sign in as it: tokens of this issuer for this subject."""
    found = [
        said(
            name=text(row, "name"), issuer=text(told, "issuer"), subject=text(told, "subject"),
            audiences=sorted(texts(told.get("audiences"), "audiences")),
            expression=mapping(told.get("claimsMatchingExpression"), "claimsMatchingExpression").get("value"),
        )
        for row in objects(federated, "The federated credentials")
        for told in [properties(row, "A federated credential")]
    ]  # fmt: skip
    return {"federated": sorted(found, key=lambda one: str(one.get("name")))}


def _directory(whole: Json, granted: Json, member: Json) -> Json:
    """`directory`: `graph` are application permissions of Microsoft Graph, `applications` those of others, `roles`
    directory roles by template id, `groups` object ids. A part that was not read is None, never empty."""
    graph = list(objects(mapping(whole, "The directory").get("graph"), "Microsoft Graph"))
    names = {text(one, "id"): text(one, "value") for row in graph for one in objects(row.get("appRoles"), "appRoles")}
    own = {text(row, "id") for row in graph}
    told: dict[str, Json] = {"graph": None, "applications": None, "roles": None, "groups": None}
    if granted is not None:
        rows = list(objects(granted, "The granted app roles"))
        of_graph = [text(one, "appRoleId") for one in rows if text(one, "resourceId") in own]
        others = [one for one in rows if text(one, "resourceId") not in own]
        told["graph"] = sorted(names.get(guid) or guid for guid in of_graph)
        told["applications"] = sorted(f"{text(one, 'resourceDisplayName')}: {text(one, 'appRoleId')}" for one in others)
    if member is not None:
        inside = list(objects(member, "The memberships"))
        roles = [one for one in inside if _is(one, "directoryrole")]
        told["roles"] = sorted(
            (said(id=text(one, "roleTemplateId").lower(), name=text(one, "displayName")) for one in roles), key=str
        )
        told["groups"] = sorted(text(one, "id").lower() for one in inside if _is(one, "group"))
    return told


def _is(one: Mapping[str, Json], kind: str) -> bool:
    return text(one, "@odata.type").lower() == f"#{GRAPH}.{kind}"


def role(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """One role definition, under its id without the subscription it was listed in."""
    row = raw.get("role")
    guid = plain(last(row.get("id"))) if isinstance(row, Mapping) else ""
    if not guid or not shallow(row):
        raise Malformed("A role definition has no id.")
    reading = Reading()
    reading.section(Section.CONFIG, _role_config, row)
    reading.section(Section.DOCUMENT, lambda: {
        "permissions": [_permission(one) for one in objects(properties(row).get("permissions"), "The permissions")]
    })  # fmt: skip
    yield Observation(
        kind=Kind.POLICY,
        native_id=f"/providers/microsoft.authorization/roledefinitions/{guid}",
        name=text(properties(row), "roleName") or guid,
        region="",
        listing="roles",
        sections=reading.sections,
        unread=reading.unread,
        raw=raw,
    )


def _role_config(row: Json) -> Json:
    told = properties(row, "The role definition")
    own = text(told, "type").lower() == "customrole"
    scopes = [plain(one) or "/" for one in texts(told.get("assignableScopes"), "assignableScopes")]
    return said(
        kind="custom role" if own else "built-in role",
        description=text(told, "description"),
        assignable_scopes=sorted(scopes) if own else [],
    )


def subscription(raw: Mapping[str, Json]) -> Iterable[Observation]:
    """The subscription: its state and tenant, the management groups above, and who holds which role at or above it."""
    found = raw.get("found")
    if not isinstance(found, Mapping) or not text(found, "subscriptionId"):
        raise Malformed("The subscription has no id.")
    reading = Reading()
    reading.section(Section.CONFIG, _subscription, found)
    reading.section(Section.TAGS, lambda: _labels(found.get("tags")))
    reading.section(Section.ORGANISATION, _groups, raw.get("above"))
    names, above = raw.get("roles"), raw.get("above")
    groups = [] if refused(above) else above
    reading.section(
        Section.ACCESS,
        lambda held, denials: _held_above(held, denials, names, groups),
        raw.get("assignments"),
        raw.get("denials"),
    )
    yield Observation(
        kind=Kind.ACCOUNT,
        native_id=f"/subscriptions/{text(found, 'subscriptionId').lower()}",
        name=text(found, "displayName") or text(found, "subscriptionId"),
        region="",
        listing="subscription",
        sections=reading.sections,
        unread=reading.unread,
        raw=raw,
    )


def _subscription(found: Json) -> Json:
    told = mapping(found, "The subscription")
    return said(kind="subscription", state=text(told, "state"), tenant=text(told, "tenantId").lower(),
                quota=text(mapping(told.get("subscriptionPolicies"), "subscriptionPolicies"), "quotaId"))  # fmt: skip


def _groups(above: Json) -> Json:
    """`organisation`: the management groups above, the nearest first."""
    return {"management_groups": [
        said(id=text(one, "name"), name=text(one, "displayName")) for one in objects(above, "The management groups")
    ]}  # fmt: skip


def _held_above(held: Json, denials: Json, names: Json, above: Json) -> Json:
    """`access`: assignments at the subscription and above; they hold for every app in it."""
    known = mapping(names, "The role names")
    groups = {text(one, "name").lower(): text(one, "displayName") for one in objects(above, "The management groups")}
    found = []
    for row in objects(held, "The assignments"):
        told = properties(row, "An assignment")
        guid = plain(last(told.get("roleDefinitionId")))
        found.append(
            said(
                id=plain(row.get("id")), role=text(known, guid) or guid, kind=text(told, "principalType"),
                scope=plain(told.get("scope")) or "/", level=holders.level(text(told, "scope"), groups),
                condition=text(told, "condition"),
            ) | {"principal": text(told, "principalId")}
        )  # fmt: skip
    return {
        "assignments": sorted(found, key=lambda one: str(one.get("id"))),
        "denials": [
            dict(properties(row, "A denial")) | {"id": plain(row.get("id"))} for row in objects(denials, "denials")
        ],
    }
