"""Lambda Insights is not there."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen
from findings.severity import Severity

LAYER = "LambdaInsightsExtension"


def look(seen: Seen) -> Iterator[Evidence]:
    layers = seen.section("code").get("layers") or ()
    if "code" in seen.document and not any(str(one.get("name")).startswith(LAYER) for one in layers):
        yield Evidence("The layer of Lambda Insights is not among its layers")


def applies(seen: Seen) -> str:
    config = seen.section("config")
    if config.get("package") == "Image":
        return "in an image the extension is not to be seen from outside"
    return "a web function takes no layers" if config.get("kind") == "Web Function" else ""


_INSIGHTS = {"account": "580247275435", "name": f"{LAYER}-Arm64", "version": "20"}

RULE = Rule(
    id="insights_off",
    title="Lambda Insights is off",
    severity=Severity.INFO,
    subject=Subject.LOGGING,
    why="Without it nobody sees the memory, processor and network use of single calls, which tells a miner from work.",
    checks={"aws": Check(look, needs=("code", "config"), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, Monitoring and operations tools: Enhanced monitoring on.",
            cli="aws lambda update-function-configuration --function-name NAME --layers INSIGHTS_LAYER (with the "
            "layers it has)",
            terraform="aws_lambda_function: layers with that of Lambda Insights, and the policy "
            "CloudWatchLambdaInsightsExecutionRolePolicy on the role.",
        )
    },
    fails=(function("aws", config={"package": "Zip"}, code={"layers": []}),),
    passes=(function("aws", config={"package": "Zip"}, code={"layers": [_INSIGHTS]}),),
    catalogue=("LOG-04",),
    standards=("cis-aws-compute:4.2",),
    references=("https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-Getting-Started.html",),
)
