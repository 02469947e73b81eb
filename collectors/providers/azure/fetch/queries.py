"""The questions to Resource Graph: simple ones, each with its id and an order, so that there are further pages.

Tables: learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources.
"""

from __future__ import annotations

from collections.abc import Iterable

_ROW = "project id, name, type, kind, location, tags, identity, sku, properties | order by id asc"

SITES = f"resources | where type in~ ('microsoft.web/sites', 'microsoft.web/sites/slots') | {_ROW}"
SITE_CONFIGS = (
    "appserviceresources | where type in~ ('microsoft.web/sites/config/web', 'microsoft.web/sites/slots/config/web', "
    "'microsoft.web/sites/config', 'microsoft.web/sites/slots/config') | project id, type, properties | order by id asc"
)
PLANS = f"resources | where type =~ 'microsoft.web/serverfarms' | {_ROW}"
IDENTITIES = f"resources | where type =~ 'microsoft.managedidentity/userassignedidentities' | {_ROW}"
STORAGE = f"resources | where type =~ 'microsoft.storage/storageaccounts' | {_ROW}"
FIREWALLS = (
    "microsoft.network/frontdoorwebapplicationfirewallpolicies",
    "microsoft.network/applicationgatewaywebapplicationfirewallpolicies",
)
FRONTS = (
    "resources | where type in~ ('microsoft.cdn/profiles', 'microsoft.network/frontdoors', "
    f"'microsoft.network/applicationgateways', '{FIREWALLS[0]}', '{FIREWALLS[1]}') | {_ROW}"
)
CERTIFICATES = f"resources | where type =~ 'microsoft.web/certificates' | {_ROW}"
VAULTS = f"resources | where type =~ 'microsoft.keyvault/vaults' | {_ROW}"
#: Ids in one question: well below the longest that is accepted.
IDS_AT_ONCE = 200


def subscription(subscription_id: str) -> str:
    """The subscription with the management groups above it."""
    return (
        "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | where subscriptionId =~ "
        f"'{subscription_id}' | project id, name, properties | order by id asc"
    )


def resources(ids: Iterable[str]) -> str:
    """Resources by their ids, in whatever subscription."""
    return f"resources | where id in~ ({_texts(ids)}) | {_ROW}"


def assignments_to(principals: Iterable[str]) -> str:
    """Role assignments to these principals, wherever they may be read."""
    return (
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' | where "
        f"properties.principalId in~ ({_texts(principals)}) | project id, name, type, properties | order by id asc"
    )


def changes(since: str) -> str:
    """What Resource Graph saw change in function apps (it keeps fourteen days)."""
    return (
        "resourcechanges | where properties.targetResourceType in~ ('microsoft.web/sites', 'microsoft.web/sites/slots')"
        f" | where todatetime(properties.changeAttributes.timestamp) > datetime({since}) "
        "| project id, properties | order by id asc"
    )


def _texts(values: Iterable[str]) -> str:
    """Values as the literals of a query; what could end a literal is no part of an id."""
    kept = [value for value in values if "'" not in value and "\\" not in value]
    return ", ".join(f"'{value}'" for value in kept)
