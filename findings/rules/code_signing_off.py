"""Unsigned code can be deployed."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    told = seen.section("signing")
    if not told:
        return
    if not told.get("config"):
        yield Evidence(
            "No code signing is set up for it", severity=Severity.LOW,
            because="nobody relies on signatures here; it is a guard that is missing, not one that fails",
        )  # fmt: skip
    elif told.get("untrusted") != "Enforce":
        yield Evidence("Code signing is set up, but unsigned code is let through with a warning")


def applies(seen: Seen) -> str:
    config = seen.section("config")
    if config.get("package") == "Image":
        return "code signing does not exist for container images"
    return "code signing does not exist for web functions" if config.get("kind") == "Web Function" else ""


_CONFIG = "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-1"

RULE = Rule(
    id="code_signing_off",
    title="Unsigned code can be deployed",
    severity=Severity.MEDIUM,
    subject=Subject.DEPLOYMENT,
    why="Whoever gets hold of a right to deploy runs any code as the function; with signatures they need the signing "
    "key, too.",
    checks={"aws": Check(look, needs=("signing", "config"), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, Code signing configurations: create one that enforces, with your signing profile; then "
            "the function, Configuration, Code signing.",
            cli="aws lambda create-code-signing-config --allowed-publishers SigningProfileVersionArns=PROFILE "
            "--code-signing-policies UntrustedArtifactOnDeployment=Enforce; aws lambda "
            "put-function-code-signing-config --function-name NAME --code-signing-config-arn CONFIG",
            terraform='aws_lambda_code_signing_config: policies { untrusted_artifact_on_deployment = "Enforce" }; '
            "aws_lambda_function: code_signing_config_arn.",
        )
    },
    fails=(function("aws", config={"package": "Zip"}, signing={"config": _CONFIG, "untrusted": "Warn"}),),
    passes=(function("aws", config={"package": "Zip"}, signing={"config": _CONFIG, "untrusted": "Enforce"}),),
    catalogue=("DEP-11",),
    standards=("cis-aws-compute:4.8",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",),
)
