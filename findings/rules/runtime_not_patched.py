"""The cloud may not patch the runtime by itself."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.rules._runtimes import brings_its_own
from findings.seen import Seen
from findings.severity import Severity

_WHEN = {
    "Manual": "It stays on one version of its runtime ({version}) until someone changes that",
    "FunctionUpdate": "Its runtime is patched only when the function is updated",
}


def look_aws(seen: Seen) -> Iterator[Evidence]:
    told = seen.section("runtime_management")
    sentence = _WHEN.get(str(told.get("update_on")))
    if sentence:
        yield Evidence(sentence.format(version=str(told.get("version") or "pinned").rpartition(":")[2]))


def look_gcp(seen: Seen) -> Iterator[Evidence]:
    updates = (seen.section("code").get("build") or {}).get("automatic_updates")
    # Google leaves a false value out; functions are patched unless they say otherwise, services only if they say so.
    if updates is False or (not updates and seen.section("config").get("kind") == "Cloud Run function"):
        yield Evidence("Its base image is patched only when it is deployed")


def applies_aws(seen: Seen) -> str:
    web = seen.section("config").get("kind") == "Web Function"
    return "a web function has no such setting" if web else brings_its_own(seen)


RULE = Rule(
    id="runtime_not_patched",
    title="Its runtime is not patched by the cloud",
    severity=Severity.LOW,
    subject=Subject.RUNTIME,
    why="Security patches of the runtime reach the function only when somebody thinks of it.",
    checks={
        "aws": Check(look_aws, needs=("runtime_management",), applies=applies_aws),
        "gcp": Check(look_gcp, needs=("code", "config"), applies=brings_its_own),
    },
    fix={
        "aws": Fix(
            console="Lambda, the function, Code, Runtime settings, Edit runtime management configuration: Auto.",
            cli="aws lambda put-runtime-management-config --function-name NAME --update-runtime-on Auto",
            terraform='aws_lambda_runtime_management_config: update_runtime_on = "Auto".',
        ),
        "gcp": Fix(
            console="Cloud Run, the function, Edit and deploy: switch on automatic base image updates.",
            cli="gcloud functions deploy NAME --region=REGION --runtime-update-policy=automatic",
            terraform="google_cloudfunctions2_function: build_config { automatic_update_policy {} }.",
        ),
    },
    fails=(
        function(
            "aws", runtime_management={"update_on": "Manual", "version": "arn:aws:lambda:eu-west-1::runtime:0e99"}
        ),
        function("gcp", config={"kind": "Cloud Function (2nd gen)"}, code={"build": {"automatic_updates": False}}),
    ),
    passes=(
        function("aws", runtime_management={"update_on": "Auto"}),
        function("gcp", config={"kind": "Cloud Function (2nd gen)"}, code={"build": {"automatic_updates": True}}),
    ),
    catalogue=("RUN-04", "RUN-06"),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html",),
)
