"""The variables are encrypted with a key that is not its owner's."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    variables = seen.section("environment").get("variables") or ()
    if variables and "encryption" in seen.document and not seen.section("encryption").get("key"):
        yield Evidence(f"Its {len(variables)} variables are encrypted with Lambda's own key", about="environment")


_ONE = {"variables": [{"name": "TABLE"}]}

RULE = Rule(
    id="variables_without_own_key",
    title="Its variables are not encrypted with a key of yours",
    severity=Severity.LOW,
    subject=Subject.ENCRYPTION,
    why="Whoever may read the function's configuration reads the variables in clear; with a key of your own they also "
    "need that key, and its use is on record.",
    checks={"aws": Check(look, needs=("environment", "encryption"))},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Environment variables, Edit, Encryption configuration: use a "
            "customer managed key, which the function's role may decrypt with.",
            cli="aws lambda update-function-configuration --function-name NAME --kms-key-arn KEY",
            terraform="aws_lambda_function: kms_key_arn.",
        )
    },
    fails=(function("aws", environment=_ONE, encryption={"key": "", "keys": []}),),
    passes=(function("aws", environment=_ONE, encryption={"key": "arn:aws:kms:eu-west-1:123456789012:key/1"}),),
    catalogue=("ENC-01",),
    standards=("cis-aws-compute:4.12",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html",),
)
