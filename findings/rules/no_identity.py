"""The app has no managed identity, so whatever it signs in with is a secret."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._worlds import NARROW, holding
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    if "identity" in seen.document and not seen.section("identity").get("identities"):
        yield Evidence("It has neither a system-assigned nor a user-assigned identity", about="identity")


RULE = Rule(
    id="no_identity",
    title="The app has no managed identity",
    severity=Severity.LOW,
    subject=Subject.PRIVILEGE,
    why="Without one it signs in to storage, vaults and databases with keys and passwords that must be kept and "
    "changed.",
    checks={"azure": Check(look, needs=("identity",))},
    fix={
        "azure": Fix(
            console="Function App, Identity, System assigned: On; then assign roles on what it uses and take the "
            "keys out of its settings.",
            cli="az functionapp identity assign --resource-group GROUP --name APP",
            terraform='azurerm_linux_function_app: identity { type = "SystemAssigned" }.',
        )
    },
    fails=(function("azure", identity={"identities": []}),),
    passes=(holding("azure", NARROW),),
    catalogue=("PRV-15",),
    standards=("cis-azure-2.0:9.5", "cis-azure-2.1:9.4", "cis-azure-3.0:9.5"),
)
