"""Strangers can call a function whose identity can take the rights of others."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import OPEN_DOORS
from findings.rules._paths import from_strangers, may_be_public
from findings.rules._powers import by, climbing, is_admin, some, unless_admin
from findings.rules._worlds import CLIMBING, CLOUDS, NARROW, OPEN, each, holding
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        way = climbing(identity)
        if way is None or is_admin(identity):
            continue
        does = f"can take the rights of other identities with {some(way.actions)}"
        path = from_strangers(seen, identity, does if way.actions else f"{does} {by(way)}", way)
        if path:
            yield path
    yield from may_be_public(seen)


_CHECK = Check(look, needs=("posture:invoke",), applies=unless_admin)

RULE = Rule(
    id="public_escalation",
    title="Strangers can call a function that can make itself an administrator",
    severity=Severity.CRITICAL,
    subject=Subject.COMBINATION,
    why="Whoever gets code to run in it takes the next step of a known path, and what that step needs exists.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Close the entry point, then IAM, the role: remove the permissions of the path, or name the one "
            "role or function they are meant for in Resource.",
            cli="aws iam delete-role-policy --role-name ROLE --policy-name POLICY",
            terraform="aws_iam_role_policy: name the ARNs in Resource, and iam:PassedToService for iam:PassRole.",
        ),
        "gcp": Fix(
            console="Close the entry point, then IAM: replace Editor, Service Account User or Token Creator on the "
            "project by a narrower role on the one service account that is meant.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE",
            terraform="google_service_account_iam_member on one account instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="Close the entry point, then Identity, Azure role assignments: replace Contributor by roles for "
            "the resources it uses.",
            cli="az role assignment delete --assignee PRINCIPAL --role Contributor --scope SCOPE",
            terraform="azurerm_role_assignment: a narrower role_definition_name and scope.",
        ),
    },
    fails=each(CLIMBING, posture=OPEN, privilege="near-admin"),
    passes=(*each(NARROW, posture=OPEN), *(holding(cloud, CLIMBING, privilege="near-admin") for cloud in CLOUDS)),
    catalogue=("EXP-01", "PRV-02"),
    joins=(*OPEN_DOORS, "can_escalate"),
)
