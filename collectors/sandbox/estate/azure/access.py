"""Who holds what in the Azure estate: user-assigned identities, roles, assignments, deny assignments, eligibility."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.sandbox.estate.azure.tenant import BY_ID, DATA, DEV, DEV_GROUP, ROOT_GROUP, SHOP, WEST, group_id, person
from collectors.sandbox.estate.names import uuid

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
WEBSITES = "de139f84-1756-47ae-9be6-808fbbe84772"
ROLE_ADMIN = "f58310d9-a9f6-439a-9e8d-f62e7b41a168"
BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_WRITER = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
QUEUE_WRITER = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
GATEKEEPER = uuid("azure", "role", "gatekeeper")
DEPLOYER = uuid("azure", "role", "slot deployer")
EVERYONE = "00000000-0000-0000-0000-000000000000"
GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000"
GRAPH_ROLES = {
    "RoleManagement.ReadWrite.Directory": "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    "Mail.Send": "b633e1c5-b582-4048-a93e-9f11b44c7e96",
}
"""Application permissions of Microsoft Graph by name, with the ids they have in every tenant."""


@dataclass(frozen=True)
class UserIdentity:
    """A user-assigned managed identity. `federated` are subjects that may sign in as it: (name, issuer, subject)."""

    subscription: str
    name: str
    group: str = "rg-identities"
    location: str = WEST
    federated: tuple[tuple[str, str, str], ...] = ()

    @property
    def id(self) -> str:
        group = f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"
        return f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{self.name}"

    @property
    def principal(self) -> str:
        return uuid("azure", "user-assigned", self.subscription, self.name)

    @property
    def client(self) -> str:
        return uuid("azure", "client", self.subscription, self.name)


@dataclass(frozen=True)
class Assignment:
    """A role given to a principal (object id) at a scope."""

    principal: str
    role: str
    scope: str
    kind: str = "ServicePrincipal"
    condition: str = ""
    made: float = -5000.0

    @property
    def name(self) -> str:
        return uuid("azure", "assignment", self.principal, self.role, self.scope.lower())


@dataclass(frozen=True)
class Role:
    id: str
    name: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("/",)

    @property
    def custom(self) -> bool:
        return self.scopes != ("/",)


@dataclass(frozen=True)
class Denial:
    """A deny assignment, as deployment stacks make them."""

    name: str
    scope: str
    actions: tuple[str, ...]
    excluded: tuple[str, ...] = ()


_STORAGE = "Microsoft.Storage/storageAccounts"
_BLOBS = f"{_STORAGE}/blobServices/containers"
_QUEUES = f"{_STORAGE}/queueServices/queues"
ROLES = (
    Role(OWNER, "Owner", ("*",)),
    Role(
        CONTRIBUTOR,
        "Contributor",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
        ),
    ),
    Role(READER, "Reader", ("*/read",)),
    Role(
        WEBSITES,
        "Website Contributor",
        ("Microsoft.Authorization/*/read", "Microsoft.Web/serverFarms/read", "Microsoft.Web/sites/*"),
    ),
    Role(
        ROLE_ADMIN,
        "Role Based Access Control Administrator",
        ("Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete", "*/read"),
    ),
    Role(BLOB_OWNER, "Storage Blob Data Owner", (f"{_BLOBS}/*",), (), (f"{_BLOBS}/blobs/*",)),
    Role(BLOB_READER, "Storage Blob Data Reader", (f"{_BLOBS}/read",), (), (f"{_BLOBS}/blobs/read",)),
    Role(
        BLOB_WRITER,
        "Storage Blob Data Contributor",
        (f"{_BLOBS}/read", f"{_BLOBS}/write", f"{_BLOBS}/delete"),
        (),
        (f"{_BLOBS}/blobs/read", f"{_BLOBS}/blobs/write", f"{_BLOBS}/blobs/delete"),
    ),
    Role(
        QUEUE_WRITER,
        "Storage Queue Data Contributor",
        (f"{_QUEUES}/read", f"{_QUEUES}/write"),
        (),
        (f"{_QUEUES}/messages/read", f"{_QUEUES}/messages/write", f"{_QUEUES}/messages/delete"),
    ),
    Role(
        SECRETS_USER,
        "Key Vault Secrets User",
        (),
        (),
        (
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ),
    ),
    Role(
        GATEKEEPER,
        "Larkfield Gatekeeper",
        ("Microsoft.Authorization/roleAssignments/write", "*/read"),
        scopes=(f"/subscriptions/{DATA}",),
    ),
    Role(
        DEPLOYER,
        "Larkfield Slot Deployer",
        ("Microsoft.Web/sites/slots/*", "Microsoft.Web/sites/read"),
        scopes=(f"/subscriptions/{SHOP}/resourceGroups/rg-shop",),
    ),
)
USER_IDENTITIES = (
    UserIdentity(SHOP, "id-orders"),
    UserIdentity(SHOP, "id-janitor"),
    UserIdentity(DEV, "id-ops"),
    UserIdentity(
        DEV,
        "id-runner",
        federated=(("any-branch", "https://token.actions.githubusercontent.com", "repo:somebody-else/tools:*"),),
    ),
    UserIdentity(DATA, "id-vault"),
)


def identity(subscription: str, name: str) -> UserIdentity:
    return next(one for one in USER_IDENTITIES if (one.subscription, one.name) == (subscription, name))


def group_scope(subscription: str, group: str) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}"


_PIPELINE = uuid("azure", "pipeline")
PIPELINE_PRINCIPAL = _PIPELINE
STAFF = (
    Assignment(person("cloud-admins"), OWNER, group_id(ROOT_GROUP), "Group"),
    Assignment(person("security"), READER, group_id(ROOT_GROUP), "Group"),
    *(Assignment(_PIPELINE, WEBSITES, one.scope) for one in BY_ID.values()),
    Assignment(person("guest-consultant"), WEBSITES, group_scope(DEV, "rg-dev"), "User"),
    Assignment(identity(DEV, "id-ops").principal, OWNER, group_id(DEV_GROUP)),
    Assignment(identity(DEV, "id-runner").principal, CONTRIBUTOR, group_scope(DEV, "rg-dev")),
    Assignment(identity(SHOP, "id-orders").principal, BLOB_WRITER, group_scope(SHOP, "rg-shop")),
    Assignment(identity(SHOP, "id-janitor").principal, BLOB_READER, f"/subscriptions/{SHOP}"),
    Assignment(identity(DATA, "id-vault").principal, SECRETS_USER, group_scope(DATA, "rg-data")),
)


@dataclass(frozen=True)
class Directory:
    """What Microsoft Graph knows of a principal: application permissions by name, and the groups it is in."""

    permissions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holdings:
    """Everything that is granted on one day."""

    assignments: tuple[Assignment, ...]
    denials: tuple[Denial, ...] = ()
    eligible: tuple[Assignment, ...] = ()
    directory: Mapping[str, Directory] = field(default_factory=dict)


def role_body(role: Role) -> dict[str, Any]:
    """The permissions of a role definition, as the API writes them."""
    permissions = {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": [],
    }
    return {
        "roleName": role.name,
        "type": "CustomRole" if role.custom else "BuiltInRole",
        "description": role.name,
        "assignableScopes": list(role.scopes),
        "permissions": [permissions],
    }
