"""The function's identity can change or call other functions that may do more than it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._paths import entry_point, public_way, way_out
from findings.rules._powers import runs_as, some, unless_admin
from findings.rules._worlds import CLOUDS, NARROW, each
from findings.seen import Seen, SeenIdentity, SeenOnward
from findings.severity import Severity

_VERB = {"change": "replace the code or settings of", "call": "call"}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        reached = sorted(identity.onward, key=lambda one: (one.how, one.via, one.conditional))
        for (how, via, conditional), group in groupby(reached, lambda one: (one.how, one.via, one.conditional)):
            yield _chain(seen, identity, how, via, conditional, tuple(group))


def _chain(
    seen: Seen, identity: SeenIdentity, how: str, via: str, conditional: bool, reached: tuple[SeenOnward, ...]
) -> Evidence:
    way = public_way(seen)
    start = f"Strangers can call {seen.name} {entry_point(seen, way)}; it" if way else seen.name
    named = some(tuple(f"{one.name} ({one.privilege})" for one in reached))
    severity, because = _severity(how, conditional, way is not None)
    return Evidence(
        f"{start} runs as {runs_as(seen, identity)}, which may {_VERB[how]} {named} by "
        f"{via.rpartition('/')[2] or via}, and so reach what they may do; {way_out(seen)}",
        about=f"{identity.native_id} {how} {via}", severity=severity, because=because,
        detail={"reaches": [one.native_id for one in reached[:50]]},
    )  # fmt: skip


def _severity(how: str, conditional: bool, public: bool) -> tuple[Severity | None, str]:
    if how == "call":
        return Severity.MEDIUM, "it may call them, and their code decides what that does"
    if conditional:
        return Severity.MEDIUM, "a condition decides whether it may"
    if public:
        return Severity.CRITICAL, "strangers can start the chain"
    return None, ""


_CHECK = Check(look, needs=("identity:policies",), applies=unless_admin)
_NEXT = SeenOnward("janitor", "arn:aws:lambda:eu-west-1:123456789012:function:janitor", "admin", "change", "release")


def _leading_on(seen: Seen) -> Seen:
    return with_(seen, identities=tuple(replace(one, onward=(_NEXT,)) for one in seen.identities))


RULE = Rule(
    id="lateral_chain",
    title="The function can change or call others that may do more",
    severity=Severity.HIGH,
    subject=Subject.COMBINATION,
    why="Who runs code in it replaces the code of the stronger function and goes on with that one's rights.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="IAM, the role: name in Resource the functions it is meant to deploy or call, and none that runs "
            "with more than it.",
            cli="aws iam put-role-policy --role-name ROLE --policy-name POLICY --policy-document file://narrow.json",
            terraform="aws_iam_role_policy: function ARNs instead of * for lambda:UpdateFunction* and lambda:Invoke*.",
        ),
        "gcp": Fix(
            console="IAM: take Cloud Functions Developer or Run Developer off the project and grant it on single "
            "functions; keep Service Account User off the strong accounts.",
            cli="gcloud projects remove-iam-policy-binding PROJECT --member=serviceAccount:EMAIL --role=ROLE",
            terraform="google_cloudfunctions2_function_iam_member instead of google_project_iam_member.",
        ),
        "azure": Fix(
            console="Access control (IAM): assign Website Contributor on the one app it deploys, never on the "
            "resource group or subscription of a stronger app.",
            cli="az role assignment delete --assignee PRINCIPAL --role ROLE --scope SCOPE",
            terraform="azurerm_role_assignment: the app's id as scope.",
        ),
    },
    fails=tuple(map(_leading_on, each(NARROW))),
    passes=each(NARROW),
    catalogue=("PRV-20", "DEP-02"),
    standards=("cis-aws-compute:4.4",),
    joins=("can_escalate",),
)
