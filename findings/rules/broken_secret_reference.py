"""A reference to Key Vault does not resolve."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_GOOD = ("resolved", "")


def look(seen: Seen) -> Iterator[Evidence]:
    for one in seen.section("environment").get("references") or ():
        status = str(one.get("status") or "")
        if status.lower() not in _GOOD:
            vault = f" in the vault {one['vault']}" if one.get("vault") else ""
            yield Evidence(
                f"The setting {one.get('name')} refers to {one.get('secret') or 'a secret'}{vault}: {status}",
                about=str(one.get("name")), detail={"status": status},
            )  # fmt: skip


_BROKEN = {"references": [{"name": "OLD_TOKEN", "secret": "token", "vault": "shop", "status": "SecretNotFound"}]}
_SOUND = {"references": [{"name": "TOKEN", "secret": "token", "vault": "shop", "status": "Resolved"}]}

RULE = Rule(
    id="broken_secret_reference",
    title="A reference to Key Vault does not resolve",
    severity=Severity.MEDIUM,
    subject=Subject.SECRETS,
    why="The code gets the reference itself instead of the secret: it fails, or somebody mends it in a hurry by "
    "writing the secret into the setting.",
    checks={"azure": Check(look, needs=("environment",))},
    fix={
        "azure": Fix(
            console="Function App, Settings, Environment variables: open the reference and read its status; give the "
            "app's identity the role Key Vault Secrets User, or correct the secret's name and version.",
            cli="az role assignment create --role 'Key Vault Secrets User' --assignee PRINCIPAL --scope VAULT",
            terraform='azurerm_role_assignment: role_definition_name = "Key Vault Secrets User".',
        )
    },
    fails=(function("azure", environment=_BROKEN),),
    passes=(function("azure", environment=_SOUND),),
    catalogue=("SEC-04",),
    references=("https://learn.microsoft.com/azure/app-service/app-service-key-vault-references",),
)
