"""Microsoft.Web, API 2025-05-01: sites and slots, and everything that hangs on them."""

from collections.abc import Iterator
from typing import Any

from collectors.sandbox.estate.azure.access import USER_IDENTITIES
from collectors.sandbox.estate.azure.app import App, Inside, OwnName
from collectors.sandbox.estate.azure.network import BY_KEY
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import LABELS, TENANT
from collectors.sandbox.estate.names import hexadecimal
from collectors.sandbox.rest import Wire

_SKUS = {
    "consumption": ("Dynamic", "Y1"),
    "flex": ("FlexConsumption", "FC1"),
    "premium": ("ElasticPremium", "EP1"),
    "dedicated": ("Standard", "S1"),
    "workflow": ("WorkflowStandard", "WS1"),
}


def plan_name(app: App) -> str:
    """Apps of a group share a plan, but for Flex Consumption, where each has its own."""
    own = app.name if app.plan == "flex" else app.group.removeprefix("rg-")
    system = "linux" if "linux" in app.kind else "windows"
    return f"plan-{app.plan}-{own}-{system}-{app.location}"


def plan_id(app: App) -> str:
    group = f"/subscriptions/{app.subscription}/resourceGroups/{app.group}"
    return f"{group}/providers/Microsoft.Web/serverfarms/{plan_name(app)}"


def plan(app: App) -> Wire:
    tier, size = _SKUS[app.plan]
    return {
        "id": plan_id(app),
        "name": plan_name(app),
        "type": "Microsoft.Web/serverfarms",
        "kind": "linux" if "linux" in app.kind else "functionapp",
        "location": LABELS[app.location],
        "sku": {"name": size, "tier": tier, "size": size, "capacity": 1},
        "properties": {
            "status": "Ready",
            "reserved": "linux" in app.kind,
            "zoneRedundant": app.plan == "premium",
            "maximumElasticWorkerCount": 20 if app.plan == "premium" else 1,
            "numberOfWorkers": 1,
        },
    }


def site(state: AzureState, app: App) -> Wire:
    """As the list gives it: `siteConfig` is there, and empty in most of its parts."""
    told: Wire = {
        "id": app.id,
        "name": app.full_name,
        "type": "Microsoft.Web/sites/slots" if app.slot else "Microsoft.Web/sites",
        "kind": app.kind,
        "location": LABELS[app.location],
        "tags": dict(app.tags),
        "properties": _properties(state, app),
    }
    return told | ({"identity": _identity(app)} if app.system or app.users else {})


def _identity(app: App) -> Wire:
    kinds = (["SystemAssigned"] if app.system else []) + (["UserAssigned"] if app.users else [])
    told: Wire = {"type": ", ".join(kinds)}
    if app.system:
        told |= {"principalId": app.principal, "tenantId": TENANT}
    if app.users:
        known = {one.name: one for one in USER_IDENTITIES if one.subscription == app.subscription}
        told["userAssignedIdentities"] = {
            known[name].id: {"principalId": known[name].principal, "clientId": known[name].client} for name in app.users
        }
    return told


def _properties(state: AzureState, app: App) -> Wire:
    scm = f"{app.name}{'-' + app.slot if app.slot else ''}.scm.azurewebsites.net"
    own = [one.host for one in app.own_names]
    told: Wire = {
        "state": app.state,
        "enabled": True,
        "hostNames": [app.host, *own],
        "enabledHostNames": [app.host, *own, scm],
        "defaultHostName": app.host,
        "hostNameSslStates": [
            {"name": app.host, "sslState": "Disabled", "hostType": "Standard"},
            {"name": scm, "sslState": "Disabled", "hostType": "Repository"},
            *(_own(one) for one in app.own_names),
        ],
        "adminEnabled": True,
        "usageState": "Normal",
        "availabilityState": "Normal",
        "serverFarmId": plan_id(app),
        "sku": _SKUS[app.plan][0],
        "reserved": "linux" in app.kind,
        "lastModifiedTimeUtc": state.stamp(app.modified),
        "siteConfig": {"numberOfWorkers": 1, "linuxFxVersion": app.runtime, "alwaysOn": None, "minTlsVersion": None},
        "clientCertEnabled": False,
        "clientCertMode": "Optional",
        "httpsOnly": True,
        "hostNamesDisabled": False,
        "keyVaultReferenceIdentity": "SystemAssigned",
        "publicNetworkAccess": None,
        "endToEndEncryptionEnabled": False,
        "containerSize": 1536 if app.plan == "consumption" else 0,
        "dailyMemoryTimeQuota": 0,
        "storageAccountRequired": False,
        "inboundIpAddress": "198.51.100.20",
        "outboundIpAddresses": "198.51.100.21,198.51.100.22",
        "privateEndpointConnections": private_endpoints(app),
        "virtualNetworkSubnetId": BY_KEY[app.subnet].id if app.subnet else None,
    }
    if app.plan == "flex":
        told["functionAppConfig"] = _flex(app)
        told["siteConfig"]["linuxFxVersion"] = None
    return told | dict(app.properties)


