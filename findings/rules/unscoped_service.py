"""A cloud service may invoke the function on behalf of anybody's resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.rules._entrances import closed, milder, public
from findings.seen import Seen
from findings.severity import Severity

#: Services that act for the owner of the function alone, or are bound by a token instead of a source.
_BOUND = ("secretsmanager.amazonaws.com",)
_BY_TOKEN = ("alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com")


def look(seen: Seen) -> Iterator[Evidence]:
    for way in seen.posture.ways_in:
        service = str(way["principal"])
        by_token = service in _BY_TOKEN and "eventsourcetoken" in str(way["condition"]).lower()
        if way["level"] != "service_unscoped" or service in _BOUND or by_token:
            continue
        severity, because = milder(way, Severity.MEDIUM)
        named = "aws:sourcearn" in str(way["condition"]).lower()
        whose = "whoever holds the bucket of that name" if named else "any account's resource"
        yield Evidence(
            f"{service} may invoke it for {whose}: {way['via']}", about=f"{service} {way['via']}",
            severity=severity, because=because, detail=way,
        )  # fmt: skip


_SCOPED: dict[str, Any] = {"level": "service_unscoped", "kind": "service"}

RULE = Rule(
    id="unscoped_service",
    title="A service may invoke it for anybody's resource",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="A stranger points a bucket, topic or API of his own at the function, and the service calls it for him with "
    "events that he wrote. A bucket's ARN alone names no account: once the bucket is deleted, anybody may take its "
    "name.",
    checks={"aws": Check(look, needs=("posture:invoke", "access"))},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Permissions: add the statement anew with the source's ARN "
            "and, for buckets, the source account; then delete this one.",
            cli="aws lambda add-permission --function-name NAME --statement-id NEW --action lambda:InvokeFunction "
            "--principal s3.amazonaws.com --source-arn BUCKET_ARN --source-account ACCOUNT; "
            "aws lambda remove-permission --function-name NAME --statement-id SID",
            terraform="aws_lambda_permission: source_arn and source_account.",
        )
    },
    fails=(public("aws", "resource policy: mail", principal="s3.amazonaws.com", **_SCOPED),),
    passes=(
        closed("aws", access={"policies": []}),
    ),
    catalogue=("EXP-06",),
    standards=("aws-fsbp:Lambda.1",),
    references=("https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",),
)  # fmt: skip
