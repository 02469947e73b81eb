"""The estate of the tests: *checkout* (tidy, in a network, with a slot), *thumbnails* (anonymous), *janitor* (a shared
identity that owns the tenant), *archive* (stopped), and beside them what is no function app."""

from __future__ import annotations

from typing import Any

from tests.collectors.providers.azure.arm import Azure

Json = Any

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
OTHER = "22222222-2222-2222-2222-222222222222"
IN = f"/subscriptions/{SUBSCRIPTION}"
GROUP = f"{IN}/resourceGroups/Shop"
WEB = f"{GROUP}/providers/Microsoft.Web"
CHECKOUT, THUMBNAILS, JANITOR, ARCHIVE = (
    f"{WEB}/sites/{name}" for name in ("Checkout", "thumbnails", "janitor", "archive")
)
STAGING = f"{CHECKOUT}/slots/staging"
SYSTEM = "aaaaaaaa-0000-0000-0000-000000000001"
SHARED = "aaaaaaaa-0000-0000-0000-000000000002"
SHARED_ID = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/Caretaker"
ANALYST, TEAM, PIPELINE = (f"bbbbbbbb-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/Main/subnets/functions"
OWNER, CONTRIBUTOR, READER = (f"cccccccc-0000-0000-0000-00000000000{n}" for n in (1, 2, 3))
CUSTOM = "cccccccc-0000-0000-0000-000000000004"
MANAGEMENT_GROUP = "/providers/Microsoft.Management/managementGroups/acme-root"
GRAPH_SP = "dddddddd-0000-0000-0000-000000000001"
SECRET = (
    "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=bm90IGEgcmVhbCBrZXkgYnV0IGxvbmcgZW5vdWdoIHRvIGxvb2s="
)


def site(
    resource_id: str, kind: str = "functionapp,linux", identity: Json = None, **properties: Json
) -> dict[str, Json]:
    """A site as Resource Graph lists it."""
    name = resource_id.rsplit("/", 1)[-1]
    told = {
        "state": "Running", "enabled": True, "defaultHostName": f"{name.lower()}.azurewebsites.net",
        "enabledHostNames": [f"{name.lower()}.azurewebsites.net", f"{name.lower()}.scm.azurewebsites.net"],
        "httpsOnly": True, "serverFarmId": f"{WEB}/serverfarms/plan", "lastModifiedTimeUtc": "2026-03-01T08:00:00",
        "outboundIpAddresses": "192.0.2.1", "privateEndpointConnections": [], "siteConfig": None,
        "publicNetworkAccess": None,
    }  # fmt: skip
    slot = "/slots" if "/slots/" in resource_id else ""
    return {
        "id": resource_id, "name": name, "type": f"microsoft.web/sites{slot}", "kind": kind, "location": "West Europe",
        "tags": {"team": "shop"}, "identity": identity, "properties": told | properties,
    }  # fmt: skip


def web(resource_id: str, **properties: Json) -> dict[str, Json]:
    """`config/web` as Resource Graph lists it; with a place for a secret, as in the cloud."""
    told = {
        "linuxFxVersion": "Python|3.12", "minTlsVersion": "1.2", "scmMinTlsVersion": "1.2", "ftpsState": "Disabled",
        "ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Allow", "priority": 1, "name": "Allow all"}],
        "scmIpSecurityRestrictions": [], "scmIpSecurityRestrictionsUseMain": True, "vnetRouteAllEnabled": False,
        "publishingUsername": "$x", "publishingPassword": "hunter2-hunter2", "functionAppScaleLimit": 20,
        "appSettings": [{"name": "AzureWebJobsStorage", "value": SECRET}], "cors": {"allowedOrigins": ["*"]},
    }  # fmt: skip
    slot = "/slots" if "/slots/" in resource_id else ""
    return {
        "id": f"{resource_id}/config/web", "type": f"microsoft.web/sites{slot}/config/web",
        "properties": told | properties,
    }  # fmt: skip


def function(app: str, name: str, *bindings: Json, **properties: Json) -> dict[str, Json]:
    told = {"config": {"bindings": list(bindings)}, "isDisabled": False, "language": "python",
            "test_data": SECRET, "files": {"__init__.py": "print('source')"}}  # fmt: skip
    if any(one["type"] == "httpTrigger" for one in bindings):
        host = app.rsplit("/", 1)[-1].lower()
        told["invoke_url_template"] = f"https://{host}.azurewebsites.net/api/{name.lower()}"
    return {
        "id": f"{app}/functions/{name}",
        "name": f"{app.rsplit('/', 1)[-1]}/{name}",
        "properties": told | properties,
    }


def http(level: str | None, *methods: str) -> dict[str, Json]:
    found = {"type": "httpTrigger", "direction": "in", "name": "req", "methods": list(methods)}
    return found | ({"authLevel": level} if level is not None else {})