def _own(one: OwnName) -> Wire:
    return {"name": one.host, "sslState": "SniEnabled", "thumbprint": one.thumbprint, "hostType": "Standard"}


def _flex(app: App) -> Wire:
    name, _, version = app.runtime.partition("|")
    value = f"https://{app.storage}.blob.core.windows.net/app-package-{app.name}"
    way = {"type": "SystemAssignedIdentity" if app.system else "StorageAccountConnectionString"}
    return {
        "deployment": {"storage": {"type": "blobContainer", "value": value, "authentication": way}},
        "runtime": {"name": name, "version": version},
        "scaleAndConcurrency": {"maximumInstanceCount": 100, "instanceMemoryMB": 2048, "alwaysReady": []},
    }


def web(app: App) -> Wire:
    """The properties of config/web."""
    told: Wire = {
        "numberOfWorkers": 1,
        "linuxFxVersion": app.runtime if "linux" in app.kind and app.plan != "flex" else "",
        "netFrameworkVersion": "v8.0" if "linux" not in app.kind else "v4.0",
        "ftpsState": "Disabled",
        "minTlsVersion": "1.2",
        "scmMinTlsVersion": "1.2",
        "http20Enabled": False,
        "alwaysOn": app.plan == "dedicated",
        "remoteDebuggingEnabled": False,
        "use32BitWorkerProcess": False,
        "webSocketsEnabled": False,
        "httpLoggingEnabled": False,
        "detailedErrorLoggingEnabled": False,
        "scmType": "None",
        "cors": {"allowedOrigins": ["https://portal.azure.com"], "supportCredentials": False},
        "ipSecurityRestrictions": _OPEN,
        "scmIpSecurityRestrictions": _OPEN,
        "scmIpSecurityRestrictionsUseMain": False,
        "publicNetworkAccess": app.properties.get("publicNetworkAccess"),
        "functionAppScaleLimit": 200 if app.plan == "consumption" else 0,
        "vnetRouteAllEnabled": bool(app.properties.get("outboundVnetRouting", {}).get("allTraffic")),
        "appSettings": None,
        "connectionStrings": None,
        "azureStorageAccounts": {},
        "publishingUsername": f"${app.name}",
    }
    if app.secret:
        share = {"type": "AzureFiles", "accountName": "larkfiles", "shareName": "content", "mountPath": "/content"}
        told["azureStorageAccounts"] = {"content": share | {"state": "Ok", "accessKey": app.secret}}
    return told | dict(app.web)


_OPEN = [
    {
        "ipAddress": "Any",
        "action": "Allow",
        "priority": 2147483647,
        "name": "Allow all",
        "description": "Allow all access",
    }
]


def config_row(app: App) -> Wire:
    kind = "Microsoft.Web/sites/slots/config" if app.slot else "Microsoft.Web/sites/config"
    told = {"id": f"{app.id}/config/web", "name": "web", "type": kind, "location": LABELS[app.location]}
    return {**told, "properties": web(app)}


def below(app: App) -> Iterator[tuple[str, Any]]:
    """What hangs on a site, by its path below it: an object, or a list."""
    base = "Microsoft.Web/sites/slots" if app.slot else "Microsoft.Web/sites"
    yield "config/web", config_row(app)
    yield "config/authsettingsV2", _resource(app, "config/authsettingsV2", f"{base}/config", _sign_in(app))
    policies = [(name, {"allow": app.password_deploy}) for name in ("ftp", "scm")]
    yield (
        "basicPublishingCredentialsPolicies",
        [
            _resource(
                app, f"basicPublishingCredentialsPolicies/{name}", f"{base}/basicPublishingCredentialsPolicies", said
            )
            for name, said in policies
        ],
    )
    yield "privateEndpointConnections", private_endpoints(app)
    yield "config/configreferences/appsettings", [_reference(app, one) for one in app.references]
    yield "functions", [_function(app, one) for one in app.inside]
    yield "providers/Microsoft.Insights/diagnosticSettings", _diagnostics(app)


def _resource(app: App, path: str, kind: str, properties: Wire) -> Wire:
    name = path.rsplit("/", 1)[-1]
    return {"id": f"{app.id}/{path}", "name": name, "type": kind, "properties": properties}


