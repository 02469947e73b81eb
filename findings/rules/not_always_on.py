"""An app on machines of its own is put to sleep."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    switched = (seen.section("config").get("native") or {}).get("alwaysOn")
    if switched is False:
        yield Evidence("Its plan is dedicated, and Always On is off")
    elif switched is None and "config" in seen.document:
        yield Unsure("Azure did not say whether Always On is set")


def applies(seen: Seen) -> str:
    hosting = seen.section("config").get("hosting")
    return f"a {hosting} plan wakes it by itself" if hosting and hosting not in ("Dedicated", "Isolated") else ""


def _on(switched: bool) -> Seen:
    return function("azure", config={"hosting": "Dedicated", "native": {"alwaysOn": switched}})


RULE = Rule(
    id="not_always_on",
    title="The app is put to sleep though its plan is dedicated",
    severity=Severity.LOW,
    subject=Subject.LIMITS,
    why="On a dedicated plan only calls over HTTP wake the app: timers and queues are left lying until somebody does.",
    checks={"azure": Check(look, needs=("config",), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: Always On.",
            cli="az functionapp config set --resource-group GROUP --name APP --always-on true",
            terraform="azurerm_linux_function_app: site_config { always_on = true }.",
        )
    },
    fails=(_on(False),),
    passes=(_on(True),),
    catalogue=("LIM-11",),
    references=("https://learn.microsoft.com/azure/azure-functions/dedicated-plan#always-on",),
)
