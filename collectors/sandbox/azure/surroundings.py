"""What lies around the apps: plans, user-assigned identities, storage accounts, networks, resource groups."""

from collections.abc import Iterator

from collectors.sandbox.azure import fronts
from collectors.sandbox.azure.sites import plan
from collectors.sandbox.estate.azure import network
from collectors.sandbox.estate.azure.access import USER_IDENTITIES, UserIdentity
from collectors.sandbox.estate.azure.app import App, OwnName
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.estate.azure.tenant import LABELS, TENANT, WEST
from collectors.sandbox.rest import Wire

OPEN_STORE = "larkordersstore"
"""The storage account that lets keys, old TLS and everybody in."""


def around(state: AzureState, subscription: str) -> Iterator[Wire]:
    """Every resource of a subscription that is no site, once."""
    yield from {one["id"]: one for app in state.sites(subscription) for one in (plan(app),)}.values()
    yield from (_identity(one) for one in USER_IDENTITIES if one.subscription == subscription)
    yield from _stores(state, subscription)
    yield from fronts.fronts(subscription)
    yield from (_certificate(state, app, one) for app in state.sites(subscription) for one in app.own_names)
    for resource, kind, properties in network.resources(subscription):
        name = resource.rsplit("/", 1)[-1]
        yield {"id": resource, "name": name, "type": kind, "location": WEST, "properties": properties}


def _identity(one: UserIdentity) -> Wire:
    return {
        "id": one.id,
        "name": one.name,
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "location": one.location,
        "tags": {},
        "properties": {"principalId": one.principal, "clientId": one.client, "tenantId": TENANT},
    }


def federated(one: UserIdentity) -> list[Wire]:
    return [
        {
            "id": f"{one.id}/federatedIdentityCredentials/{name}",
            "name": name,
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
            "properties": {"issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]},
        }
        for name, issuer, subject in one.federated
    ]


def _certificate(state: AzureState, app: App, one: OwnName) -> Wire:
    group = f"/subscriptions/{app.subscription}/resourceGroups/{app.group}"
    told = {
        "subjectName": one.host,
        "hostNames": [one.host],
        "issuer": "Larkfield Test CA",
        "issueDate": state.stamp(one.ends - 180 * 24),
        "expirationDate": state.stamp(one.ends),
        "thumbprint": one.thumbprint,
        "canonicalName": one.host if one.renewed_by == "app service" else None,
        "password": None,
    }
    if one.renewed_by not in ("", "app service"):
        vault = f"{group}/providers/Microsoft.KeyVault/vaults/{one.renewed_by}"
        told |= {"keyVaultId": vault, "keyVaultSecretName": "tls", "keyVaultSecretStatus": "Initialized"}
    return {
        "id": f"{group}/providers/Microsoft.Web/certificates/{one.host}",
        "name": one.host,
        "type": "Microsoft.Web/certificates",
        "location": LABELS[app.location],
        "properties": told,
    }


def _stores(state: AzureState, subscription: str) -> Iterator[Wire]:
    for app in state.sites(subscription):
        if app.storage and not app.slot:
            group = f"/subscriptions/{subscription}/resourceGroups/{app.group}"
            open_to_all = app.storage == OPEN_STORE
            told = {
                "minimumTlsVersion": "TLS1_0" if open_to_all else "TLS1_2",
                "allowBlobPublicAccess": open_to_all,
                "allowSharedKeyAccess": open_to_all,
                "supportsHttpsTrafficOnly": True,
                "publicNetworkAccess": "Enabled",
                "networkAcls": {"defaultAction": "Allow" if open_to_all else "Deny", "bypass": "AzureServices"},
                "encryption": {"keySource": "Microsoft.Storage"},
            }
            yield {
                "id": f"{group}/providers/Microsoft.Storage/storageAccounts/{app.storage}",
                "name": app.storage,
                "type": "Microsoft.Storage/storageAccounts",
                "kind": "StorageV2",
                "sku": {"name": "Standard_LRS", "tier": "Standard"},
                "location": LABELS[app.location],
                "properties": told,
            }


def groups(state: AzureState, subscription: str) -> list[Wire]:
    """The resource groups that hold something."""
    names = {one["id"].split("/")[4] for one in around(state, subscription)}
    names |= {app.group for app in state.sites(subscription)}
    return [
        {
            "id": f"/subscriptions/{subscription}/resourceGroups/{name}",
            "name": name,
            "type": "Microsoft.Resources/resourceGroups",
            "location": WEST,
            "properties": {"provisioningState": "Succeeded"},
        }
        for name in sorted(names)
    ]
