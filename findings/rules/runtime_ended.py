"""The runtime's support has ended."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._runtimes import brings_its_own, life_of
from findings.seen import Seen
from findings.severity import Severity

_STOPS = {
    "aws": "AWS lets nobody update it any more",
    "gcp": "Google may disable it",
    "azure": "it is out of every support",
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    life, today = life_of(seen), seen.at.date()
    if isinstance(life, Unsure):
        yield life
    elif life and life.ends <= today:
        runtime = seen.section("config")["runtime"]
        stopped = life.stops is not None and life.stops <= today
        yield Evidence(
            f"The support of {runtime} ended on {life.ends} ({life.told_by})",
            about=str(runtime),
            severity=Severity.CRITICAL if stopped else None,
            because=f"since {life.stops} {_STOPS[seen.provider]}" if stopped else "",
            detail={"ends": str(life.ends), "stops": str(life.stops or ""), "source": life.told_by},
        )


_CHECK = Check(look, needs=("config",), applies=brings_its_own)

RULE = Rule(
    id="runtime_ended",
    title="The support of its runtime has ended",
    severity=Severity.HIGH,
    subject=Subject.RUNTIME,
    why="Holes that are found in the language or its libraries are not mended any more, and one day the function can "
    "not be updated either.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Code, Runtime settings, Edit: choose a runtime that is supported, after a "
            "test of the code on it.",
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
        function("aws", config={"runtime": "nodejs18.x"}),
        function("gcp", config={"runtime": "go119"}, runtime_management={"ends": "2024-08-08", "stops": "2025-02-08"}),
        function("azure", config={"runtime": "python|3.9"}),
    ),
    passes=(
        function("aws", config={"runtime": "python3.13"}),
        function("gcp", config={"runtime": "go125"}, runtime_management={"ends": "2027-02-28"}),
        function("azure", config={"runtime": "python|3.12"}),
    ),
    catalogue=("RUN-01", "RUN-05", "RUN-08"),
    standards=(
        "cis-aws-compute:4.11",
        "aws-fsbp:Lambda.2",
        "cis-azure-2.0:9.6",
        "cis-azure-2.0:9.7",
        "cis-azure-2.0:9.8",
        "cis-azure-3.0:9.7",
        "cis-azure-3.0:9.8",
        "cis-azure-3.0:9.9",
    ),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html",
        "https://docs.cloud.google.com/run/docs/runtimes/function-runtimes",
        "https://learn.microsoft.com/azure/azure-functions/language-support-policy",
    ),
)
