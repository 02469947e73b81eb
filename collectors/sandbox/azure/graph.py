"""Azure Resource Graph, API 2021-03-01: the tables, and pages of the answer to a query."""

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.sandbox.azure import authorization, kql
from collectors.sandbox.azure.documents import documents
from collectors.sandbox.azure.sites import config_row
from collectors.sandbox.azure.words import Refused
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import LEGAL, MANAGEMENT_GROUPS, SUBSCRIPTIONS, TENANT, Subscription, chain
from collectors.sandbox.rest import Wire, page

MOST, USUAL = 1000, 100
_COLUMNS = ("id", "name", "kind", "sku", "plan", "tags", "identity", "zones", "managedBy")
_LISTED = ("microsoft.web/sites", "microsoft.web/serverfarms", "microsoft.web/certificates",
           "microsoft.managedidentity/userassignedidentities", "microsoft.storage/storageaccounts",
           "microsoft.network/virtualnetworks", "microsoft.network/networksecuritygroups",
           "microsoft.network/routetables", "microsoft.cdn/profiles", "microsoft.network/frontdoors",
           "microsoft.network/applicationgateways", "microsoft.network/frontdoorwebapplicationfirewallpolicies",
           "microsoft.network/applicationgatewaywebapplicationfirewallpolicies")  # fmt: skip


def ask(state: AzureState, body: Mapping[str, Any]) -> Wire:
    """What may not be read is left out, and nothing tells."""
    options = body.get("options") or {}
    within = {str(one).lower() for one in body.get("subscriptions") or ()}
    try:
        rows = kql.run(str(body.get("query") or ""), lambda table: _table(state, table, within))
        here, following = page(rows, str(options.get("$skipToken") or ""), min(int(options.get("$top") or USUAL), MOST))
    except (kql.Unreadable, ValueError) as error:
        raise Refused(400, "BadRequest", f"Query is invalid: {error}", "InvalidQuery") from error
    told: Wire = {"totalRecords": len(rows), "count": len(here), "data": here, "facets": [], "resultTruncated": "false"}
    if not following:
        return told
    if "id" not in here[0]:
        return told | {"resultTruncated": "true"}
    return told | {"$skipToken": following}


def _table(state: AzureState, name: str, within: set[str]) -> Iterator[Wire]:
    read = _TABLES.get(name)
    if read is None:
        raise kql.Unreadable(f"no such table: {name}")
    for one in SUBSCRIPTIONS:
        if not within or one.id in within:
            yield from read(state, one)


def _row(one: Mapping[str, Any], subscription: str) -> Wire:
    """A resource as a row: its type in lower case, its place as the location's code name."""
    parts = str(one["id"]).split("/")
    group = parts[4] if len(parts) > 4 and parts[3].lower() == "resourcegroups" else ""
    told = {
        key: one.get(key) for key in ("id", "name", "kind", "sku", "plan", "tags", "identity", "zones", "managedBy")
    }
    told |= {"type": str(one["type"]).lower(), "location": str(one.get("location") or "").replace(" ", "").lower()}
    told |= {"properties": one.get("properties"), "resourceGroup": group.lower()}
    return told | {"subscriptionId": subscription, "tenantId": TENANT}


def _resources(state: AzureState, one: Subscription) -> Iterator[Wire]:
    known = documents(state)
    for kind in _LISTED:
        if kind.startswith("microsoft.web/") and one.id == LEGAL:
            continue
        for resource in known.lists.get(f"{one.scope}/providers/{kind}", ()):
            yield _row(resource, one.id)
            if kind == "microsoft.web/sites":
                yield from (_row(slot, one.id) for slot in known.lists[f"{resource['id']}/slots".lower()])


def _configs(state: AzureState, one: Subscription) -> Iterator[Wire]:
    for app in state.sites(one.id) if one.id != LEGAL else ():
        row = _row(config_row(app), one.id)
        yield row | {"type": f"{row['type']}/web"}


def _authorization(state: AzureState, one: Subscription) -> Iterator[Wire]:
    for assignment in authorization.role_assignments(state, one.scope, ""):
        yield _row(assignment, one.id)
    for definition in authorization.role_definitions(state, one.scope, "atScopeAndBelow()"):
        yield _row(definition, one.id)


def _containers(state: AzureState, one: Subscription) -> Iterator[Wire]:
    labels = {group.name: group.label for group in MANAGEMENT_GROUPS}
    above = [{"displayName": labels[name], "name": name} for name in chain(one.group)]
    properties = {"managementGroupAncestorsChain": above, "state": "Enabled"}
    row = {"id": one.scope, "name": one.name, "type": "microsoft.resources/subscriptions", "tags": one.tags}
    yield _row({**row, "properties": properties}, one.id)
    for group in documents(state).lists[f"{one.scope}/resourcegroups"]:
        yield _row({**group, "type": "microsoft.resources/subscriptions/resourcegroups"}, one.id)


def _changes(state: AzureState, one: Subscription) -> Iterator[Wire]:
    """What changed in the last fourteen days, by the operations that ended well."""
    since = state.stamp((state.day - 14) * 24)
    for entry in state.entries(one.id) if one.id != LEGAL else ():
        if entry["status"]["value"] == "Succeeded" and entry["eventTimestamp"] >= since:
            yield _row(_change(entry), one.id)


def _change(entry: Mapping[str, Any]) -> Wire:
    resource, verb = str(entry["resourceId"]), str(entry["operationName"]["value"]).rsplit("/", 1)[-1].lower()
    site = "/".join(resource.split("/")[: 11 if "/slots/" in resource else 9])
    told = {
        "targetResourceId": site,
        "targetResourceType": "microsoft.web/sites/slots" if "/slots/" in resource else "microsoft.web/sites",
        "changeType": "Delete" if verb == "delete" else "Update",
        "changeAttributes": {
            "timestamp": entry["eventTimestamp"],
            "correlationId": entry["correlationId"],
            "changedBy": entry["caller"],
            "changedByType": "User" if "@" in entry["caller"] else "Application",
            "operation": entry["operationName"]["value"],
            "changesCount": 1,
        },
        "changes": {"properties.lastModifiedTimeUtc": {"newValue": entry["eventTimestamp"]}},
    }
    name = entry["eventDataId"]
    row = {"id": f"{site}/providers/Microsoft.Resources/changes/{name}", "name": name}
    return {**row, "type": "microsoft.resources/changes", "properties": told}


_TABLES = {
    "resources": _resources,
    "appserviceresources": _configs,
    "authorizationresources": _authorization,
    "resourcecontainers": _containers,
    "resourcechanges": _changes,
}
