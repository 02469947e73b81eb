"""A loop through a queue or topic is not stopped."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence]:
    if seen.section("recursion").get("loop") == "Allow":
        yield Evidence("Recursive loop detection is switched off for it")


def applies(seen: Seen) -> str:
    web = seen.section("config").get("kind") == "Web Function"
    return "a web function has no such setting" if web else ""


RULE = Rule(
    id="loop_allowed",
    title="A loop through a queue or topic is not stopped",
    severity=Severity.MEDIUM,
    subject=Subject.LIMITS,
    why="A function that writes to what starts it runs without end and at full scale; Lambda stops such loops unless "
    "told to let them run.",
    checks={"aws": Check(look, needs=("recursion",), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Concurrency and recursion detection: terminate loops.",
            cli="aws lambda put-function-recursion-config --function-name NAME --recursive-loop Terminate",
            terraform='aws_lambda_function_recursion_config: recursive_loop = "Terminate".',
        )
    },
    fails=(function("aws", recursion={"loop": "Allow"}),),
    passes=(function("aws", recursion={"loop": "Terminate"}),),
    catalogue=("LIM-06",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html",),
)
