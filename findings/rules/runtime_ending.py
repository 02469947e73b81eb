"""The runtime's support ends soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._runtimes import brings_its_own, life_of
from findings.seen import Seen
from findings.severity import Severity

#: How long before the end it is told, as AWS's own notices are.
AHEAD = timedelta(days=120)


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    life, today = life_of(seen), seen.at.date()
    if isinstance(life, Unsure):
        yield life
    elif life and today < life.ends <= today + AHEAD:
        runtime = seen.section("config")["runtime"]
        days = (life.ends - today).days
        yield Evidence(
            f"The support of {runtime} ends on {life.ends}, in {days} days ({life.told_by})" if days > 1
            else f"The support of {runtime} ends on {life.ends}, tomorrow ({life.told_by})",
            about=str(runtime), detail={"ends": str(life.ends), "days": days, "source": life.told_by},
        )  # fmt: skip


_CHECK = Check(look, needs=("config",), applies=brings_its_own)

RULE = Rule(
    id="runtime_ending",
    title="The support of its runtime ends within 120 days",
    severity=Severity.MEDIUM,
    subject=Subject.RUNTIME,
    why="A move to a newer runtime needs a test of the code, and after the end nobody mends holes in the old one.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Code, Runtime settings, Edit: choose a newer runtime, after a test.",
            cli="aws lambda update-function-configuration --function-name NAME --runtime python3.13",
            terraform='aws_lambda_function: runtime = "python3.13".',
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Code: choose a newer runtime and deploy.",
            cli="gcloud functions deploy NAME --region=REGION --runtime=python313",
            terraform='google_cloudfunctions2_function: build_config { runtime = "python313" }.',
        ),
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: choose a newer version of the stack.",
            cli="az functionapp config set --resource-group GROUP --name APP --linux-fx-version 'PYTHON|3.12'",
            terraform='azurerm_linux_function_app: site_config { application_stack { python_version = "3.12" } }.',
        ),
    },
    fails=(
        function("aws", config={"runtime": "dotnet8"}),
        function("gcp", config={"runtime": "go125"}, runtime_management={"ends": "2027-02-28"}),
        function("azure", config={"runtime": "powershell|7.4"}),
    ),
    passes=(
        function("aws", config={"runtime": "python3.13"}),
        function("gcp", config={"runtime": "python313"}),
        function("azure", config={"runtime": "java|21"}),
    ),
    catalogue=("RUN-02",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",),
)
