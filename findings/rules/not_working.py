"""The function does not work."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_FINE = ("active", "inactive", "pending", "deploying", "deleting", "running", "")


def look(seen: Seen) -> Iterator[Evidence]:
    told = seen.section("state")
    state = str(told.get("state") or "")
    if state.lower() not in _FINE:
        yield Evidence(f"Its state is {state}{_why(told.get('reason') or told.get('reason_code'))}", about="state")
    if str(told.get("update") or "").lower() == "failed":
        reason = told.get("update_reason") or told.get("update_reason_code")
        yield Evidence(f"Its last update failed{_why(reason)}", about="update")


def look_azure(seen: Seen) -> Iterator[Evidence]:
    config = seen.section("config")
    state = str(config.get("state") or "")
    if state.lower() == "stopped":
        yield Evidence(
            "It is stopped", about="state", severity=Severity.INFO, because="somebody stopped it; nothing is broken",
        )  # fmt: skip
    elif state.lower() not in _FINE:
        yield Evidence(f"Its state is {state}", about="state")
    elif config.get("enabled") is False:
        yield Evidence("Azure disabled it", about="enabled")


def _why(reason: object) -> str:
    return f": {str(reason).rstrip('.')}" if reason else ""


_CHECK = Check(look, needs=("state",))

RULE = Rule(
    id="not_working",
    title="It does not work",
    severity=Severity.MEDIUM,
    subject=Subject.LIMITS,
    why="Calls fail or run old code; where the function guards something, it guards it no more.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": Check(look_azure, needs=("config",))},
    fix={
        "aws": Fix(
            console="Lambda, the function: the banner names the reason, such as a subnet without addresses or an image "
            "that cannot be read. Mend it, and update the function.",
            cli="aws lambda get-function-configuration --function-name NAME --query "
            "'[StateReason,LastUpdateStatusReason]'",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Logs: the last build and deployment say why. Deploy anew.",
            cli="gcloud functions describe NAME --region=REGION --format='value(state,stateMessages)'",
        ),
        "azure": Fix(
            console="Function App, Diagnose and solve problems; then Start.",
            cli="az functionapp start --resource-group GROUP --name APP",
        ),
    },
    fails=(
        function("aws", state={"state": "Failed", "reason": "Lambda cannot read the image."}),
        function("gcp", state={"state": "FAILED", "reason": "Build failed."}),
        function("azure", config={"state": "Suspended"}),
    ),
    passes=(
        function("aws", state={"state": "Active", "update": "Successful"}),
        function("gcp", state={"state": "ACTIVE"}),
        function("azure", config={"state": "Running", "enabled": True}),
    ),
    catalogue=("LIM-12",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html",),
)
