"""The function's identity may act in other accounts, projects or subscriptions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import WIDE, by, called, powers, short, unless_admin
from findings.rules._worlds import CLOUDS, NARROW, each, holding
from findings.seen import Seen, SeenPower
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity, power in powers(seen, "cross_account_assume"):
        if power.scope == "directory":
            continue
        severity, because = _severity(seen, power)
        target = "any role of any account" if seen.provider == "aws" and power.breadth in WIDE else power.scope
        verb = "become" if seen.provider == "aws" else "act on"
        given = by(power) if seen.provider == "aws" else f"the role {by(power)}"
        yield Evidence(
            f"{called(identity)} may {verb} {target}: {given}", about=f"{identity.native_id} {by(power)} {power.scope}",
            severity=severity, because=because, detail={"scope": power.scope, "name": short(power.scope)},
        )  # fmt: skip


def _severity(seen: Seen, power: SeenPower) -> tuple[Severity | None, str]:
    if power.conditional:
        return Severity.LOW, "it hangs on a condition that is not decided here"
    if seen.provider == "aws" and power.breadth in WIDE:
        return Severity.HIGH, "nothing limits which account"
    return None, ""


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)
_AWAY = SeenPower("cross_account_assume", "resource", "hub: statement 1", ("sts:AssumeRole",),
                  "arn:aws:iam::999999999999:role/reader")  # fmt: skip

RULE = Rule(
    id="reaches_other_accounts",
    title="The function may act in other accounts",
    severity=Severity.MEDIUM,
    subject=Subject.TRUST,
    why="A fault in it does not end at the account's edge, which is what accounts are kept apart for.",
    checks={
        "aws": _CHECK,
        "gcp": replace(_CHECK, needs=("identity:policies", "identity:organisation")),
        "azure": _CHECK,
    },
    fix={
        "aws": Fix(
            console="IAM, the role's policy: name in Resource the one role of the other account that sts:AssumeRole "
            "is for.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: the role's ARN in Resource of sts:AssumeRole.",
        ),
        "gcp": Fix(
            console="IAM of the other project: remove the account's role, or grant it on the one dataset, bucket or "
            "topic.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE",
            terraform="google_bigquery_dataset_iam_member and the like instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="The other subscription or management group, Access control (IAM): remove the assignment, or "
            "assign the role on the one resource.",
            cli="az role assignment delete --assignee PRINCIPAL --role ROLE --scope SCOPE",
            terraform="azurerm_role_assignment: the resource's id as scope.",
        ),
    },
    fails=each(_AWAY),
    passes=tuple(holding(cloud, NARROW) for cloud in CLOUDS),
    catalogue=("TRU-04", "PRV-23", "PRV-06"),
)
