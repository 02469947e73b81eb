"""The function's identity holds a known way to more rights, over all of its policies together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import by, called, on, short, some, unless_admin
from findings.rules._worlds import CLIMBING, NARROW, each
from findings.seen import Seen, SeenIdentity, SeenPower
from findings.severity import Severity

#: Ways told of one identity: a broad role holds dozens, and mending the first few mends the rest.
_MOST = 12


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        ways = {
            (way.escalation or by(way), way.scope if seen.provider != "aws" else ""): way
            for way in sorted(identity.powers, key=_worth, reverse=True)
            if way.power == "identity_escalation" and way.scope != "directory"
        }
        for (path, place), way in sorted(ways.items(), key=lambda pair: (_doubt(pair[1]), pair[0]))[:_MOST]:
            severity, because = _severity(seen, way)
            yield Evidence(
                _says(seen, identity, way), about=f"{identity.native_id} {path} {place}".strip(), severity=severity,
                because=because, detail={"steps": list(way.steps), "targets": way.scope, "more": len(ways) - _MOST},
            )  # fmt: skip


def _worth(way: SeenPower) -> tuple[object, ...]:
    """What is told of ways along the same path: the least doubtful, and always the same one of several."""
    return *_doubt(way), by(way), way.actions, way.steps, way.scope


def _doubt(way: SeenPower) -> tuple[bool, bool]:
    return not way.confirmed, way.conditional


def _says(seen: Seen, identity: SeenIdentity, way: SeenPower) -> str:
    holds = f"{called(identity)} holds {some(way.actions) or by(way)}"
    if seen.provider != "aws":
        return f"{holds} on {way.scope or on(seen, way)} ({by(way)}): that gives it the rights of another identity"
    leads = way.steps[-1] if way.steps else "leads to more rights"
    used = f", used on {some([short(one) for one in way.scope.split(', ')])}" if way.confirmed and way.scope else ""
    return f"{holds}: that {leads}{used} (path {way.escalation})"


def _severity(seen: Seen, way: SeenPower) -> tuple[Severity | None, str]:
    if way.conditional:
        return Severity.HIGH, "a permission of the path hangs on a condition"
    if not way.confirmed:
        return Severity.HIGH, "what the path is used on was not found among what was read"
    return None, ""


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)
_ABOVE = replace(_CHECK, needs=("identity:policies", "identity:organisation"))

RULE = Rule(
    id="can_escalate",
    title="The function's identity can give itself more rights",
    severity=Severity.CRITICAL,
    subject=Subject.PRIVILEGE,
    why="Its permissions together are a known path to the rights of another identity, so it has in effect those "
    "rights.",
    checks={"aws": _CHECK, "gcp": _ABOVE, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="IAM, the role: remove one permission of the path, or name in Resource the one role, policy or "
            "function it is for; give iam:PassRole a condition on iam:PassedToService.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: ARNs in Resource; a permissions_boundary on the aws_iam_role.",
        ),
        "gcp": Fix(
            console="IAM: replace Editor by roles for what it uses; grant Service Account User and Token Creator on "
            "single service accounts, never on the project.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=roles/editor",
            terraform="google_service_account_iam_member instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="Function App, Identity, Azure role assignments: replace Contributor by roles for the resources "
            "it uses.",
            cli="az role assignment delete --assignee PRINCIPAL --role Contributor --scope SCOPE",
            terraform="azurerm_role_assignment: a narrower role_definition_name and scope.",
        ),
    },
    fails=each(CLIMBING, privilege="near-admin"),
    passes=each(NARROW),
    catalogue=("PRV-02", "PRV-06", "PRV-11", "PRV-14"),
    references=("https://pathfinding.cloud/",),
)
