"""Calls are not traced."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    if seen.section("config").get("tracing") == "PassThrough":
        yield Evidence("X-Ray traces a call only where the caller already does")


def applies(seen: Seen) -> str:
    web = seen.section("config").get("kind") == "Web Function"
    return "a web function has no such setting" if web else ""


RULE = Rule(
    id="tracing_off",
    title="Its calls are not traced",
    severity=Severity.LOW,
    subject=Subject.LOGGING,
    why="Without traces nobody sees which systems a call went through.",
    checks={"aws": Check(look, needs=("config",), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Monitoring and operations tools: Active tracing on.",
            cli="aws lambda update-function-configuration --function-name NAME --tracing-config Mode=Active",
            terraform='aws_lambda_function: tracing_config { mode = "Active" }.',
        )
    },
    fails=(function("aws", config={"tracing": "PassThrough"}),),
    passes=(function("aws", config={"tracing": "Active"}),),
    catalogue=("LOG-03",),
    standards=("aws-fsbp:Lambda.7",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html",),
)
