"""It sits in a single availability zone."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    subnets = seen.section("network").get("subnets") or ()
    zones = {str(one["zone"]) for one in subnets if one.get("zone")}
    if any(not one.get("zone") for one in subnets) and len(zones) < 2:
        yield Unsure("in which zone a subnet of its lies was not read")
    elif len(zones) == 1:
        yield Evidence(f"All its subnets lie in {zones.pop()}")


def applies(seen: Seen) -> str:
    return "it is in no VPC" if seen.section("network").get("attached") is False else ""


def _in(*zones: str) -> Seen:
    subnets = [{"id": f"subnet-{zone}", "zone": zone} for zone in zones]
    return function("aws", network={"attached": True, "subnets": subnets})


RULE = Rule(
    id="one_zone",
    title="It sits in a single availability zone",
    severity=Severity.MEDIUM,
    subject=Subject.LIMITS,
    why="When that zone fails, so does the function; outside a VPC Lambda would have moved it by itself.",
    checks={"aws": Check(look, needs=("network",), applies=applies)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, VPC, Edit: add a subnet in another zone.",
            cli="aws lambda update-function-configuration --function-name NAME "
            "--vpc-config SubnetIds=SUBNET1,SUBNET2,SecurityGroupIds=GROUP",
            terraform="aws_lambda_function: vpc_config { subnet_ids } with subnets of two zones.",
        )
    },
    fails=(_in("eu-west-1a"),),
    passes=(_in("eu-west-1a", "eu-west-1b"),),
    catalogue=("LIM-05",),
    standards=("aws-fsbp:Lambda.5",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",),
)
