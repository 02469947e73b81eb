"""A trigger is switched off."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

_OFF = ("disabled", "disabling", "paused", "update_failed")


def look(seen: Seen) -> Iterator[Evidence]:
    for one in seen.section("triggers").get("triggers") or ():
        state = str(one.get("state") or "")
        if state.lower() in _OFF:
            source = one.get("source") or one.get("qualifier") or one.get("id")
            yield Evidence(
                f"The trigger {one.get('kind')} ({source}) is {state.lower()}",
                about=str(one.get("id") or f"{one.get('kind')} {source} {one.get('qualifier')}"),
            )  # fmt: skip


def _with(state: str) -> dict[str, object]:
    return {"triggers": [{"kind": "schedule", "source": "nightly", "state": state, "id": "1"}]}


_CHECK = Check(look, needs=("triggers",))

RULE = Rule(
    id="trigger_off",
    title="A trigger of its is switched off",
    severity=Severity.INFO,
    subject=Subject.LIMITS,
    why="Either work is left undone that somebody relies on, or the trigger and the rights it needs can be removed.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Triggers: enable or delete it.",
            cli="aws lambda update-event-source-mapping --uuid ID --enabled",
            terraform="aws_lambda_event_source_mapping: enabled = true.",
        ),
        "gcp": Fix(
            console="Cloud Scheduler, the job: resume or delete it.",
            cli="gcloud scheduler jobs resume JOB --location=REGION",
            terraform="google_cloud_scheduler_job: paused = false.",
        ),
        "azure": Fix(
            console="Function App, Functions: enable the function or delete it.",
            cli="az functionapp config appsettings set --resource-group GROUP --name APP "
            "--settings AzureWebJobs.FUNCTION.Disabled=false",
            terraform="azurerm_linux_function_app: app_settings without AzureWebJobs.FUNCTION.Disabled.",
        ),
    },
    fails=tuple(function(cloud, triggers=_with("Disabled")) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(function(cloud, triggers=_with("Enabled")) for cloud in ("aws", "gcp", "azure")),
    catalogue=("LIM-08",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html",),
)
