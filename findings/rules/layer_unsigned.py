"""A layer is not signed though the function asks for signed code."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    for layer in seen.section("code").get("layers") or ():
        if not layer.get("signing_profile"):
            yield Evidence(
                f"The layer {layer.get('name')} version {layer.get('version')} carries no signature",
                about=str(layer.get("id")),
            )


def applies(seen: Seen) -> str:
    if seen.section("config").get("kind") == "Web Function":
        return "a web function takes no layers"
    asked = "signing" not in seen.document or seen.section("signing").get("config")
    return "" if asked else "nothing asks for signed code here"


_ON = {"config": "arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-1", "untrusted": "Enforce"}

RULE = Rule(
    id="layer_unsigned",
    title="A layer is not signed",
    severity=Severity.LOW,
    subject=Subject.SUPPLY_CHAIN,
    why="The function's code is checked, but the layer that runs with it could be anybody's.",
    checks={"aws": Check(look, needs=("code", "signing"), applies=applies)},
    fix={
        "aws": Fix(
            console="AWS Signer: sign the layer's package, publish it as a new version, and use that one.",
            cli="aws signer start-signing-job --source SOURCE --destination DESTINATION --profile-name PROFILE",
            terraform="aws_signer_signing_job, and its result in aws_lambda_layer_version.",
        )
    },
    fails=(function("aws", signing=_ON, code={"layers": [{"id": "arn:layer:1", "name": "a", "version": "1"}]}),),
    passes=(function("aws", signing=_ON, code={"layers": [{"id": "arn:layer:1", "signing_profile": "arn:p"}]}),),
    catalogue=("SUP-07",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-codesigning.html",),
)
