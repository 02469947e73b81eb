"""Subscriptions and management groups, and the activity log of a subscription."""

import re
from typing import Any

from collectors.sandbox.azure.words import Refused, denied
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import (
    MANAGEMENT_GROUPS,
    SUBSCRIPTIONS,
    TENANT,
    ManagementGroup,
    Subscription,
    group_id,
)
from collectors.sandbox.rest import Wire

_TIME = re.compile(r"eventtimestamp\s+(ge|le)\s+'?([^'\s]+)'?", re.IGNORECASE)
_ABOUT = re.compile(r"(resourceprovider|resourcegroupname|resourceuri|correlationid)\s+eq\s+'([^']*)'", re.IGNORECASE)


def subscription(one: Subscription) -> Wire:
    return {
        "id": one.scope,
        "subscriptionId": one.id,
        "tenantId": TENANT,
        "displayName": one.name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "tags": dict(one.tags),
    }


def groups(path: str) -> Wire | list[Wire]:
    """Management groups: all of them, one, or what is below one. `path` is what follows `managementGroups`."""
    name, _, what = path.strip("/").partition("/")
    if not name:
        return [_group(one) for one in MANAGEMENT_GROUPS]
    found = next((one for one in MANAGEMENT_GROUPS if one.name.lower() == name.lower()), None)
    if found is None or what.lower() not in ("", "descendants"):
        raise denied("Microsoft.Management/managementGroups/read", group_id(name))
    return _descendants(found.name) if what else _group(found)


def _group(one: ManagementGroup) -> Wire:
    told = {"tenantId": TENANT, "displayName": one.label}
    return {"id": one.id, "type": "Microsoft.Management/managementGroups", "name": one.name, "properties": told}


def _descendants(name: str) -> list[Wire]:
    told: list[Wire] = []
    for one in MANAGEMENT_GROUPS:
        if one.parent == name:
            parent = {"displayName": one.label, "parent": {"id": group_id(name)}}
            told.append({**_group(one), "type": "Microsoft.Management/managementGroups", "properties": parent})
            told += _descendants(one.name)
    for member in SUBSCRIPTIONS:
        if member.group == name:
            kind = "Microsoft.Management/managementGroups/subscriptions"
            parent = {"displayName": member.name, "parent": {"id": group_id(name)}}
            told.append({"id": member.scope, "type": kind, "name": member.id, "properties": parent})
    return told


def activity(state: AzureState, subscription_id: str, wanted: str, chosen: str) -> list[Wire]:
    """Events in a span of time, newest first; besides the time one thing may be asked about."""
    span = {word.lower(): _moment(at) for word, at in _TIME.findall(wanted)}
    if "ge" not in span:
        raise Refused(400, "BadRequest", "The filter must say from when: eventTimestamp ge …")
    about = [(key.lower(), value.lower()) for key, value in _ABOUT.findall(wanted)]
    found = [
        entry
        for entry in state.entries(subscription_id)
        if span["ge"] <= _moment(entry["eventTimestamp"]) <= span.get("le", "9999")
        and all(_fits(entry, key, value) for key, value in about)
    ]
    names = [name.strip().lower() for name in chosen.split(",") if name.strip()]
    return [_chosen(entry, names) for entry in found]


def _fits(entry: dict[str, Any], key: str, value: str) -> bool:
    told = {
        "resourceprovider": entry["resourceProviderName"]["value"],
        "resourcegroupname": entry["resourceGroupName"],
        "resourceuri": entry["resourceId"],
        "correlationid": entry["correlationId"],
    }
    return str(told[key]).lower() == value


def _chosen(entry: Wire, names: list[str]) -> Wire:
    """The properties that `$select` names; some come whether they were asked for or not."""
    if not names:
        return entry
    kept = {"id", "eventdataid", "channels", *names}
    return {key: value for key, value in entry.items() if key.lower() in kept}


def _moment(text: str) -> str:
    whole, _, rest = text.rstrip("Z").replace("+00:00", "").partition(".")
    return f"{whole}.{rest:0<7}"
