"""Planted function apps that differ in who may call them and how they are reached."""

from functools import partial
from typing import Any

from collectors.sandbox.estate.azure.app import App, Inside, OwnName, http, queue, timer
from collectors.sandbox.estate.azure.tenant import DATA, DEV, LEGAL, NORTH, SHOP, TENANT, WEST
from collectors.sandbox.estate.names import canary
from collectors.sandbox.estate.traps import Trap

_ENTRA = {
    "azureActiveDirectory": {
        "enabled": True,
        "registration": {
            "openIdIssuer": f"https://sts.windows.net/{TENANT}/v2.0",
            "clientId": "6b1e7d52-1111-4222-8333-abcdefabcdef",
            "clientSecretSettingName": "MICROSOFT_PROVIDER_AUTHENTICATION_SECRET",
        },
        "validation": {"allowedAudiences": ["api://lark-storefront"]},
    }
}


def signed_in(*excluded: str) -> dict[str, Any]:
    """Sign-in with the tenant's own accounts, but for some paths."""
    rules: dict[str, Any] = {"requireAuthentication": True, "unauthenticatedClientAction": "Return401"}
    left_out = {"excludedPaths": list(excluded)} if excluded else {}
    return {"globalValidation": rules | left_out, "identityProviders": _ENTRA}


def allowed_from(*ranges: str) -> dict[str, Any]:
    """Access restrictions: these ranges, and nobody else."""
    rules = [
        {"ipAddress": one, "action": "Allow", "tag": "Default", "priority": 100 + number, "name": f"range-{number}"}
        for number, one in enumerate(ranges)
    ]
    last = {"ipAddress": "Any", "action": "Deny", "priority": 2147483647, "name": "Deny all"}
    return {"ipSecurityRestrictions": [*rules, last], "ipSecurityRestrictionsDefaultAction": "Deny"}


_OPEN = (http("hook", "anonymous", "hooks/{source}", "post"),)
APPS = (
    App(
        SHOP,
        "lark-webhooks",
        inside=(*_OPEN, timer("tidy")),
        web={"cors": {"allowedOrigins": ["*"], "supportCredentials": False}},
        tags={"env": "prod", "owner": "integrations"},
    ),
    App(
        SHOP,
        "lark-storefront",
        kind="functionapp",
        plan="premium",
        runtime="",
        inside=(http("pages", "anonymous"),),
        signs_in=signed_in(),
        own_names=(OwnName("www.larkfield.example", 21 * 24.0),),
        tags={"env": "prod", "owner": "shop"},
    ),
    App(
        SHOP,
        "lark-checkout",
        plan="premium",
        inside=(http("pay", "anonymous", "pay"), http("health", "anonymous", "open/health", "get")),
        signs_in=signed_in("/api/open/*"),
        own_names=(OwnName("pay.larkfield.example", 150 * 24.0, "app service"),),
        tags={"env": "prod", "owner": "checkout", "data": "restricted"},
        logs=True,
    ),
    App(
        SHOP,
        "lark-orders",
        plan="flex",
        runtime="python|3.12",
        inside=(http("order", "function"), queue("book", "orders")),
        users=("id-orders",),
        storage="larkordersstore",
        tags={"env": "prod", "owner": "orders"},
    ),
    App(SHOP, "lark-partner-api", inside=(http("feed", "anonymous"),), web=allowed_from("203.0.113.0/24")),
    App(
        DATA,
        "lark-ledger",
        group="rg-data",
        plan="premium",
        inside=(http("entry", "anonymous"),),
        properties={"publicNetworkAccess": "Disabled"},
        private_endpoint=True,
        subnet="vnet-data/apps",
        tags={"env": "prod", "data": "restricted"},
        logs=True,
    ),
    App(
        DATA,
        "lark-ledger-old",
        group="rg-data",
        kind="functionapp",
        plan="premium",
        runtime="",
        inside=(http("entry", "anonymous"),),
        private_endpoint=True,
    ),
    App(
        DATA,
        "lark-batch",
        group="rg-data",
        inside=(http("start", "anonymous"),),
        properties={"publicNetworkAccess": "Disabled"},
    ),
    App(
        SHOP,
        "lark-legacy",
        kind="functionapp",
        runtime="",
        location=NORTH,
        inside=(http("quote", "function"), http("admin", "admin")),
        password_deploy=True,
        own_names=(OwnName("quotes.larkfield.example", -60.0, "kv-lark-shop"),),
        web={
            "ftpsState": "AllAllowed",
            "remoteDebuggingEnabled": True,
            "minTlsVersion": "1.0",
            "scmMinTlsVersion": "1.0",
            "netFrameworkVersion": "v4.0",
            "http20Enabled": False,
        },
        properties={"httpsOnly": False},
        secret=canary("database", "azure-lark-legacy"),
        modified=-20000.0,
    ),
    App(
        SHOP,
        "lark-terminals",
        plan="dedicated",
        inside=(http("terminal", "anonymous"),),
        properties={"clientCertEnabled": True, "clientCertMode": "Required"},
    ),
    App(
        SHOP,
        "lark-media",
        plan="premium",
        inside=(http("resize", "function"),),
        signs_in=signed_in(),
        users=("id-orders",),
    ),
    App(
        SHOP,
        "lark-media",
        slot="staging",
        plan="premium",
        inside=(http("resize", "anonymous"),),
        system=True,
        web={"ftpsState": "FtpsOnly"},
        password_deploy=True,
    ),
    App(
        DEV,
        "lark-stopped",
        group="rg-dev",
        inside=(http("old", "anonymous"),),
        state="Stopped",
        listing="missing",
    ),
    App(DEV, "lark-broken", group="rg-dev", kind="functionapp", runtime="", listing="broken"),
    App(
        DATA,
        "lark-photos",
        group="rg-data",
        inside=(http("photo", "anonymous", "photo/{id}"),),
        signs_in=signed_in(),
        tags={"env": "prod", "owner": "media"},
    ),
    App(SHOP, "lark-oldimport", kind="functionapp", runtime="", inside=(timer("import"),), modified=-15000.0),
    App(LEGAL, "lark-contracts", group="rg-legal", inside=(http("contract", "anonymous"),)),
)
NOT_FUNCTIONS = (
    App(
        SHOP,
        "lark-approvals",
        kind="functionapp,workflowapp",
        plan="workflow",
        runtime="",
        inside=(Inside("WorkflowDispatcher", {"type": "workflowTrigger", "direction": "in"}),),
    ),
    App(SHOP, "lark-www", kind="app,linux", plan="dedicated", runtime="NODE|22-lts", system=True),
    App(DEV, "lark-docs", group="rg-dev", kind="app", plan="dedicated", runtime=""),
)

