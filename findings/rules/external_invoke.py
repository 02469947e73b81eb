"""Somebody outside the zone of trust may invoke the function."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import closed, door, milder, outsiders, public, whose
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for way in outsiders(seen.posture.ways_in, seen):
        if door(seen, way) == "inherited":
            continue
        severity, because = milder(way, Severity.HIGH)
        if severity is None and (way["principal"] == "*" or not way["certain"]):
            severity, because = Severity.MEDIUM, f"only if {way['condition'] or 'a condition holds'}"
        yield Evidence(
            f"{whose(way)} may invoke it: {way['via']}", about=f"{way['principal']} {way['via']}", severity=severity,
            because=because, detail=way,
        )  # fmt: skip


_CHECK = Check(look, needs=("posture:invoke", "access"))
_SERVICE = "projects/acme-data/locations/europe-west1/services/checkout"
_OUTSIDE = "arn:aws:iam::999999999999:root"

RULE = Rule(
    id="external_invoke",
    title="Somebody outside may invoke the function",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="Another organisation decides who of its people and programs runs this code, and for how long.",
    checks={"aws": _CHECK, "gcp": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions: delete the statement that names the other "
            "account; or, where it is meant, register that account as trusted here, with a reason and an end.",
            cli="aws lambda remove-permission --function-name NAME --statement-id SID",
            terraform="Remove the aws_lambda_permission whose principal is the other account.",
        ),
        "gcp": Fix(
            console="Cloud Run, the service, Permissions: remove the principal from outside; or, where it is meant, "
            "register its project as trusted here, with a reason and an end.",
            cli="gcloud run services remove-iam-policy-binding NAME --region REGION --member=MEMBER "
            "--role=roles/run.invoker",
            terraform="Remove the google_cloud_run_service_iam_member of that member.",
        ),
    },
    fails=(
        public("aws", "resource policy: partner", principal=_OUTSIDE, kind="account", level="external"),
        public("gcp", f"{_SERVICE}: roles/run.invoker to user:x@gmail.com", principal="user:x@gmail.com",
               kind="user", level="external"),
    ),
    passes=(closed("aws", access={"policies": []}), closed("gcp", access={"policies": []})),
    catalogue=("EXP-05", "EXP-25"),
    standards=("cis-aws-compute:4.10",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-cross-account.html",),
)  # fmt: skip
