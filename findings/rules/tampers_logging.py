"""The function's identity can stop, divert or delete logs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import by, called, on, powers, some, unless_admin
from findings.rules._worlds import NARROW, each
from findings.seen import Seen, SeenPower
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity, power in powers(seen, "logging_tamper"):
        severity, because = _severity(power)
        yield Evidence(
            f"{called(identity)} may do {some(power.actions)} on {on(seen, power)}: {by(power)}",
            about=f"{identity.native_id} {by(power)} {power.scope if seen.provider != 'aws' else ''}".strip(),
            severity=severity, because=because,
        )  # fmt: skip


def _severity(power: SeenPower) -> tuple[Severity | None, str]:
    if power.conditional:
        return Severity.LOW, "it hangs on a condition that is not decided here"
    if power.breadth == "resource":
        return Severity.LOW, "of one resource only"
    return None, ""


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)
_STOPS = SeenPower("logging_tamper", "account", "ops: statement 1", ("cloudtrail:StopLogging",), "*")

RULE = Rule(
    id="tampers_logging",
    title="The function can stop or delete logs",
    severity=Severity.MEDIUM,
    subject=Subject.PRIVILEGE,
    why="Whoever takes the function over can switch off what would have shown it.",
    checks={
        "aws": _CHECK,
        "gcp": replace(_CHECK, needs=("identity:policies", "identity:organisation")),
        "azure": _CHECK,
    },
    fix={
        "aws": Fix(
            console="IAM, the role's policy: remove the CloudTrail, Config, GuardDuty and log group actions named "
            "here.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy without them; or an organisation policy that denies them to all but a few.",
        ),
        "gcp": Fix(
            console="IAM: replace the role by one without logging.sinks and logging.buckets, such as Logs Writer.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE",
            terraform="google_project_iam_member with roles/logging.logWriter.",
        ),
        "azure": Fix(
            console="Azure role assignments: replace the role by one without Microsoft.Insights/diagnosticSettings.",
            cli="az role assignment delete --assignee PRINCIPAL --role ROLE --scope SCOPE",
            terraform="azurerm_role_assignment: a narrower role_definition_name.",
        ),
    },
    fails=each(_STOPS),
    passes=each(NARROW),
    catalogue=("PRV-21",),
)
