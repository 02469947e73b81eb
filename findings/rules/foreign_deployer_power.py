"""Somebody outside can replace the code of a function that runs with much power."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._paths import strength, way_out
from findings.rules._powers import by, runs_as, unsure_of, without_identity
from findings.rules._worlds import ADMIN, CLOSED, CLOUDS, NARROW, each
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

_OUTSIDE = ("public_anonymous", "public_authenticated", "external")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    ways = [way for way in seen.posture.ways_to_deploy if way.get("level") in _OUTSIDE and not way.get("latent")]
    for way in ways:
        for identity in seen.identities:
            strong = strength(seen, identity)
            if strong is None:
                continue
            does, power = strong
            who = "Anybody" if str(way["level"]).startswith("public") else f"{way['principal']}, who is none of ours,"
            severity, because = _certainty(way)
            yield Evidence(
                f"{who} can replace the code of {seen.name} ({_short(way)}); it runs as {runs_as(seen, identity)}, "
                f"which {does} ({by(power)}); {way_out(seen)}",
                about=f"{way['principal']} {identity.native_id}", severity=severity, because=because, detail=way,
            )  # fmt: skip
    if ways:
        yield from unsure_of(seen)


def _certainty(way: Mapping[str, Any]) -> tuple[Severity | None, str]:
    return (None, "") if way.get("certain") else (Severity.HIGH, "whether it gets through hangs on a condition")


def _short(way: Mapping[str, Any]) -> str:
    return str(way["via"]).partition(": Allow")[0]


_CHECK = Check(look, needs=("posture:deploy",), applies=without_identity)
_WAY = {
    "principal": "arn:aws:iam::999999999999:root", "kind": "account", "level": "external", "certain": True,
    "latent": "", "condition": "", "via": "resource policy: carrier", "reach": "internet",
}  # fmt: skip
_FOREIGN = SeenPosture(invoke="same_account", deploy="external", egress="internet", ways_to_deploy=(_WAY,))

RULE = Rule(
    id="foreign_deployer_power",
    title="Somebody outside can replace the code of a powerful function",
    severity=Severity.CRITICAL,
    subject=Subject.COMBINATION,
    why="Who can replace the code has all that its identity may do, without finding any fault first.",
    checks=dict.fromkeys(CLOUDS, _CHECK),
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions: remove the statement that names the other "
            "account.",
            cli="aws lambda remove-permission --function-name NAME --statement-id SID",
            terraform="Remove the aws_lambda_permission whose action is lambda:UpdateFunctionCode.",
        ),
        "gcp": Fix(
            console="IAM, and the function's Permissions: remove the roles of the principal from outside that allow "
            "update.",
            cli="gcloud functions remove-iam-policy-binding NAME --region REGION --member=MEMBER --role=ROLE",
            terraform="Remove the google_cloudfunctions2_function_iam_member or google_project_iam_member.",
        ),
        "azure": Fix(
            console="Access control (IAM), Role assignments: remove the guest or the foreign group's role.",
            cli="az role assignment delete --assignee PRINCIPAL --role ROLE --scope SCOPE",
            terraform="Remove the azurerm_role_assignment of the foreign principal.",
        ),
    },
    fails=each(ADMIN, posture=_FOREIGN, privilege="admin"),
    passes=(
        *each(NARROW, posture=_FOREIGN),
        *(with_(seen, posture=CLOSED) for seen in each(ADMIN, privilege="admin")),
    ),
    catalogue=("DEP-01", "DEP-03", "DEP-05"),
    joins=("outsider_deploys", "public_deploy", "admin_identity", "can_escalate"),
)
