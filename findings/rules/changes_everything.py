"""The function's identity may change or delete everything of a kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import WIDE, by, called, on, powers, some, unless_admin
from findings.rules._worlds import NARROW, each
from findings.seen import Seen, SeenPower
from findings.severity import Severity

_WHAT = {
    "iam_write": "change who may do what",
    "data_write_destroy": "change or delete data",
    "deploy_code": "replace code",
    "network_change": "change networks",
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told: set[str] = set()
    for identity, power in powers(seen, *_WHAT):
        about = f"{identity.native_id} {power.power} {by(power)}"
        if power.breadth not in WIDE or power.scope == "directory" or about in told:
            continue
        told.add(about)
        severity, because = _severity(power)
        actions = f" with {some(power.actions)}" if power.actions else ""
        yield Evidence(
            f"{called(identity)} can {_WHAT[power.power]} in {on(seen, power)}{actions}: {by(power)}", about=about,
            severity=severity, because=because,
        )  # fmt: skip


def _severity(power: SeenPower) -> tuple[Severity | None, str]:
    if power.conditional:
        return Severity.LOW, "it hangs on a condition that is not decided here"
    if power.power == "iam_write" and _hands_out_rights(power):
        return Severity.HIGH, "rights can be handed on"
    return None, ""


def _hands_out_rights(power: SeenPower) -> bool:
    """Whether it is about identities, and not only about the sharing of one AWS service's own resources."""
    services = {action.partition(":")[0] for action in power.actions if ":" in action}
    return not services or "iam" in services or len(services) > 2


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)
_DELETES = SeenPower("data_write_destroy", "account", "tidy: statement 1", ("s3:DeleteObject",), "*")

RULE = Rule(
    id="changes_everything",
    title="The function may change or delete everything of a kind",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="A fault or a tampered library destroys what belongs to others, where naming the resources would have kept "
    "it to its own.",
    checks={
        "aws": _CHECK,
        "gcp": replace(_CHECK, needs=("identity:policies", "identity:organisation")),
        "azure": _CHECK,
    },
    fix={
        "aws": Fix(
            console="IAM, the role's policy: replace * in Resource by the ARNs of the tables, buckets and functions "
            "meant.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: the ARNs in Resource.",
        ),
        "gcp": Fix(
            console="IAM: remove the role from the project and grant it on the one bucket, dataset or topic.",
            cli="gcloud storage buckets add-iam-policy-binding gs://BUCKET --member=serviceAccount:EMAIL "
            "--role=roles/storage.objectUser",
            terraform="google_storage_bucket_iam_member instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="The one resource, Access control (IAM): assign the role there, and remove it from the "
            "subscription.",
            cli="az role assignment create --assignee PRINCIPAL --role ROLE --scope RESOURCE_ID",
            terraform="azurerm_role_assignment: the resource's id as scope.",
        ),
    },
    fails=each(_DELETES),
    passes=each(NARROW),
    catalogue=("PRV-04",),
)
