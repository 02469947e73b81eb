"""The app answers over plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    https_only = seen.section("encryption").get("https_only")
    if https_only is False:
        yield Evidence("It answers over HTTP, too, without sending callers on to HTTPS")
    elif https_only is None and "encryption" in seen.document:
        yield Unsure("Azure did not say whether only HTTPS is allowed")


RULE = Rule(
    id="plain_http_allowed",
    title="It answers over plain HTTP",
    severity=Severity.HIGH,
    subject=Subject.ENCRYPTION,
    why="Function keys and tokens that callers send over HTTP can be read and used by anybody on the way.",
    checks={"azure": Check(look, needs=("encryption",))},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: HTTPS Only on.",
            cli="az functionapp update --resource-group GROUP --name APP --set httpsOnly=true",
            terraform="azurerm_linux_function_app: https_only = true.",
        )
    },
    fails=(function("azure", encryption={"https_only": False}),),
    passes=(function("azure", encryption={"https_only": True}),),
    catalogue=("ENC-06",),
    standards=("cis-azure-2.0:9.2", "cis-azure-2.1:9.2", "cis-azure-3.0:9.1", "pci-dss-4.0:4.2.1"),
    references=("https://learn.microsoft.com/azure/app-service/configure-ssl-bindings#enforce-https",),
)
