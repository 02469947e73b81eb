"""Cloud Run does not ask whether a caller may invoke the function."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import closed, public, strangers
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    yield from strangers(seen, "check off", Severity.CRITICAL)


_SERVICE = "projects/acme-data/locations/europe-west1/services/checkout"

RULE = Rule(
    id="invoker_check_off",
    title="The check of who may invoke is switched off",
    severity=Severity.CRITICAL,
    subject=Subject.EXPOSURE,
    why="Cloud Run lets every request through, whatever the policy says: who reads that alone believes it closed.",
    checks={"gcp": Check(look, needs=("access", "posture:invoke"))},
    fix={
        "gcp": Fix(
            console="Cloud Run, the service, Security: require authentication with Identity and Access Management.",
            cli="gcloud run services update NAME --region REGION --invoker-iam-check",
            terraform="google_cloud_run_v2_service: invoker_iam_disabled = false.",
        )
    },
    fails=(public("gcp", f"{_SERVICE}: invokerIamDisabled", principal="anyone"),),
    passes=(closed("gcp", access={"policies": [], "invoker_iam_disabled": False}),),
    catalogue=("EXP-22",),
    references=("https://docs.cloud.google.com/run/docs/authenticating/public",),
)
