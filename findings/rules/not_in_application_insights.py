"""The app reports to no Application Insights."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = seen.section("logging")
    if not told or told.get("insights"):
        return
    if told.get("settings"):
        yield Unsure("no tag links it to Application Insights; a connection in its app settings cannot be read")
    else:
        yield Evidence(
            "No tag links it to Application Insights, and no diagnostic setting sends its logs anywhere",
            severity=Severity.LOW, because="a connection that stands only in its app settings cannot be seen",
        )  # fmt: skip


_LINKED = "/subscriptions/1/resourcegroups/shop/providers/microsoft.insights/components/shop"

RULE = Rule(
    id="not_in_application_insights",
    title="It seems to report to no Application Insights",
    severity=Severity.MEDIUM,
    subject=Subject.LOGGING,
    why="Calls, faults and dependencies of a function app are told by Application Insights only; without it an attack "
    "leaves no trace in its logs.",
    checks={"azure": Check(look, needs=("logging",))},
    fix={
        "azure": Fix(
            console="Function App, Monitoring, Application Insights: turn it on.",
            cli="az monitor app-insights component connect-function --resource-group GROUP --app INSIGHTS "
            "--function APP",
            terraform="azurerm_linux_function_app: site_config { application_insights_connection_string }.",
        )
    },
    fails=(function("azure", logging={"settings": []}),),
    passes=(function("azure", logging={"settings": [], "insights": _LINKED}),),
    catalogue=("LOG-07",),
    references=("https://learn.microsoft.com/azure/azure-functions/configure-monitoring",),
)
