"""A secret that the function's event sources or variables refer to is never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    if seen.section("environment").get("error"):
        yield Unsure("which secrets its variables refer to cannot be read")
    for secret in _secrets(seen):
        name = str(secret["id"]).rpartition(":secret:")[2]
        if secret.get("state") == "unknown":
            yield Unsure(f"whether {name} is rotated is not known: it could not be read, or lies elsewhere")
        elif secret.get("state") == "there" and not secret.get("rotated"):
            used_by = ", ".join(map(str, secret.get("used_by") or ()))
            yield Evidence(f"The secret {name} is not rotated ({used_by})", about=str(secret["id"]))


def _secrets(seen: Seen) -> list[Mapping[str, Json]]:
    return list(seen.section("secrets").get("secrets") or ())


def applies(seen: Seen) -> str:
    read = "secrets" in seen.document and not seen.section("environment").get("error")
    return "it refers to no secret of Secrets Manager" if read and not _secrets(seen) else ""


def _using(**told: Json) -> Seen:
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:broker-AbCdEf"
    secret = {"id": arn, "used_by": ["event source arn:aws:mq:eu-west-1:123456789012:broker:orders:b-1"], **told}
    return function("aws", secrets={"secrets": [secret]})


RULE = Rule(
    id="secret_not_rotated",
    title="A secret it uses is never rotated",
    severity=Severity.LOW,
    subject=Subject.SECRETS,
    why="What once leaked, from a log, a copy or a person who left, opens the broker or database for as long as nobody "
    "changes it.",
    checks={"aws": Check(look, needs=("secrets",), applies=applies)},
    fix={
        "aws": Fix(
            console="Secrets Manager, the secret, Rotation, Edit rotation: automatic rotation with a schedule and the "
            "rotation function of the database or broker.",
            cli="aws secretsmanager rotate-secret --secret-id ARN --rotation-lambda-arn FUNCTION_ARN "
            "--rotation-rules AutomaticallyAfterDays=30",
            terraform="aws_secretsmanager_secret_rotation: rotation_lambda_arn, rotation_rules.",
        )
    },
    fails=(_using(state="there", rotated=False),),
    passes=(_using(state="there", rotated=True, every_days=30),),
    catalogue=("SEC-08",),
    references=("https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",),
)
