"""The function's identity can read every secret or all data of its account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import WIDE, by, called, on, powers, some, unless_admin
from findings.rules._worlds import DATA, NARROW, SECRETS, each
from findings.seen import Seen, SeenPower
from findings.severity import Severity

_WHAT = {"secrets_read": "secrets and keys", "data_read": "data"}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told: set[tuple[str, str, str]] = set()
    for identity, power in powers(seen, *_WHAT):
        key = (identity.native_id, power.power, by(power))
        if not _is_wide(seen, power) or key in told:
            continue
        told.add(key)
        severity, because = _severity(power)
        actions = f" with {some(power.actions)}" if power.actions else ""
        yield Evidence(
            f"{called(identity)} can read {_WHAT[power.power]} in {on(seen, power)}{actions}: {by(power)}",
            about=" ".join(key), severity=severity, because=because,
        )  # fmt: skip


def _is_wide(seen: Seen, power: SeenPower) -> bool:
    """Over the account; in Azure, a resource group is wide, too: whatever is put into it later is taken in."""
    if power.scope == "directory":
        return False
    return power.breadth in WIDE or (seen.provider == "azure" and power.breadth == "pattern")


def _severity(power: SeenPower) -> tuple[Severity | None, str]:
    if power.conditional:
        return Severity.MEDIUM, "it hangs on a condition that is not decided here"
    if power.breadth == "pattern":
        return Severity.MEDIUM, "within one resource group"
    return None, ""


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)
_ABOVE = replace(_CHECK, needs=("identity:policies", "identity:organisation"))

RULE = Rule(
    id="reads_everything",
    title="The function can read every secret or all data",
    severity=Severity.HIGH,
    subject=Subject.PRIVILEGE,
    why="A fault in this one function gives away what belongs to all others.",
    checks={"aws": _CHECK, "gcp": _ABOVE, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="IAM, the role's policy: replace * in Resource by the ARNs of the secrets, parameters, keys and "
            "buckets that the code reads.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: the ARNs in Resource.",
        ),
        "gcp": Fix(
            console="IAM: remove the role from the project; Secret Manager or Cloud Storage, the secret or bucket, "
            "Permissions: grant it there.",
            cli="gcloud secrets add-iam-policy-binding SECRET --member=serviceAccount:EMAIL "
            "--role=roles/secretmanager.secretAccessor",
            terraform="google_secret_manager_secret_iam_member or google_storage_bucket_iam_member instead of "
            "google_project_iam_member.",
        ),
        "azure": Fix(
            console="The one vault or storage account, Access control (IAM): assign the data role there, and remove "
            "it from the subscription or resource group.",
            cli="az role assignment create --assignee PRINCIPAL --role 'Key Vault Secrets User' --scope VAULT_ID",
            terraform="azurerm_role_assignment: the resource's id as scope.",
        ),
    },
    fails=each(SECRETS, DATA),
    passes=each(NARROW),
    catalogue=("PRV-05", "PRV-18"),
)
