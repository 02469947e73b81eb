"""Anyone may invoke the function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

_WHO = {
    "public_anonymous": "Anyone on the internet may invoke it without signing in",
    "public_authenticated": "Anyone who has some account in this cloud may invoke it",
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for way in seen.posture.ways_in:
        if way["level"] not in _WHO:
            continue
        severity, because = _severity(seen, way)
        yield Evidence(
            f"{_WHO[way['level']]}: {way['via']}", about=f"{way['principal']} {way['via']}", severity=severity,
            because=because, detail=way,
        )  # fmt: skip


def _severity(seen: Seen, way: Mapping[str, Any]) -> tuple[Severity, str]:
    if way["latent"]:
        return Severity.MEDIUM, f"granted, but closed for now: {way['latent']}"
    if not way["certain"]:
        return Severity.HIGH, "whether it gets through hangs on a condition"
    if way["level"] == "public_authenticated":
        return Severity.HIGH, "callers must have signed in to the cloud, whoever they are"
    return Severity.CRITICAL, ""


_OPEN = {
    "principal": "*", "kind": "public", "level": "public_anonymous", "via": "resource policy: statement open",
    "condition": "", "latent": "", "certain": True, "reach": "internet",
}  # fmt: skip
_PUBLIC = SeenPosture(invoke="public_anonymous", ways_in=(_OPEN,))
_CLOSED = SeenPosture(invoke="same_account")
_CHECK = Check(look, needs=("posture:invoke",))

RULE = Rule(
    id="public_invoke",
    title="Anyone may invoke the function",
    severity=Severity.CRITICAL,
    subject=Subject.EXPOSURE,
    why="Its code runs with the function's identity for whoever finds the address or the name.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": _CHECK},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions: remove the statement for everyone, "
            "or add a condition on the source; under Function URL set the auth type to AWS_IAM.",
            cli="aws lambda remove-permission --function-name NAME --statement-id SID",
            terraform='aws_lambda_permission: name the caller in "principal" and its ARN in "source_arn".',
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Security: require authentication, and remove allUsers and "
            "allAuthenticatedUsers from the invokers.",
            cli="gcloud functions remove-invoker-policy-binding NAME --member=allUsers",
            terraform="Remove the google_cloud_run_service_iam_member with member allUsers.",
        ),
        "azure": Fix(
            console="Function App, Authentication: require it; or give the functions the authorization level Function.",
            cli="az webapp auth update --resource-group GROUP --name APP --enabled true --action Return401",
            terraform="azurerm_linux_function_app: auth_settings_v2 with require_authentication = true.",
        ),
    },
    fails=tuple(function(cloud, posture=_PUBLIC) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(function(cloud, posture=_CLOSED) for cloud in ("aws", "gcp", "azure")),
    catalogue=("EXP-01", "EXP-02", "EXP-03", "EXP-20", "EXP-21", "EXP-22", "EXP-24", "EXP-41"),
    standards=("cis-aws-compute:4.6", "aws-fsbp:Lambda.1"),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html",),
)
