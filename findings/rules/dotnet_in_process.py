"""The .NET code runs in the host's own process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._runtimes import brings_its_own
from findings.seen import Seen
from findings.severity import Severity

#: What Azure calls the language of a function that the host loads into its own process.
_IN_PROCESS = ("dotnetassembly", "dotnet")
ENDS = date(2026, 11, 10)


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    functions = seen.section("triggers").get("functions") or ()
    if not functions and "triggers" in seen.document:
        yield Unsure("the app lists no functions, and its worker stands in an app setting")
    for one in functions:
        if str(one.get("language", "")).lower() in _IN_PROCESS:
            ended = seen.at.date() >= ENDS
            until = "lost its support on" if ended else "is supported until"
            yield Evidence(
                f"{one.get('name')} is loaded into the host's own process, a model that {until} {ENDS}",
                about=str(one.get("name")),
                severity=None if ended else Severity.MEDIUM,
                because="" if ended else f"supported until {ENDS}",
            )


_LISTED = {"triggers": [], "functions": [{"name": "resize", "language": "DotNetAssembly"}]}
_APART = {"triggers": [], "functions": [{"name": "resize", "language": "dotnet-isolated"}]}

RULE = Rule(
    id="dotnet_in_process",
    title="Its .NET code runs inside the host's process",
    severity=Severity.HIGH,
    subject=Subject.RUNTIME,
    why="Microsoft ends this model on 10 November 2026: from then on neither the host's half nor the libraries it "
    "shares with the code are mended.",
    checks={"azure": Check(look, needs=("triggers",), applies=brings_its_own)},
    fix={
        "azure": Fix(
            console="Move the project to the isolated worker model, then set FUNCTIONS_WORKER_RUNTIME to "
            "dotnet-isolated.",
            cli="az functionapp config appsettings set --resource-group GROUP --name APP "
            "--settings FUNCTIONS_WORKER_RUNTIME=dotnet-isolated",
            terraform='azurerm_linux_function_app: site_config { application_stack { dotnet_version = "10.0", '
            "use_dotnet_isolated_runtime = true } }.",
        )
    },
    fails=(function("azure", triggers=_LISTED),),
    passes=(function("azure", triggers=_APART),),
    catalogue=("RUN-09",),
    references=("https://learn.microsoft.com/azure/azure-functions/migrate-dotnet-to-isolated-model",),
)
