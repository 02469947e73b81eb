"""No diagnostic setting keeps the app's logs."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_TELLING = {"functionapplogs", "appservicehttplogs", "alllogs", "audit"}


def look(seen: Seen) -> Iterator[Evidence]:
    if "logging" not in seen.document:
        return
    settings = seen.section("logging").get("settings") or ()
    kept = {str(name).lower() for one in settings for name in one.get("logs") or ()}
    if not kept & _TELLING:
        named = ", ".join(str(one.get("name")) for one in settings)
        severity, because = _severity(seen)
        yield Evidence(
            f"The diagnostic setting {named} leaves out the function's and the HTTP logs" if settings
            else "No diagnostic setting sends its logs anywhere",
            severity=severity, because=because,
        )  # fmt: skip


def _severity(seen: Seen) -> tuple[Severity | None, str]:
    """The rule's own word where strangers or sensitive data make a trace more than good order."""
    if seen.is_sensitive or seen.posture.invoke.startswith(("public", "external", "unknown")):
        return None, ""
    return Severity.LOW, "nobody outside can call it, and no tag says that its data is sensitive"


_SENT = {"name": "to-workspace", "workspace": "/subscriptions/1/workspaces/logs", "logs": ["FunctionAppLogs"]}

RULE = Rule(
    id="no_diagnostic_logs",
    title="No diagnostic setting keeps its logs",
    severity=Severity.MEDIUM,
    subject=Subject.LOGGING,
    why="Calls and faults are gone when the app restarts, and nobody can search them together with those of others.",
    checks={"azure": Check(look, needs=("logging",))},
    fix={
        "azure": Fix(
            console="Function App, Monitoring, Diagnostic settings: send FunctionAppLogs and AppServiceHTTPLogs to a "
            "Log Analytics workspace.",
            cli="az monitor diagnostic-settings create --name logs --resource APP --workspace WORKSPACE "
            "--logs '[{\"category\":\"FunctionAppLogs\",\"enabled\":true}]'",
            terraform='azurerm_monitor_diagnostic_setting: enabled_log { category = "FunctionAppLogs" }.',
        )
    },
    fails=(function("azure", logging={"settings": []}),),
    passes=(function("azure", logging={"settings": [_SENT]}),),
    catalogue=("LOG-08",),
    standards=("cis-azure-2.0:5.1.7", "cis-azure-2.1:5.1.6", "cis-azure-3.0:6.1.6", "cis-azure-4.0:7.1.1.6",
               "cis-azure-5.0:6.1.1.6", "pci-dss-4.0:10.2"),
    references=("https://learn.microsoft.com/azure/azure-functions/functions-monitor-log-analytics",),
)  # fmt: skip
