"""A storage account that the app uses is poorly protected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = seen.section("encryption")
    for account in told.get("storage") or ():
        name = account.get("name")
        if account.get("found"):
            yield Unsure(f"the storage account {name} is in none of the subscriptions that were read")
            continue
        for fault, severity in _faults(account):
            yield Evidence(
                f"The storage account {name} {fault}", about=f"{name} {fault}", severity=severity,
                because="" if severity is None else "it eases a break-in and opens nothing by itself",
            )  # fmt: skip
    if told and not told.get("storage_known"):
        yield Unsure("which storage account it uses stands in an app setting, which is never asked for")


def _faults(account: Mapping[str, Json]) -> Iterator[tuple[str, Severity | None]]:
    if account.get("public_blobs") is True:
        yield "lets containers be public", None
    if account.get("https_only") is False:
        yield "answers over plain HTTP", None
    if account.get("least_tls") in ("TLS1_0", "TLS1_1"):
        yield "accepts TLS older than 1.2", None
    open_network = account.get("public_network_access") != "Disabled" and account.get("default_action") == "Allow"
    if open_network:
        yield "is reachable from every network", Severity.LOW
    if account.get("keys_allowed") is True:
        yield "accepts account keys", Severity.LOW


_POOR = {"storage_known": True, "storage": [{"name": "shop", "public_blobs": True, "least_tls": "TLS1_0"}]}
_GOOD = {"storage_known": True, "storage": [{"name": "shop", "public_blobs": False, "default_action": "Deny"}]}

RULE = Rule(
    id="storage_unprotected",
    title="The app's storage account is poorly protected",
    severity=Severity.MEDIUM,
    subject=Subject.ENCRYPTION,
    why="The account holds the code and the function keys: whoever writes there runs code as the app.",
    checks={"azure": Check(look, needs=("encryption",))},
    fix={
        "azure": Fix(
            console="Storage account, Settings, Configuration: secure transfer required, minimum TLS 1.2, no anonymous "
            "access to blobs, no account keys; Networking: selected networks.",
            cli="az storage account update --resource-group GROUP --name ACCOUNT --https-only true "
            "--min-tls-version TLS1_2 --allow-blob-public-access false --default-action Deny",
            terraform='azurerm_storage_account: min_tls_version = "TLS1_2", allow_nested_items_to_be_public = false, '
            'shared_access_key_enabled = false, network_rules { default_action = "Deny" }.',
        )
    },
    fails=(function("azure", encryption=_POOR),),
    passes=(function("azure", encryption=_GOOD),),
    catalogue=("ENC-11",),
    references=("https://learn.microsoft.com/azure/azure-functions/storage-considerations",),
)
