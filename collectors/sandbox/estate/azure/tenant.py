"""The Azure tenant of Larkfield: management groups, subscriptions, places, and who stands outside."""

from dataclasses import dataclass, field

from collectors.sandbox.estate.names import uuid

TENANT = "7c1d2a34-0000-4000-8000-1a2b3c4d5e6f"
ROOT_GROUP, LARKFIELD_GROUP, PROD_GROUP, DEV_GROUP = TENANT, "larkfield", "larkfield-prod", "larkfield-dev"

SHOP = "5a000000-0000-4000-8000-000000000011"
DATA = "5a000000-0000-4000-8000-000000000022"
DEV = "5a000000-0000-4000-8000-000000000033"
LEGAL = "5a000000-0000-4000-8000-000000000044"
"""Nobody may read Microsoft.Web here: Resource Manager says 403, and Resource Graph leaves its apps out."""

WEST, NORTH = "westeurope", "northeurope"
LABELS = {WEST: "West Europe", NORTH: "North Europe"}


@dataclass(frozen=True)
class ManagementGroup:
    name: str
    label: str
    parent: str

    @property
    def id(self) -> str:
        return group_id(self.name)


@dataclass(frozen=True)
class Subscription:
    id: str
    name: str
    group: str
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.id}"


MANAGEMENT_GROUPS = (
    ManagementGroup(ROOT_GROUP, "Tenant Root Group", ""),
    ManagementGroup(LARKFIELD_GROUP, "Larkfield", ROOT_GROUP),
    ManagementGroup(PROD_GROUP, "Production", LARKFIELD_GROUP),
    ManagementGroup(DEV_GROUP, "Development", LARKFIELD_GROUP),
)
SUBSCRIPTIONS = (
    Subscription(SHOP, "shop-prod", PROD_GROUP, {"env": "prod"}),
    Subscription(DATA, "data-prod", PROD_GROUP, {"env": "prod"}),
    Subscription(DEV, "shop-dev", DEV_GROUP, {"env": "dev"}),
    Subscription(LEGAL, "legal", LARKFIELD_GROUP),
)
BY_ID = {one.id: one for one in SUBSCRIPTIONS}


def group_id(name: str) -> str:
    """The resource id of a management group."""
    return f"/providers/Microsoft.Management/managementGroups/{name}"


def chain(group: str) -> tuple[str, ...]:
    """The management groups from this one up to the root, by name."""
    parents = {one.name: one.parent for one in MANAGEMENT_GROUPS}
    found: tuple[str, ...] = ()
    while group:
        found, group = (*found, group), parents.get(group, "")
    return found


def person(name: str) -> str:
    """The object id of somebody of the directory."""
    return uuid("azure", "person", name)
