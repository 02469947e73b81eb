"""Every request we make of Azure: path, API version and the permission it takes. There are no others.

All are GET, but for Resource Graph's query, which is a POST and reads. None lists keys, secrets or app settings: those
calls are POSTs named `list…/action`, and no route here is one.
"""

from __future__ import annotations

from dataclasses import dataclass

_WEB = "2025-05-01"


@dataclass(frozen=True, slots=True)
class Route:
    """A request: `path` with its places in braces, `action` the permission (of Resource Manager, or of Graph).

    `key` is what a good answer must hold ("value" for a list, "" for one object).
    """

    name: str
    path: str
    version: str
    action: str
    key: str = "value"
    method: str = "GET"
    service: str = "arm"

    def permission(self, path: str) -> str:
        """The permission for a path of this route: slots have actions of their own."""
        of_a_slot = "/slots/" in path.lower() and "/slots/" not in self.action
        if of_a_slot and self.action.startswith("Microsoft.Web/sites/"):
            return self.action.replace("Microsoft.Web/sites/", "Microsoft.Web/sites/slots/", 1)
        return self.action


_IN = "/subscriptions/{subscription}"
_AUTHORIZATION = f"{_IN}/providers/Microsoft.Authorization"

SUBSCRIPTIONS = Route("subscriptions", "/subscriptions", "2022-12-01", "Microsoft.Resources/subscriptions/read")
SUBSCRIPTION = Route("subscription", _IN, "2022-12-01", "Microsoft.Resources/subscriptions/read", key="subscriptionId")
GROUP_SUBSCRIPTIONS = Route(
    "management group",
    "/providers/Microsoft.Management/managementGroups/{group}/descendants",
    "2020-05-01",
    "Microsoft.Management/managementGroups/descendants/read",
)
RESOURCE_GRAPH = Route(
    "resource graph",
    "/providers/Microsoft.ResourceGraph/resources",
    "2021-03-01",
    "Microsoft.ResourceGraph/resources/read",
    key="data",
    method="POST",
)
SITES = Route("sites", f"{_IN}/providers/Microsoft.Web/sites", _WEB, "Microsoft.Web/sites/read")
SITE = Route("site", "{site}", _WEB, "Microsoft.Web/sites/read", key="id")
SLOTS = Route("slots", "{site}/slots", _WEB, "Microsoft.Web/sites/slots/read")
STACKS = Route("stacks", "/providers/Microsoft.Web/functionAppStacks", _WEB, "Microsoft.Web/functionappstacks/read")
PLANS = Route("plans", f"{_IN}/providers/Microsoft.Web/serverfarms", _WEB, "Microsoft.Web/serverfarms/read")
CERTIFICATES = Route(
    "certificates", f"{_IN}/providers/Microsoft.Web/certificates", _WEB, "Microsoft.Web/certificates/read"
)  # fmt: skip
SITE_CONFIG = Route("site config", "{site}/config/web", _WEB, "Microsoft.Web/sites/config/read", key="properties")
FUNCTIONS = Route("functions", "{site}/functions", _WEB, "Microsoft.Web/sites/functions/read")
AUTH_SETTINGS = Route(
    "auth settings", "{site}/config/authsettingsV2", _WEB, "Microsoft.Web/sites/config/read", key="properties"
)
PUBLISHING = Route(
    "publishing policies",
    "{site}/basicPublishingCredentialsPolicies",
    _WEB,
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies/read",
)
PRIVATE_ENDPOINTS = Route(
    "private endpoints",
    "{site}/privateEndpointConnections",
    _WEB,
    "Microsoft.Web/sites/privateEndpointConnections/read",
)
VAULT_REFERENCES = Route(
    "vault references", "{site}/config/configreferences/appsettings", _WEB, "Microsoft.Web/sites/config/read"
)  # fmt: skip
DIAGNOSTICS = Route(
    "diagnostic settings",
    "{site}/providers/Microsoft.Insights/diagnosticSettings",
    "2021-05-01-preview",
    "Microsoft.Insights/diagnosticSettings/read",
)
IDENTITIES = Route(
    "user-assigned identities",
    f"{_IN}/providers/Microsoft.ManagedIdentity/userAssignedIdentities",
    "2023-01-31",
    "Microsoft.ManagedIdentity/userAssignedIdentities/read",
)
FEDERATED = Route(
    "federated credentials",
    "{identity}/federatedIdentityCredentials",
    "2023-01-31",
    "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read",
)
ASSIGNMENTS = Route(
    "role assignments",
    f"{_AUTHORIZATION}/roleAssignments",
    "2022-04-01",
    "Microsoft.Authorization/roleAssignments/read",
)
DEFINITIONS = Route(
    "role definitions",
    f"{_AUTHORIZATION}/roleDefinitions",
    "2022-04-01",
    "Microsoft.Authorization/roleDefinitions/read",
)
DENIALS = Route(
    "deny assignments",
    f"{_AUTHORIZATION}/denyAssignments",
    "2022-04-01",
    "Microsoft.Authorization/denyAssignments/read",
)
ELIGIBLE = Route(
    "eligible roles",
    f"{_AUTHORIZATION}/roleEligibilityScheduleInstances",
    "2020-10-01",
    "Microsoft.Authorization/roleEligibilityScheduleInstances/read",
)
SUBNET = Route("subnet", "{subnet}", "2024-05-01", "Microsoft.Network/virtualNetworks/subnets/read", key="properties")
SECURITY_GROUP = Route(
    "network security group",
    "{resource}",
    "2024-05-01",
    "Microsoft.Network/networkSecurityGroups/read",
    key="properties",
)
ROUTE_TABLE = Route("route table", "{resource}", "2024-05-01", "Microsoft.Network/routeTables/read", key="properties")
STORAGE = Route(
    "storage accounts",
    f"{_IN}/providers/Microsoft.Storage/storageAccounts",
    "2023-05-01",
    "Microsoft.Storage/storageAccounts/read",
)
VAULTS = Route(
    "key vaults",
    f"{_IN}/providers/Microsoft.KeyVault/vaults",
    "2023-07-01",
    "Microsoft.KeyVault/vaults/read",
)
_CDN, _CDN_VERSION = "Microsoft.Cdn/profiles", "2024-02-01"
FRONT_PROFILES = Route("front doors", f"{_IN}/providers/{_CDN}", _CDN_VERSION, f"{_CDN}/read")
FRONT_ORIGIN_GROUPS = Route("origin groups", "{front}/originGroups", _CDN_VERSION, f"{_CDN}/originGroups/read")
FRONT_ORIGINS = Route("origins", "{front}/origins", _CDN_VERSION, f"{_CDN}/originGroups/origins/read")
FRONT_ENDPOINTS = Route("front door endpoints", "{front}/afdEndpoints", _CDN_VERSION, f"{_CDN}/afdEndpoints/read")
FRONT_ROUTES = Route("front door routes", "{front}/routes", _CDN_VERSION, f"{_CDN}/afdEndpoints/routes/read")
FRONT_DOMAINS = Route("front door domains", "{front}/customDomains", _CDN_VERSION, f"{_CDN}/customDomains/read")
FRONT_POLICIES = Route("security policies", "{front}/securityPolicies", _CDN_VERSION, f"{_CDN}/securityPolicies/read")
FRONTS_CLASSIC = Route(
    "front doors (classic)", f"{_IN}/providers/Microsoft.Network/frontDoors", "2021-06-01",
    "Microsoft.Network/frontDoors/read",
)  # fmt: skip
GATEWAYS = Route(
    "application gateways", f"{_IN}/providers/Microsoft.Network/applicationGateways", "2024-05-01",
    "Microsoft.Network/applicationGateways/read",
)  # fmt: skip
ACTIVITY = Route(
    "activity log",
    f"{_IN}/providers/Microsoft.Insights/eventtypes/management/values",
    "2015-04-01",
    "Microsoft.Insights/eventtypes/management/values/Read",
)
METRICS = Route(
    "metrics", "{site}/providers/Microsoft.Insights/metrics", "2023-10-01", "Microsoft.Insights/metrics/read"
)
REGION_METRICS = Route(
    "region metrics", f"{_IN}/providers/Microsoft.Insights/metrics", "2023-10-01", "Microsoft.Insights/metrics/read"
)
GRAPH_ROLES = Route("app roles of Graph", "/v1.0/servicePrincipals", "", "Application.Read.All", service="graph")
GRAPH_GRANTED = Route(
    "granted app roles", "/v1.0/servicePrincipals/{principal}/appRoleAssignments", "", "Application.Read.All",
    service="graph",
)  # fmt: skip
GRAPH_MEMBER = Route(
    "memberships", "/v1.0/servicePrincipals/{principal}/transitiveMemberOf", "", "Directory.Read.All", service="graph"
)

ROUTES: tuple[Route, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Route))
