"""Somebody outside the zone of trust may change the function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.rules._entrances import is_trusted, way_in, whose
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence]:
    told: set[str] = set()
    for way in seen.posture.ways_to_deploy:
        if way["level"] != "external" or way["principal"] in told:
            continue
        told.add(str(way["principal"]))
        severity, because = (None, "") if way["certain"] else (Severity.HIGH, f"only if {way['condition']}")
        if is_trusted(seen, way):
            severity, because = Severity.MEDIUM, "its account is trusted here, to call and not to change"
        yield Evidence(
            f"{whose(way)} may change its code, settings or permissions: {way['via']}", about=str(way["principal"]),
            severity=severity, because=because, detail=way,
        )  # fmt: skip


_CHECK = Check(look, needs=("posture:deploy",))


def _changed_by(cloud: str, principal: str, via: str, kind: str) -> Seen:
    way = way_in(via, principal=principal, kind=kind, level="external")
    return function(cloud, posture=SeenPosture(invoke="same_account", deploy="external", ways_to_deploy=(way,)))


def _own(cloud: str) -> Seen:
    return function(cloud, posture=SeenPosture(invoke="same_account", deploy="same_account"))


RULE = Rule(
    id="outsider_deploys",
    title="Somebody outside may change the function",
    severity=Severity.CRITICAL,
    subject=Subject.DEPLOYMENT,
    why="Who replaces the code, or says who may, has all that the function's identity has and reads what it is sent.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions: delete the statement that names the other "
            "account.",
            cli="aws lambda remove-permission --function-name NAME --statement-id SID",
            terraform="Remove the aws_lambda_permission whose action is more than lambda:InvokeFunction.",
        ),
        "gcp": Fix(
            console="IAM, and the function's Permissions: remove the roles of the principal from outside that allow "
            "update or setIamPolicy.",
            cli="gcloud functions remove-iam-policy-binding NAME --region REGION --member=MEMBER --role=ROLE",
            terraform="Remove the google_cloudfunctions2_function_iam_member or google_project_iam_member.",
        ),
        "azure": Fix(
            console="Access control (IAM) of the app, its resource group or subscription, Role assignments: remove the "
            "foreign group's or guest's role; where help from outside is needed, Azure Lighthouse with a time limit.",
            cli="az role assignment delete --assignee PRINCIPAL --role ROLE --scope SCOPE",
            terraform="Remove the azurerm_role_assignment of the foreign principal.",
        ),
    },
    fails=(
        _changed_by("aws", "arn:aws:iam::999999999999:root", "resource policy: carrier", "account"),
        _changed_by("gcp", "user:x@gmail.com", "projects/acme-data: roles/cloudfunctions.developer", "user"),
        _changed_by("azure", "99999999-9999-9999-9999-999999999999", "Contributor at resource group", "foreign group"),
    ),
    passes=tuple(map(_own, ("aws", "gcp", "azure"))),
    catalogue=("DEP-01", "DEP-03", "DEP-05"),
    standards=("cis-aws-compute:4.10",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-cross-account.html",),
)
