"""It sits in a single availability zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any
#: Tiers of plans that cannot be spread over zones (learn.microsoft.com/azure/reliability/reliability-app-service).
_ONE_ZONE_TIERS = frozenset({"dynamic", "free", "shared", "basic", "standard", "premium", "isolated"})


def look_aws(seen: Seen) -> Iterator[Evidence | Unsure]:
    subnets = seen.section("network").get("subnets") or ()
    zones = {str(one["zone"]) for one in subnets if one.get("zone")}
    if any(not one.get("zone") for one in subnets) and len(zones) < 2:
        yield Unsure("in which zone a subnet of its lies was not read")
    elif len(zones) == 1:
        yield Evidence(f"All its subnets lie in {zones.pop()}")


def applies_aws(seen: Seen) -> str:
    return "it is in no VPC" if seen.section("network").get("attached") is False else ""


def look_azure(seen: Seen) -> Iterator[Evidence | Unsure]:
    plan = _plan(seen)
    spread = plan.get("zone_redundant")
    if spread is False:
        yield Evidence(
            f"Its plan {plan.get('name', '')} is not spread over zones, and its owner tagged it as for production",
            severity=Severity.LOW,
            because="the platform starts it elsewhere once the zone is given up; until then it is down",
        )
    elif spread is None and "config" in seen.document:
        yield Unsure("whether its plan is spread over zones was not told")


def applies_azure(seen: Seen) -> str:
    if not seen.is_for_production:
        return "no tag says that it is for production"
    hosting = seen.section("config").get("hosting")
    if hosting in ("Container Apps", "Arc"):
        return f"it runs on {hosting}, not on a plan"
    tier = str(_plan(seen).get("tier") or "")
    return f"a plan of the tier {tier} cannot be spread over zones" if tier.lower() in _ONE_ZONE_TIERS else ""


def _plan(seen: Seen) -> Mapping[str, Json]:
    found: Mapping[str, Json] = seen.section("config").get("plan") or {}
    return found


def _in(*zones: str) -> Seen:
    subnets = [{"id": f"subnet-{zone}", "zone": zone} for zone in zones]
    return function("aws", network={"attached": True, "subnets": subnets})


def _on(spread: bool) -> Seen:
    plan = {"id": "/plans/plan-shop", "name": "plan-shop", "tier": "ElasticPremium", "zone_redundant": spread}
    return with_(function("azure", config={"hosting": "Premium", "plan": plan}), tags={"env": "prod"})


RULE = Rule(
    id="one_zone",
    title="It sits in a single availability zone",
    severity=Severity.MEDIUM,
    subject=Subject.LIMITS,
    why="When that zone fails, so does the function. Outside a VPC Lambda would have moved it by itself; an app in "
    "Azure stays in the zone of its plan unless the plan is spread over several.",
    checks={
        "aws": Check(look_aws, needs=("network",), applies=applies_aws),
        "azure": Check(look_azure, needs=("config",), applies=applies_azure),
    },
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, VPC, Edit: add a subnet in another zone.",
            cli="aws lambda update-function-configuration --function-name NAME "
            "--vpc-config SubnetIds=SUBNET1,SUBNET2,SecurityGroupIds=GROUP",
            terraform="aws_lambda_function: vpc_config { subnet_ids } with subnets of two zones.",
        ),
        "azure": Fix(
            console="App Service plan, Scale out: Zone redundancy, with two instances at least. Where the region or "
            "the plan's machines have no zones, move the app to a new plan that has.",
            cli="az appservice plan update --resource-group GROUP --name PLAN --set zoneRedundant=true sku.capacity=2",
            terraform="azurerm_service_plan: zone_balancing_enabled = true, worker_count = 2.",
        ),
    },
    fails=(_in("eu-west-1a"), _on(False)),
    passes=(_in("eu-west-1a", "eu-west-1b"), _on(True)),
    catalogue=("LIM-05", "LIM-11"),
    standards=("aws-fsbp:Lambda.5",),
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html",
        "https://learn.microsoft.com/azure/reliability/reliability-functions",
    ),
    version=2,
)