_shop = partial(Trap, account=SHOP, region=WEST, cloud="azure")
_data = partial(Trap, account=DATA, region=WEST, cloud="azure")
_dev = partial(Trap, account=DEV, region=WEST, cloud="azure")
TRAPS = (
    _shop(
        "lark-webhooks",
        because="anonymous, no sign-in, every origin",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-41", "EXP-45"),
        until=5,
    ),
    _shop("lark-webhooks", because="sign-in switched on on day 6", rules=("EXP-45",), since=6),
    _shop(
        "lark-storefront",
        because="anonymous, but the tenant's sign-in stands in front; a certificate that nobody renews ends soon; "
        "its Front Door guards one of two names and can be gone around",
        rules=("ENC-10", "EXP-48"),
    ),
    _shop(
        "lark-checkout",
        because="sign-in, but one path is left out of it",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-43",),
    ),
    _shop("lark-orders", because="asks for a key", invoke="same_account", reach="internet"),
    _shop("lark-partner-api", because="anonymous for one range", invoke="public_anonymous", reach="restricted"),
    _data("lark-ledger", because="anonymous behind a private endpoint", invoke="public_anonymous", reach="private"),
    _data(
        "lark-ledger-old",
        because="has a private endpoint; public access was never set",
        invoke="public_anonymous",
        reach="private",
    ),
    _data("lark-batch", because="public access off, and no private endpoint", reach="private"),
    _shop(
        "lark-legacy",
        region=NORTH,
        because="plain FTP, passwords to deploy, remote debugging, TLS 1.0, plain http, a certificate that has ended",
        invoke="same_account",
        rules=("DEP-06", "DEP-07", "DEP-08", "ENC-06", "ENC-07", "ENC-10"),
    ),
    _shop("lark-terminals", because="anonymous, but a client certificate is asked for"),
    _shop("lark-media", because="sign-in, and a key", invoke="same_account"),
    _shop(
        "lark-media/staging",
        because="the slot has no sign-in and asks for no key",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-41", "EXP-49", "DEP-06"),
    ),
    _dev("lark-stopped", because="stopped: its functions are not listed", rules=("LIM-12",)),
    _dev("lark-broken", because="its host fails: nobody knows its functions"),
    _data("lark-photos", because="sign-in required", until=3),
    _data(
        "lark-photos",
        because="sign-in was switched off on day 4",
        invoke="public_anonymous",
        reach="internet",
        rules=("EXP-41",),
        since=4,
    ),
)
