"""Which permissions the collector uses, what for, and the role to paste; the connection test and docs show the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from collectors.provider import Permission

Json = Any


def _needs(part: str, why: str, *actions: str, optional: bool = False) -> tuple[Permission, ...]:
    return tuple(Permission(action, why, part, optional) for action in actions)


PERMISSIONS: tuple[Permission, ...] = (
    *_needs("subscription", "Read the subscription's name, state and tenant, and find others.",
            "Microsoft.Resources/subscriptions/read"),
    *_needs("functions", "List function apps and slots, in bulk where Resource Graph may be asked.",
            "Microsoft.Web/sites/read", "Microsoft.Web/sites/slots/read", "Microsoft.ResourceGraph/resources/read"),
    *_needs("config", "Read the site configuration: TLS, FTPS, CORS, access restrictions, routing.",
            "Microsoft.Web/sites/config/read", "Microsoft.Web/sites/slots/config/read"),
    *_needs("config", "Read the plan: Consumption, Flex Consumption, Premium or Dedicated.",
            "Microsoft.Web/serverfarms/read"),
    *_needs("certificates", "Read until when the certificates of own host names hold.",
            "Microsoft.Web/certificates/read", optional=True),
    *_needs("runtime_management", "Read until when Azure supports each runtime; without it a table tells.",
            "Microsoft.Web/functionappstacks/read", optional=True),
    *_needs("triggers", "List the functions of an app with their bindings and what each asks of callers.",
            "Microsoft.Web/sites/functions/read", "Microsoft.Web/sites/slots/functions/read"),
    *_needs("access", "See whether passwords may be used to deploy.",
            "Microsoft.Web/sites/basicPublishingCredentialsPolicies/read",
            "Microsoft.Web/sites/slots/basicPublishingCredentialsPolicies/read"),
    *_needs("access", "Read who holds which role: who may deploy, read keys or assign roles.",
            "Microsoft.Authorization/roleAssignments/read", "Microsoft.Authorization/roleDefinitions/read",
            "Microsoft.Authorization/denyAssignments/read"),
    *_needs("identities", "Read managed identities and who may sign in as them from outside.",
            "Microsoft.ManagedIdentity/userAssignedIdentities/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/read"),
    *_needs("eligibility", "Read which roles could be activated (Privileged Identity Management).",
            "Microsoft.Authorization/roleEligibilityScheduleInstances/read", optional=True),
    *_needs("vaults", "Read which key vaults let an identity read secrets by an access policy of their own.",
            "Microsoft.KeyVault/vaults/read", optional=True),
    *_needs("network", "Work out from where an app is reached and which ways out it has.",
            "Microsoft.Web/sites/privateEndpointConnections/read",
            "Microsoft.Web/sites/slots/privateEndpointConnections/read", "Microsoft.Network/virtualNetworks/read",
            "Microsoft.Network/virtualNetworks/subnets/read", "Microsoft.Network/networkSecurityGroups/read",
            "Microsoft.Network/routeTables/read", "Microsoft.Network/natGateways/read"),
    *_needs("fronts", "See which Front Doors and Application Gateways lead to an app, and behind which firewall.",
            "Microsoft.Cdn/profiles/read", "Microsoft.Cdn/profiles/originGroups/read",
            "Microsoft.Cdn/profiles/originGroups/origins/read", "Microsoft.Cdn/profiles/afdEndpoints/read",
            "Microsoft.Cdn/profiles/afdEndpoints/routes/read", "Microsoft.Cdn/profiles/customDomains/read",
            "Microsoft.Cdn/profiles/securityPolicies/read", "Microsoft.Network/frontDoors/read",
            "Microsoft.Network/applicationGateways/read",
            "Microsoft.Network/frontDoorWebApplicationFirewallPolicies/read",
            "Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies/read", optional=True),
    *_needs("encryption", "See how the storage account of an app is protected.",
            "Microsoft.Storage/storageAccounts/read"),
    *_needs("logging", "See where logs go.", "Microsoft.Insights/diagnosticSettings/read"),
    *_needs("activity", "Read who changed what from the activity log.",
            "Microsoft.Insights/eventtypes/management/values/Read", "Microsoft.Resources/changes/read"),
    *_needs("invocations", "See when each app was last called, and how often (once a day).",
            "Microsoft.Insights/metrics/read", optional=True),
    *_needs("organisation", "Find the subscriptions below a management group.",
            "Microsoft.Management/managementGroups/read", "Microsoft.Management/managementGroups/descendants/read",
            "Microsoft.Management/managementGroups/subscriptions/read", optional=True),
    *_needs("directory", "Read an identity's Microsoft Graph permissions, directory roles and groups. This is an "
            "application permission of Microsoft Graph, not part of the role.", "Application.Read.All",
            "Directory.Read.All", optional=True),
)  # fmt: skip

ROLE_NAME = "Fanlight Reader"


def role(scopes: tuple[str, ...]) -> dict[str, Json]:
    """The least custom role: reads only, no `…/action` at all, so no key, secret, app setting or data."""
    return {
        "Name": ROLE_NAME,
        "IsCustom": True,
        "Description": "Reads how function apps, identities and networks are set up. No secrets, no keys, no data.",
        "Actions": sorted({one.action for one in PERMISSIONS if one.action.startswith("Microsoft.")}),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": list(scopes),
    }


def document(connection: Mapping[str, Json]) -> str:
    """The role as text for `az role definition create`, assignable at the management group of the connection."""
    group = connection.get("management_group") or "<management group>"
    return json.dumps(role((f"/providers/Microsoft.Management/managementGroups/{group}",)), indent=2)
