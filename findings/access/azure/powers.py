"""Which Azure actions, Graph permissions and directory roles make which class of power.

Classes: the product's own vocabulary. Escalation ids name rows of the catalogue (Azure Threat Research Matrix, NetSPI,
SpecterOps, role definitions). Directory roles are known by their template ids (learn.microsoft.com/entra/identity/
role-based-access-control/permissions-reference).
"""

from dataclasses import dataclass

from findings.access.privilege import Power

ROLE_WRITE = "Microsoft.Authorization/roleAssignments/write"
ASSIGN_IDENTITY = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action that makes a class; data: it is a data action."""

    action: str
    data: bool = False


def _actions(*names: str) -> tuple[Wanted, ...]:
    return tuple(map(Wanted, names))


def _data(*names: str) -> tuple[Wanted, ...]:
    return tuple(Wanted(name, data=True) for name in names)


_STORAGE = "Microsoft.Storage/storageAccounts"
STORAGE_KEYS = _actions(f"{_STORAGE}/listkeys/action")
_KEYS = _actions(
    "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
    "Microsoft.ServiceBus/namespaces/authorizationRules/listkeys/action",
    "Microsoft.EventHub/namespaces/authorizationRules/listkeys/action",
    "Microsoft.CognitiveServices/accounts/listKeys/action",
    "Microsoft.Cache/redis/listKeys/action",
    "Microsoft.Search/searchServices/listAdminKeys/action",
    "Microsoft.OperationalInsights/workspaces/sharedKeys/action",
)
# Microsoft.Resources/deployments/write is in no class: a template deploys only what the caller may write anyway.
POWERS: dict[Power, tuple[Wanted, ...]] = {
    Power.IAM_WRITE: _actions(
        ROLE_WRITE,
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.Authorization/policyAssignments/write",
        "Microsoft.KeyVault/vaults/accessPolicies/write",
    ),
    Power.SECRETS_READ: (
        *_data("Microsoft.KeyVault/vaults/secrets/getSecret/action", "Microsoft.KeyVault/vaults/keys/decrypt/action"),
        *STORAGE_KEYS,
        *_KEYS,
        *_actions("Microsoft.Web/sites/config/list/action", "Microsoft.KeyVault/vaults/accessPolicies/write"),
    ),
    Power.DATA_READ: (
        *_data(
            f"{_STORAGE}/blobServices/containers/blobs/read",
            f"{_STORAGE}/fileServices/fileshares/files/read",
            f"{_STORAGE}/tableServices/tables/entities/read",
            f"{_STORAGE}/queueServices/queues/messages/read",
            "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items/read",
            "Microsoft.ServiceBus/namespaces/messages/receive/action",
            "Microsoft.EventHub/namespaces/messages/receive/action",
        ),
        *STORAGE_KEYS,
        *_actions("Microsoft.DocumentDB/databaseAccounts/listKeys/action"),
    ),
    Power.DATA_WRITE_DESTROY: (
        *_data(
            f"{_STORAGE}/blobServices/containers/blobs/write",
            f"{_STORAGE}/blobServices/containers/blobs/delete",
            f"{_STORAGE}/tableServices/tables/entities/write",
            f"{_STORAGE}/queueServices/queues/messages/write",
            "Microsoft.KeyVault/vaults/secrets/setSecret/action",
            "Microsoft.KeyVault/vaults/secrets/delete",
        ),
        *STORAGE_KEYS,
        *_actions(
            f"{_STORAGE}/delete",
            "Microsoft.Sql/servers/databases/delete",
            "Microsoft.DocumentDB/databaseAccounts/delete",
            "Microsoft.DocumentDB/databaseAccounts/listKeys/action",
            "Microsoft.KeyVault/vaults/delete",
            "Microsoft.Resources/subscriptions/resourceGroups/delete",
        ),
    ),
    Power.DEPLOY_CODE: (
        *_actions(
            "Microsoft.Web/sites/write",
            "Microsoft.Web/sites/functions/write",
            "Microsoft.Web/sites/config/write",
            "Microsoft.Web/sites/publishxml/action",
            "Microsoft.Web/sites/publish/action",
            "Microsoft.Web/sites/host/listkeys/action",
            "Microsoft.Web/sites/extensions/write",
            "Microsoft.Web/sites/sourcecontrols/write",
            "Microsoft.Web/sites/slots/write",
            "Microsoft.Web/sites/hostruntime/vfs/run.csx/write",
        ),
    ),
    Power.NETWORK_CHANGE: _actions(
        "Microsoft.Network/networkSecurityGroups/write",
        "Microsoft.Network/networkSecurityGroups/securityRules/write",
        "Microsoft.Network/routeTables/routes/write",
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write",
        "Microsoft.Network/dnsZones/A/write",
        "Microsoft.Web/sites/config/write",
    ),
    Power.LOGGING_TAMPER: _actions(
        "Microsoft.Insights/diagnosticSettings/delete",
        "Microsoft.Insights/diagnosticSettings/write",
        "Microsoft.OperationalInsights/workspaces/delete",
        "Microsoft.OperationalInsights/workspaces/write",
        "Microsoft.Insights/activityLogAlerts/delete",
        "Microsoft.SecurityInsights/onboardingStates/delete",
    ),
    Power.INVOKE: _actions(
        "Microsoft.Web/sites/host/listkeys/action",
        "Microsoft.Web/sites/functions/listkeys/action",
        "Microsoft.Web/sites/hostruntime/webhooks/api/workflows/triggers/listCallbackUrl/action",
        "Microsoft.Logic/workflows/triggers/run/action",
    ),
}

# Sets of actions that, held over one scope, give another identity's rights: path id to sets of which one is enough.
# elevateAccess is no path: only an Entra Global Administrator can use it, and that is admin already.
PATHS: dict[str, tuple[frozenset[str], ...]] = {
    "az-08": tuple(
        frozenset({ASSIGN_IDENTITY, place})
        for place in (
            "Microsoft.Web/sites/write",
            "Microsoft.Compute/virtualMachines/write",
            "Microsoft.ContainerInstance/containerGroups/write",
            "Microsoft.App/containerApps/write",
            "Microsoft.Automation/automationAccounts/write",
            "Microsoft.Logic/workflows/write",
        )
    ),
    "az-09": (frozenset({"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write"}),),
    "az-16": (frozenset({"Microsoft.Compute/virtualMachines/runCommand/action"}),),
    "runbook": (frozenset({"Microsoft.Automation/automationAccounts/runbooks/write"}),),
}

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
DIRECTORY_ROLES = {
    GLOBAL_ADMINISTRATOR: Power.ADMIN,
    "e8611ab8-c189-46e8-94e1-60213ab1f814": Power.ADMIN,  # Privileged Role Administrator
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": Power.IDENTITY_ESCALATION,  # Privileged Authentication Administrator
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": Power.IDENTITY_ESCALATION,  # Application Administrator
    "158c047a-c907-4556-b7ef-446551a6b5f7": Power.IDENTITY_ESCALATION,  # Cloud Application Administrator
}
GRAPH_PERMISSIONS = {
    "RoleManagement.ReadWrite.Directory": (Power.ADMIN, "az-12"),
    "AppRoleAssignment.ReadWrite.All": (Power.ADMIN, "az-13"),
    "Application.ReadWrite.All": (Power.IDENTITY_ESCALATION, "az-14"),
    "Directory.ReadWrite.All": (Power.IDENTITY_ESCALATION, ""),
    "Group.ReadWrite.All": (Power.IDENTITY_ESCALATION, ""),
    "GroupMember.ReadWrite.All": (Power.IDENTITY_ESCALATION, ""),
    "ServicePrincipalEndpoint.ReadWrite.All": (Power.IDENTITY_ESCALATION, ""),
}


def graph_power(permission: str) -> tuple[Power, str]:
    """The class of a Graph application permission and its escalation id; by its name when it has no row of its own."""
    if permission in GRAPH_PERMISSIONS:
        return GRAPH_PERMISSIONS[permission]
    reads_only = permission.partition(".")[2].startswith("Read") and "Write" not in permission
    return (Power.DATA_READ if reads_only else Power.DATA_WRITE_DESTROY), ""
