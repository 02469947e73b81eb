"""A 1st generation function."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    if seen.section("config").get("kind") == "Cloud Function (1st gen)":
        yield Evidence("It is a 1st generation function")


RULE = Rule(
    id="first_generation",
    title="It is a 1st generation function",
    severity=Severity.INFO,
    subject=Subject.RUNTIME,
    why="New runtimes and guards (Direct VPC, revisions, least ingress by Cloud Run) come to the 2nd generation only.",
    checks={"gcp": Check(look, needs=("config",))},
    fix={
        "gcp": Fix(
            console="Cloud Run functions, the function, Upgrade: copy it to the 2nd generation, move the traffic, "
            "then commit.",
            cli="gcloud functions upgrade NAME --region=REGION --setup-config (then --redirect-traffic, then --commit)",
            terraform="Replace google_cloudfunctions_function by google_cloudfunctions2_function.",
        )
    },
    fails=(function("gcp", config={"kind": "Cloud Function (1st gen)"}),),
    passes=(function("gcp", config={"kind": "Cloud Function (2nd gen)"}),),
    catalogue=("RUN-11",),
    references=("https://docs.cloud.google.com/functions/1stgendocs/upgrade-cloud-functions",),
)
