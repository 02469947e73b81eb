"""It may run as long as the platform allows."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_MOST = {
    "Event Function": 900,
    "Cloud Function (1st gen)": 540,
    "Cloud Function (2nd gen)": 3600,
    "Cloud Run function": 3600,
}


def look(seen: Seen) -> Iterator[Evidence]:
    config = seen.section("config")
    most, timeout = _MOST.get(str(config.get("kind"))), config.get("timeout_s")
    if most and timeout and timeout >= most:
        yield Evidence(f"It may run for {timeout // 60} minutes, as long as the platform allows")


_CHECK = Check(look, needs=("config",))
_FIX = "Measure how long it runs, and set a timeout somewhat above that."

RULE = Rule(
    id="timeout_at_most",
    title="It may run as long as the platform allows",
    severity=Severity.LOW,
    subject=Subject.LIMITS,
    why="A call that hangs, or that a stranger keeps busy, is paid for to the last minute and holds its place.",
    checks={"aws": _CHECK, "gcp": _CHECK},
    fix={
        "aws": Fix(
            console=f"Lambda, the function, Configuration, General configuration. {_FIX}",
            cli="aws lambda update-function-configuration --function-name NAME --timeout 60",
            terraform="aws_lambda_function: timeout = 60.",
        ),
        "gcp": Fix(
            console=f"Cloud Run functions, the function, Edit, Runtime. {_FIX}",
            cli="gcloud functions deploy NAME --timeout=60s",
            terraform="google_cloudfunctions2_function: service_config { timeout_seconds = 60 }.",
        ),
    },
    fails=(
        function("aws", config={"kind": "Event Function", "timeout_s": 900}),
        function("gcp", config={"kind": "Cloud Function (1st gen)", "timeout_s": 540}),
    ),
    passes=(
        function("aws", config={"kind": "Event Function", "timeout_s": 60}),
        function("gcp", config={"kind": "Cloud Function (2nd gen)", "timeout_s": 540}),
    ),
    catalogue=("LIM-03",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html",),
)
