"""A project, folder or organisation lets outsiders invoke everything below it."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import PUBLIC, closed, door, milder, outsiders, public, strangers, whose
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for told in strangers(seen, "inherited", Severity.CRITICAL):
        if isinstance(told, Unsure) or told.severity:
            yield told
        else:
            yield Evidence(told.says, told.about, Severity.CRITICAL, "nobody has to sign in", told.detail)
    for way in outsiders(seen.posture.ways_in, seen):
        if door(seen, way) == "inherited" and way["level"] not in PUBLIC:
            severity, because = milder(way, Severity.HIGH)
            yield Evidence(
                f"{whose(way)} may invoke it and all that lies below {way['via'].partition(' to ')[0]}",
                about=f"{way['principal']} {way['via']}", severity=severity, because=because, detail=way,
            )  # fmt: skip


_SAYS = "folders/610000000002: roles/run.invoker to serviceAccount:probe@vendor.iam.gserviceaccount.com"

RULE = Rule(
    id="inherited_outsiders",
    title="Outsiders may invoke it by a role granted above it",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="Nothing in the function's own permissions shows it, and every function that is added below is open to them "
    "from its first day.",
    checks={"gcp": Check(look, needs=("posture:invoke", "access", "organisation"))},
    fix={
        "gcp": Fix(
            console="IAM at the project, folder or organisation that is named: remove the principal's role, and grant "
            "it on the functions it needs.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=MEMBER --role=ROLE (likewise gcloud "
            "resource-manager folders, gcloud organizations)",
            terraform="google_project_iam_member, google_folder_iam_member: remove the member; "
            "google_cloud_run_service_iam_member on single services instead.",
        )
    },
    fails=(public("gcp", _SAYS, principal="serviceAccount:probe@vendor.iam.gserviceaccount.com", level="external"),),
    passes=(closed("gcp", access={"policies": []}, organisation={"inherits": []}),),
    catalogue=("EXP-24", "EXP-25"),
    references=("https://docs.cloud.google.com/iam/docs/resource-hierarchy-access-control",),
)
