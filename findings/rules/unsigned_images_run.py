"""Nothing checks who built the image that runs."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    config = seen.section("config")
    if config and not (config.get("native") or {}).get("binary_authorization"):
        yield Evidence("No policy of Binary Authorization is set: any image may be deployed")


def applies(seen: Seen) -> str:
    first = "1st gen" in str(seen.section("config").get("kind"))
    return "functions of the 1st generation cannot have such a policy" if first else ""


def _with(policy: str) -> Seen:
    return function("gcp", config={"native": {"binary_authorization": policy} if policy else {}})


RULE = Rule(
    id="unsigned_images_run",
    title="Nothing checks who built what runs",
    severity=Severity.LOW,
    subject=Subject.DEPLOYMENT,
    why="Whoever may deploy can deploy an image that no pipeline built; a policy would refuse it.",
    checks={"gcp": Check(look, needs=("config",), applies=applies)},
    fix={
        "gcp": Fix(
            console="Cloud Run, the service, Security, Binary Authorization: verify container deployment with the "
            "project's policy.",
            cli="gcloud functions deploy NAME --region REGION --binary-authorization=default",
            terraform="google_cloudfunctions2_function: service_config { binary_authorization_policy }.",
        )
    },
    fails=(_with(""),),
    passes=(_with("default"),),
    catalogue=("DEP-12",),
    references=("https://docs.cloud.google.com/binary-authorization/docs/overview",),
)
