"""The function runs as an administrator. Judged by what its policies give, never by a role's name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import by, called, on, without_identity
from findings.rules._worlds import ADMIN, CLOUDS, NARROW, each, holding
from findings.seen import Seen, SeenPower
from findings.severity import Severity

_DOES = {
    "aws": "can do anything in",
    "gcp": "can give itself any role in",
    "azure": "can give itself any role in",
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        held = [one for one in identity.powers if one.power == "admin" and one.scope != "directory"]
        best = min(held, key=lambda one: one.conditional, default=None)
        if best is None:
            continue
        others = sorted({by(one) for one in held} - {by(best)})
        severity, because = _severity(seen, best)
        yield Evidence(
            f"{called(identity)} {_DOES[seen.provider]} {on(seen, best)}: {by(best)}"
            + (f"; so does {', '.join(others[:3])}" if others else ""),
            about=identity.native_id, severity=severity, because=because,
            detail={"via": [one.via for one in held[:10]], "scope": best.scope},
        )  # fmt: skip


def _severity(seen: Seen, power: SeenPower) -> tuple[Severity | None, str]:
    if power.conditional:
        return Severity.HIGH, "it hangs on a condition that is not decided here"
    if power.breadth == "pattern":
        return Severity.HIGH, f"within {power.scope} only"
    return None, ""


_CHECK = Check(look, needs=("identity:policies",), applies=without_identity)
#: Roles of folders and organisations hold in the project, too.
_ABOVE = replace(_CHECK, needs=("identity:policies", "identity:organisation"))

RULE = Rule(
    id="admin_identity",
    title="The function runs as an administrator",
    severity=Severity.CRITICAL,
    subject=Subject.PRIVILEGE,
    why="Whoever gets code to run in it, by a fault or a tampered library, owns the account.",
    checks={"aws": _CHECK, "gcp": _ABOVE, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="IAM, Roles, the role: detach AdministratorAccess or the policy named here, and allow what the "
            "code calls; Access Advisor shows what was used.",
            cli="aws iam detach-role-policy --role-name ROLE --policy-arn arn:aws:iam::aws:policy/AdministratorAccess",
            terraform="aws_iam_role_policy_attachment: remove it; aws_iam_role_policy with the actions and ARNs "
            "needed.",
        ),
        "gcp": Fix(
            console="IAM, the service account, Edit: remove Owner or Project IAM Admin and give the roles the code "
            "needs, on single resources.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=roles/owner",
            terraform="Remove the google_project_iam_member with role roles/owner.",
        ),
        "azure": Fix(
            console="Function App, Identity, Azure role assignments: remove Owner, User Access Administrator or the "
            "custom role named here; assign a role for the resources it uses.",
            cli="az role assignment delete --assignee PRINCIPAL --role Owner --scope SCOPE",
            terraform="azurerm_role_assignment: a narrower role_definition_name and scope.",
        ),
    },
    fails=each(ADMIN, privilege="admin"),
    passes=tuple(holding(cloud, NARROW) for cloud in CLOUDS),
    catalogue=("PRV-01", "PRV-11", "PRV-14", "PRV-17"),
    standards=("cis-aws-compute:4.9",),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://learn.microsoft.com/azure/role-based-access-control/best-practices",
    ),
)