def assignment(
    number: int, principal: str, role: str, scope: str, kind: str = "User", condition: str = ""
) -> dict[str, Json]:
    return {
        "id": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{number:08}-0000-0000-0000-000000000000",
        "type": "Microsoft.Authorization/roleAssignments",
        "properties": {
            "principalId": principal, "principalType": kind, "scope": scope, "condition": condition or None,
            "roleDefinitionId": f"{IN}/providers/Microsoft.Authorization/roleDefinitions/{role}",
        },
    }  # fmt: skip


def role(guid: str, name: str, kind: str, *permissions: Json) -> dict[str, Json]:
    return {
        "id": f"{IN}/providers/Microsoft.Authorization/roleDefinitions/{guid}", "name": guid,
        "properties": {"roleName": name, "type": kind, "permissions": list(permissions), "assignableScopes": [IN]},
    }  # fmt: skip


def permission(*actions: str, leaves: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> dict[str, Json]:
    return {"actions": list(actions), "notActions": list(leaves), "dataActions": list(data), "notDataActions": []}


ROLES = [
    role(OWNER, "Owner", "BuiltInRole", permission("*")),
    role(CONTRIBUTOR, "Contributor", "BuiltInRole", permission("*", leaves=("Microsoft.Authorization/*/Write",))),
    role(READER, "Reader", "BuiltInRole", permission("*/read")),
    role("cccccccc-0000-0000-0000-000000000009", "Unused", "BuiltInRole", permission("*")),
    role(
        CUSTOM, "Key Reader", "CustomRole", permission("microsoft.web/sites/host/LISTKEYS/action", data=("x/y/read",))
    ),
]
ASSIGNMENTS = [
    assignment(1, SHARED, OWNER, MANAGEMENT_GROUP, "ServicePrincipal"),
    assignment(2, SYSTEM, READER, GROUP, "ServicePrincipal", "@Resource[name] StringEquals 'x'"),
    assignment(3, ANALYST, CONTRIBUTOR, IN),
    assignment(4, TEAM, CUSTOM, GROUP.lower(), "Group"),
    assignment(5, ANALYST, READER, CHECKOUT),
    assignment(6, PIPELINE, CONTRIBUTOR, CHECKOUT, "ServicePrincipal"),
]
ELSEWHERE = assignment(7, SYSTEM, CONTRIBUTOR, f"/subscriptions/{OTHER}", "ServicePrincipal")


def build(azure: Azure) -> Azure:
    """Fill a local Azure with the estate."""
    own = {"type": "SystemAssigned", "principalId": SYSTEM, "tenantId": "t"}
    both = {
        "type": "SystemAssigned, UserAssigned", "principalId": "", "userAssignedIdentities": {
            SHARED_ID.lower(): {"principalId": SHARED, "clientId": "CC"}
        },
    }  # fmt: skip
    sites = [
        site(CHECKOUT, identity=own, virtualNetworkSubnetId=SUBNET, outboundVnetRouting={"allTraffic": True}),
        site(STAGING, kind="functionapp,linux"),
        site(THUMBNAILS, kind="functionapp"),
        site(JANITOR, identity=both),
        site(ARCHIVE, state="Stopped"),
        site(f"{WEB}/sites/flow", kind="functionapp,workflowapp"),
        site(f"{WEB}/sites/homepage", kind="app,linux"),
    ]
    azure.rows = {
        "resources": [*sites, *_around()],
        "appserviceresources": [web(row["id"]) for row in sites],
        "authorizationresources": [*ASSIGNMENTS, ELSEWHERE],
        "resourcecontainers": [_container()],
    }
    azure.answers |= _lists(sites) | _authorization() | _graph()
    for row in sites:
        azure.answers |= _of_app(str(row["id"]))
    azure.answers[f"{ARCHIVE}/functions".lower()] = []
    azure.answers[f"{IN}/providers/microsoft.cdn/profiles"] = []
    return azure


def _container() -> dict[str, Json]:
    chain = [{"name": "acme-office", "displayName": "Office"}, {"name": "acme-root", "displayName": "Acme"}]
    return {
        "id": IN, "type": "microsoft.resources/subscriptions", "subscriptionId": SUBSCRIPTION,
        "properties": {"managementGroupAncestorsChain": chain},
    }  # fmt: skip


def _around() -> list[dict[str, Json]]:
    network, group = (
        SUBNET.rsplit("/subnets", 1)[0],
        f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/outbound",
    )
    rule = {"direction": "Outbound", "access": "Deny", "priority": 100, "protocol": "*",
            "destinationAddressPrefix": "Internet", "destinationPortRange": "*"}  # fmt: skip
    subnet = {
        "id": SUBNET, "properties": {
            "addressPrefix": "10.0.1.0/24", "defaultOutboundAccess": False, "networkSecurityGroup": {"id": group},
            "natGateway": {"id": f"{GROUP}/providers/Microsoft.Network/natGateways/out"},
        },
    }  # fmt: skip
    return [
        {"id": f"{WEB}/serverfarms/plan", "type": "microsoft.web/serverfarms",
         "sku": {"name": "EP1", "tier": "ElasticPremium"},
         "properties": {"maximumElasticWorkerCount": 20, "zoneRedundant": False}},
        {"id": network, "type": "microsoft.network/virtualnetworks", "properties": {"subnets": [subnet]}},
        {"id": group, "type": "microsoft.network/networksecuritygroups", "properties": {
            "securityRules": [{"name": "no-internet", "properties": rule}], "defaultSecurityRules": []}},
        {"id": SHARED_ID, "name": "Caretaker", "type": "microsoft.managedidentity/userassignedidentities",
         "location": "westeurope", "properties": {"principalId": SHARED, "clientId": "CC", "tenantId": "T"}},
    ]  # fmt: skip


def _lists(sites: list[dict[str, Json]]) -> dict[str, Json]:
    subscription = {
        "id": IN,
        "subscriptionId": SUBSCRIPTION,
        "displayName": "acme-office",
        "state": "Enabled",
        "tenantId": "T",
    }
    return {
        "/subscriptions": [subscription],
        IN: subscription,
        f"{IN}/providers/microsoft.web/sites": [row for row in sites if "/slots/" not in str(row["id"])],
        f"{IN}/providers/microsoft.web/serverfarms": [],
        f"{IN}/providers/microsoft.managedidentity/userassignedidentities": [],
        f"{IN}/providers/microsoft.storage/storageaccounts": [],
        f"{IN}/providers/microsoft.keyvault/vaults": [],
        f"{IN}/providers/microsoft.insights/eventtypes/management/values": [],
        f"{SHARED_ID}/federatedIdentityCredentials".lower(): [
            {"name": "deploy", "properties": {"issuer": "https://token.actions.example",
                                              "subject": "repo:acme/shop:ref", "audiences": ["api://Exchange"]}}
        ],
    }  # fmt: skip


def _authorization() -> dict[str, Json]:
    within = f"{IN}/providers/microsoft.authorization"
    return {
        f"{within}/roleassignments": list(ASSIGNMENTS),
        f"{within}/roledefinitions": list(ROLES),
        f"{within}/denyassignments": [],
        f"{within}/roleeligibilityscheduleinstances": [],
    }


def _graph() -> dict[str, Json]:
    told: dict[str, Json] = {
        "/v1.0/serviceprincipals": [
            {"id": GRAPH_SP, "appRoles": [{"id": "r1", "value": "RoleManagement.ReadWrite.Directory"}]}
        ],
    }
    for principal in (SYSTEM, SHARED):
        told[f"/v1.0/serviceprincipals/{principal}/approleassignments"] = []
        told[f"/v1.0/serviceprincipals/{principal}/transitivememberof"] = []
    return told


def _of_app(app: str) -> dict[str, Json]:
    path = app.lower()
    open_to_all = "thumbnails" in path
    return {
        f"{path}/slots": [],
        f"{path}/config/web": {"properties": web(app)["properties"]},
        f"{path}/functions": [
            function(app, "Resize", http("anonymous" if open_to_all else None, "get", "post")),
            function(app, "Nightly", {"type": "timerTrigger", "direction": "in", "schedule": "0 0 3 * * *"},
                     {"type": "queue", "direction": "out", "queueName": "done", "connection": "Storage"}),
        ],
        f"{path}/config/authsettingsv2": {"properties": {
            "platform": {"enabled": not open_to_all}, "globalValidation": {"requireAuthentication": True},
            "identityProviders": {"azureActiveDirectory": {"registration": {"clientSecretSettingName": "SIGN_IN"}}},
        }},
        f"{path}/basicpublishingcredentialspolicies": [
            {"name": "ftp", "properties": {"allow": False}}, {"name": "scm", "properties": {"allow": open_to_all}},
        ],
        f"{path}/privateendpointconnections": [],
        f"{path}/config/configreferences/appsettings": [{"name": "DB", "properties": {
            "reference": "@Microsoft.KeyVault(SecretUri=https://acme.vault.azure.net/secrets/db)", "status": "Resolved",
            "vaultName": "acme", "secretName": "db", "identityType": {"type": "SystemAssigned"}}}],
        f"{path}/providers/microsoft.insights/diagnosticsettings": [{"name": "all", "properties": {
            "workspaceId": f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs",
            "logs": [{"category": "FunctionAppLogs", "enabled": True}]}}],
    }  # fmt: skip
