"""The app reaches its storage with the storage account's key."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    code = seen.section("code")
    if code.get("sign_in") == "StorageAccountConnectionString":
        yield Evidence(
            f"Its package is fetched from {code.get('source') or 'its storage'} with a connection string",
            about="deployment storage",
        )
    for one in seen.section("environment").get("references") or ():
        if str(one.get("name")).lower() == "azurewebjobsstorage":
            yield Evidence(
                "AzureWebJobsStorage is a connection string, kept in Key Vault", about="AzureWebJobsStorage",
                severity=Severity.LOW, because="the key is kept in Key Vault",
            )  # fmt: skip
    for mount in seen.section("config").get("file_systems") or ():
        yield Evidence(
            f"The share {mount.get('share')} of {mount.get('account')} is mounted, which takes the account's key",
            about=f"mount {mount.get('name')}", severity=Severity.LOW, because="a mounted share has no other way",
        )  # fmt: skip
    if not _keys_are_off(seen):
        yield Unsure("how AzureWebJobsStorage signs in stands in an app setting, which is never asked for")


def _keys_are_off(seen: Seen) -> bool:
    """Whether every storage account the app names refuses keys: then it cannot use one."""
    encryption = seen.section("encryption")
    accounts = encryption.get("storage") or ()
    return bool(accounts) and all(one.get("keys_allowed") is False for one in accounts)


_IDENTITY = {"storage_known": True, "storage": [{"name": "shopfiles", "keys_allowed": False}]}

RULE = Rule(
    id="storage_by_key",
    title="The app reaches its storage with an account key",
    severity=Severity.MEDIUM,
    subject=Subject.SECRETS,
    why="The key opens the whole storage account, code and function keys included, and it never expires; a managed "
    "identity needs no key.",
    checks={"azure": Check(look, needs=("code", "encryption"))},
    fix={
        "azure": Fix(
            console="Function App, Identity: switch on an identity, give it Storage Blob Data Owner on the account, "
            "and set AzureWebJobsStorage__accountName instead of AzureWebJobsStorage.",
            cli="az functionapp deployment config set --resource-group GROUP --name APP "
            "--deployment-storage-auth-type SystemAssignedIdentity",
            terraform='azurerm_function_app_flex_consumption: storage_authentication_type = "SystemAssignedIdentity"; '
            "azurerm_linux_function_app: storage_uses_managed_identity = true.",
        )
    },
    fails=(function("azure", config={}, encryption=_IDENTITY, code={"sign_in": "StorageAccountConnectionString"}),),
    passes=(function("azure", config={}, encryption=_IDENTITY, code={"sign_in": "SystemAssignedIdentity"}),),
    catalogue=("SEC-03",),
    references=(
        "https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity",
    ),
)