def _sign_in(app: App) -> Wire:
    on = app.signs_in is not None
    rules = {"requireAuthentication": False, "unauthenticatedClientAction": "AllowAnonymous"}
    told: Wire = {
        "platform": {"enabled": on, "runtimeVersion": "~1"},
        "globalValidation": rules,
        "identityProviders": {},
    }
    return {
        **told,
        **(app.signs_in or {}),
        "login": {"tokenStore": {"enabled": on}},
        "httpSettings": {"requireHttps": True},
    }


def private_endpoints(app: App) -> list[Wire]:
    if not app.private_endpoint:
        return []
    name = f"pe-{app.name}"
    group = f"/subscriptions/{app.subscription}/resourceGroups/rg-network"
    told = {
        "privateEndpoint": {"id": f"{group}/providers/Microsoft.Network/privateEndpoints/{name}"},
        "privateLinkServiceConnectionState": {"status": "Approved", "actionsRequired": "None", "description": ""},
        "ipAddresses": ["10.30.9.5"],
        "provisioningState": "Succeeded",
    }
    return [
        _resource(app, f"privateEndpointConnections/{name}", "Microsoft.Web/sites/privateEndpointConnections", told)
    ]


def _reference(app: App, one: Any) -> Wire:
    told = {
        "reference": f"@Microsoft.KeyVault(SecretUri=https://{one.vault}.vault.azure.net/secrets/{one.secret}/)",
        "status": one.status,
        "vaultName": one.vault,
        "secretName": one.secret,
        "secretVersion": "",
        "identityType": {"type": "UserAssigned" if app.users else "SystemAssigned"},
        "source": "KeyVault",
        "details": "Reference has been successfully resolved."
        if one.status == "Resolved"
        else "Could not be resolved.",
    }
    return _resource(app, f"config/configreferences/appsettings/{one.setting}", "Microsoft.Web/sites/config", told)


def _function(app: App, one: Inside) -> Wire:
    bindings = [{"name": "req" if one.trigger["type"] == "httpTrigger" else "in", **one.trigger}]
    if one.route:
        bindings[0]["route"] = one.route
    if one.trigger["type"] == "httpTrigger":
        bindings.append({"name": "$return", "type": "http", "direction": "out"})
    bindings += [dict(binding) for binding in one.bindings]
    called = {"invoke_url_template": f"https://{app.host}/api/{one.route or one.name}"} if len(bindings) > 1 else {}
    vfs = f"https://{app.host}/admin/vfs/home/site/wwwroot"
    told = {
        "name": one.name,
        "function_app_id": app.id,
        "script_root_path_href": f"{vfs}/{one.name}/",
        "href": f"https://{app.host}/admin/functions/{one.name}",
        "test_data": "",
        "config": {"name": one.name, "entryPoint": one.name, "scriptFile": "function_app.py", "bindings": bindings},
        "language": (app.runtime or "dotnet-isolated").split("|")[0].lower(),
        "isDisabled": one.disabled,
        **called,
    }
    kind = "Microsoft.Web/sites/slots/functions" if app.slot else "Microsoft.Web/sites/functions"
    row = {"id": f"{app.id}/functions/{one.name}", "name": f"{app.full_name}/{one.name}", "type": kind}
    return {**row, "location": LABELS[app.location], "properties": told}


def _diagnostics(app: App) -> list[Wire]:
    if not app.logs:
        return []
    group = f"/subscriptions/{app.subscription}/resourceGroups/rg-logs"
    workspace = f"{group}/providers/Microsoft.OperationalInsights/workspaces/log-{hexadecimal(6, app.subscription)}"
    categories = ("FunctionAppLogs", "AppServiceHTTPLogs", "AppServiceAuditLogs")
    logs = [{"category": one, "enabled": one != "AppServiceAuditLogs"} for one in categories]
    told = {
        "workspaceId": f"{workspace}/workspaces/log-{hexadecimal(6, app.subscription)}",
        "logs": logs,
        "metrics": [],
    }
    path = "providers/Microsoft.Insights/diagnosticSettings/to-workspace"
    return [_resource(app, path, "Microsoft.Insights/diagnosticSettings", told)]


def settings(app: App) -> Wire:
    """What listing the app settings would tell: their values. Only a caller with that permission gets them."""
    told = {"FUNCTIONS_EXTENSION_VERSION": "~3" if app.name == "lark-legacy" else "~4", "WEBSITE_RUN_FROM_PACKAGE": "1"}
    told |= {
        one.setting: f"@Microsoft.KeyVault(VaultName={one.vault};SecretName={one.secret})" for one in app.references
    }
    told |= {"DATABASE_URL": app.secret} if app.secret else {}
    return _resource(app, "config/appsettings", "Microsoft.Web/sites/config", told)
