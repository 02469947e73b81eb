"""Planted function apps that differ in what they may do, and in how they are set up."""

from functools import partial

from collectors.sandbox.estate.azure.access import (
    BLOB_OWNER,
    CONTRIBUTOR,
    GATEKEEPER,
    READER,
    ROLE_ADMIN,
    STAFF,
    Assignment,
    Denial,
    Directory,
    Holdings,
    group_scope,
    identity,
)
from collectors.sandbox.estate.azure.app import App, Reference, http, queue, timer
from collectors.sandbox.estate.azure.tenant import DATA, DEV, SHOP, WEST, person
from collectors.sandbox.estate.names import canary
from collectors.sandbox.estate.traps import Trap

_CALL = (http("call", "function"),)
_BLOB_READER_ONLY = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/"
    "roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {2a2b9908-6ea1-4ae2-8e65-a410df84e7d1}))"
)

APPS = (
    App(DEV, "lark-admin", group="rg-dev", inside=_CALL, users=("id-ops",), tags={"env": "dev"}),
    App(DEV, "lark-ops", group="rg-dev", kind="functionapp", runtime="", inside=(timer("sweep"),), users=("id-ops",)),
    App(DATA, "lark-gate", group="rg-data", inside=_CALL, system=True),
    App(DATA, "lark-helpdesk", group="rg-data", inside=_CALL, system=True),
    App(SHOP, "lark-stacked", group="rg-stack", inside=_CALL, system=True),
    App(SHOP, "lark-oncall", inside=_CALL, system=True),
    App(DATA, "lark-exports", group="rg-data", inside=(queue("export", "exports"),), system=True),
    App(
        DATA,
        "lark-secrets",
        group="rg-data",
        plan="flex",
        runtime="node|22",
        inside=_CALL,
        users=("id-vault",),
        references=(
            Reference("PAYMENT_KEY", "kv-lark-data", "payment-key"),
            Reference("OLD_TOKEN", "kv-lark-gone", "old-token", "VaultNotFound"),
        ),
        properties={"keyVaultReferenceIdentity": identity(DATA, "id-vault").id},
        storage="larksecretsstore",
    ),
    App(SHOP, "lark-directory", inside=_CALL, system=True),
    App(DEV, "lark-runner", group="rg-dev", inside=_CALL, users=("id-runner",)),
    App(SHOP, "lark-janitor", inside=(timer("clean"),), users=("id-janitor",), tags={"owner": "platform"}),
    App(
        SHOP,
        "lark-egress",
        plan="premium",
        inside=_CALL,
        subnet="vnet-core/apps-closed",
        properties={"outboundVnetRouting": {"allTraffic": True, "applicationTraffic": True}},
        logs=True,
    ),
    App(
        SHOP,
        "lark-half-tunnel",
        kind="functionapp",
        plan="premium",
        runtime="",
        inside=_CALL,
        subnet="vnet-core/apps-open",
        web={"vnetRouteAllEnabled": False},
    ),
    App(
        SHOP,
        "lark-image",
        kind="functionapp,linux,container",
        plan="premium",
        runtime="DOCKER|larkfield.azurecr.io/resize:latest",
        inside=_CALL,
        secret=canary("password", "azure-lark-image"),
    ),
)


def system(subscription: str, name: str) -> str:
    """The principal of an app's system-assigned identity."""
    return App(subscription, name).principal


def holdings() -> Holdings:
    """What is granted on the first day."""
    own = (
        Assignment(system(DATA, "lark-gate"), GATEKEEPER, f"/subscriptions/{DATA}"),
        Assignment(system(DATA, "lark-helpdesk"), ROLE_ADMIN, f"/subscriptions/{DATA}", condition=_BLOB_READER_ONLY),
        Assignment(system(SHOP, "lark-stacked"), CONTRIBUTOR, group_scope(SHOP, "rg-stack")),
        Assignment(system(SHOP, "lark-oncall"), READER, f"/subscriptions/{SHOP}"),
        Assignment(system(DATA, "lark-exports"), BLOB_OWNER, f"/subscriptions/{DATA}"),
        Assignment(App(SHOP, "lark-media", slot="staging").principal, CONTRIBUTOR, group_scope(SHOP, "rg-shop")),
        Assignment(person("readers"), READER, f"/subscriptions/{SHOP}", "Group"),
    )
    kept = ("*/delete", "Microsoft.Web/sites/write")
    stack = Denial("Stack keeps its resources", group_scope(SHOP, "rg-stack"), kept)
    waiting = (Assignment(system(SHOP, "lark-oncall"), CONTRIBUTOR, f"/subscriptions/{SHOP}"),)
    known = {
        system(SHOP, "lark-directory"): Directory(("RoleManagement.ReadWrite.Directory", "User.Read.All")),
        system(SHOP, "lark-oncall"): Directory(groups=("readers",)),
        identity(SHOP, "id-orders").principal: Directory(("Mail.Send",)),
    }
    return Holdings((*STAFF, *own), (stack,), waiting, known)


_shop = partial(Trap, account=SHOP, region=WEST, cloud="azure")
_data = partial(Trap, account=DATA, region=WEST, cloud="azure")
_dev = partial(Trap, account=DEV, region=WEST, cloud="azure")
_TOO_MUCH = ("PRV-14",)
TRAPS = (
    _dev(
        "lark-admin",
        because="its identity owns the management group above, and so the subscription",
        privilege="admin",
        classes=("admin",),
        rules=("PRV-08", "PRV-14"),
    ),
    _dev("lark-ops", because="shares the identity that owns everything", privilege="admin", rules=("PRV-08", "PRV-14")),
    _data(
        "lark-gate",
        because="a custom role of its own may assign any role",
        privilege="admin",
        classes=("admin", "iam_write"),
        rules=("PRV-17",),
    ),
    _data(
        "lark-helpdesk",
        because="may assign roles, but by its condition only one that reads",
        classes=("iam_write",),
        rules=_TOO_MUCH,
    ),
    _shop("lark-stacked", because="Contributor of its group, less what is denied there", privilege="near-admin"),
    _shop("lark-oncall", because="reads; might become Contributor by activating it", privilege="read"),
    _data(
        "lark-exports",
        because="owns the data of every storage account of the subscription",
        privilege="write",
        classes=("data_read", "data_write_destroy"),
        rules=("PRV-18",),
    ),
    _data(
        "lark-secrets",
        because="reads the secrets of its group; one reference leads nowhere",
        privilege="read",
        classes=("secrets_read",),
        rules=("SEC-04",),
    ),
    _shop(
        "lark-directory",
        because="may give anyone any role in the directory",
        privilege="admin",
        classes=("admin",),
        rules=("PRV-16",),
    ),
    _dev("lark-runner", because="any branch of a stranger's repository may become its identity", rules=("TRU-07",)),
    _shop("lark-janitor", because="reads blobs", privilege="read", classes=("data_read",), until=2),
    _shop(
        "lark-janitor",
        because="its identity became Owner of the subscription on day 3",
        privilege="admin",
        classes=("admin",),
        rules=_TOO_MUCH,
        since=3,
    ),
    _shop(
        "lark-egress",
        because="all traffic goes into a network that denies the internet",
        egress="private",
    ),
    _shop(
        "lark-half-tunnel",
        because="in a network, but what goes to the internet does not go through it",
        egress="internet",
        rules=("NET-10",),
    ),
    _shop("lark-image", because="a container without a pinned digest"),
)
