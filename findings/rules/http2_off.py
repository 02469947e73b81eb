"""HTTP/2 is off."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    switched = (seen.section("config").get("native") or {}).get("http20Enabled")
    if switched is False:
        yield Evidence("It speaks HTTP/1.1 only")
    elif switched is None and "config" in seen.document:
        yield Unsure("Azure did not say whether HTTP/2 is on")


RULE = Rule(
    id="http2_off",
    title="HTTP/2 is off",
    severity=Severity.INFO,
    subject=Subject.ENCRYPTION,
    why="Benchmarks ask for it: HTTP/2 forbids the oldest ciphers and serves many calls over one connection.",
    checks={"azure": Check(look, needs=("config",))},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: HTTP version 2.0.",
            cli="az functionapp config set --resource-group GROUP --name APP --http20-enabled true",
            terraform="azurerm_linux_function_app: site_config { http2_enabled = true }.",
        )
    },
    fails=(function("azure", config={"native": {"http20Enabled": False}}),),
    passes=(function("azure", config={"native": {"http20Enabled": True}}),),
    catalogue=("ENC-09",),
    standards=("cis-azure-2.0:9.9", "cis-azure-2.1:9.8", "cis-azure-3.0:9.10"),
    references=("https://learn.microsoft.com/azure/app-service/configure-common",),
)
