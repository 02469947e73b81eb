"""Strangers may change the function, or read how it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.access.gcp.roles import bundled
from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import PUBLIC, was_not_read, way_in
from findings.seen import Seen, SeenBinding, SeenPosture
from findings.severity import Severity

Json = Any
#: What shows code, variables and permissions of a function.
_READING = frozenset({
    "cloudfunctions.functions.get", "cloudfunctions.functions.sourceCodeGet", "cloudfunctions.functions.getIamPolicy",
    "run.services.get", "run.services.getIamPolicy", "run.revisions.get",
})  # fmt: skip


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told: set[str] = set()
    for way in seen.posture.ways_to_deploy:
        if way["level"] not in PUBLIC or way["principal"] in told:
            continue
        if was_not_read(way):
            yield Unsure(f"{way['via']}: {way['condition']}")
            continue
        told.add(str(way["principal"]))
        severity, because = (None, "") if way["certain"] else (Severity.HIGH, f"only if {way['condition']}")
        yield Evidence(
            f"Anyone with some account may change its code, settings or permissions: {way['via']}",
            about=str(way["principal"]), severity=severity, because=because, detail=way,
        )  # fmt: skip


def look_gcp(seen: Seen) -> Iterator[Evidence | Unsure]:
    deploying = list(look(seen))
    yield from deploying
    changed_by = {one.about for one in deploying if isinstance(one, Evidence)}
    for binding in seen.bindings:
        if binding.principal_kind not in ("public", "authenticated") or binding.effect != "allow":
            continue
        for role in binding.actions:
            permissions = bundled(role) or frozenset()
            if permissions & _READING and binding.principal not in changed_by:
                yield Evidence(
                    f"{binding.principal} holds {role} on {binding.source}: strangers may read how it is set up",
                    about=f"{binding.principal} {role}", severity=Severity.MEDIUM, because="the role changes nothing",
                )  # fmt: skip


def _by_anyone(cloud: str, principal: str, via: str) -> Seen:
    way = way_in(via, principal=principal, level="public_authenticated")
    return function(cloud, posture=SeenPosture(deploy="public_authenticated", ways_to_deploy=(way,)))


def _own(cloud: str) -> Seen:
    seen = function(cloud, posture=SeenPosture(deploy="same_account"), access={"policies": []})
    return with_(seen, bindings=(SeenBinding("allUsers", "public", ("roles/run.invoker",), "function policy"),))


RULE = Rule(
    id="public_deploy",
    title="Strangers may change the function or see how it is set up",
    severity=Severity.CRITICAL,
    subject=Subject.DEPLOYMENT,
    why="Whoever changes the code has all that the function's identity has; nobody outside needs more than to call it.",
    checks={
        "aws": Check(look, needs=("posture:deploy",)),
        "gcp": Check(look_gcp, needs=("posture:deploy", "access")),
    },
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions: delete the statement for everyone.",
            cli="aws lambda remove-permission --function-name NAME --statement-id SID",
            terraform='Remove the aws_lambda_permission with principal "*" and an action other than invoking.',
        ),
        "gcp": Fix(
            console="The function's Permissions, and IAM of the project: remove allUsers and allAuthenticatedUsers "
            "from every role but the invoker's.",
            cli="gcloud functions remove-iam-policy-binding NAME --region REGION --member=allUsers --role=ROLE",
            terraform="Remove the google_cloudfunctions2_function_iam_member with member allUsers.",
        ),
    },
    fails=(
        _by_anyone("aws", "*", "resource policy: open"),
        _by_anyone("gcp", "allAuthenticatedUsers", "projects/acme-data: roles/cloudfunctions.admin"),
    ),
    passes=(_own("aws"), _own("gcp")),
    catalogue=("EXP-23", "DEP-01", "DEP-03"),
    standards=("cis-aws-compute:4.10",),
)
