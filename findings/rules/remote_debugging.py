"""A debugger may attach to the app from outside."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = (seen.section("config").get("native") or {}).get("remoteDebuggingEnabled")
    if told:
        yield Evidence("Remote debugging is on: its port is open, and a debugger sees and changes what runs")
    elif told is None and "config" in seen.document:
        yield Unsure("Azure did not say whether remote debugging is on")


def _app(debugged: bool) -> Seen:
    return function("azure", config={"native": {"remoteDebuggingEnabled": debugged}})


RULE = Rule(
    id="remote_debugging",
    title="Remote debugging is on",
    severity=Severity.HIGH,
    subject=Subject.DEPLOYMENT,
    why="It opens ports on the app, and who attaches reads its memory, secrets included, and runs what he likes.",
    checks={"azure": Check(look, needs=("config",))},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings, Remote debugging: Off.",
            cli="az functionapp config set --resource-group GROUP --name APP --remote-debugging-enabled false",
            terraform="azurerm_linux_function_app: site_config { remote_debugging_enabled = false }.",
        )
    },
    fails=(_app(True),),
    passes=(_app(False),),
    catalogue=("DEP-08",),
    standards=("cis-azure-3.0:9.12",),
    references=("https://learn.microsoft.com/azure/azure-functions/security-concepts#disable-remote-debugging",),
)
