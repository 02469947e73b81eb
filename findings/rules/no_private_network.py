"""The function stands in no private network."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

#: Azure's plans on which an app cannot be tied to a network.
_WITHOUT_NETWORKS = ("consumption", "dynamic", "y1")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    network = seen.document.get("network")
    if network is not None and not network.get("attached"):
        severity, because = _severity(seen)
        yield Evidence(
            "It is in no private network: the cloud carries its traffic anywhere, and no firewall of yours sees it",
            about="network", severity=severity, because=because,
        )  # fmt: skip


def _severity(seen: Seen) -> tuple[Severity | None, str]:
    if seen.is_sensitive:
        return Severity.MEDIUM, "it works on sensitive data"
    if seen.provider == "aws":
        return Severity.INFO, "most functions need none, unless they talk to something private"
    return None, ""


def no_plan_for_it(seen: Seen) -> str:
    """Why it does not apply: the Consumption plan offers no outbound network (Azure Functions networking options)."""
    config = seen.section("config")
    plan = config.get("plan") or {}
    words = {
        str(config.get("hosting", "")).lower(),
        str(plan.get("tier", "")).lower(),
        str(plan.get("sku", "")).lower(),
    }
    if words.isdisjoint(_WITHOUT_NETWORKS):
        return ""
    return "the Consumption plan cannot be tied to a network: Flex Consumption or Premium can"


_CHECK = Check(look, needs=("network",))
_OUTSIDE, _INSIDE = {"attached": False, "network": ""}, {"attached": True, "network": "core"}

RULE = Rule(
    id="no_private_network",
    title="The function is in no private network",
    severity=Severity.LOW,
    subject=Subject.NETWORK,
    why="Where it may send to cannot be limited, and what it talks to must be open to the internet.",
    checks={"aws": _CHECK, "gcp": _CHECK, "azure": Check(look, needs=("network", "config"), applies=no_plan_for_it)},
    fix={
        "aws": Fix(
            console="Lambda, the function, Configuration, VPC, Edit: private subnets and a security group of its own.",
            cli="aws lambda update-function-configuration --function-name NAME --vpc-config "
            "SubnetIds=SUBNET1,SUBNET2,SecurityGroupIds=SG",
            terraform="aws_lambda_function: vpc_config { subnet_ids, security_group_ids }.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Connections: direct VPC egress or a connector, all "
            "traffic.",
            cli="gcloud run services update NAME --region REGION --network=NETWORK --subnet=SUBNET "
            "--vpc-egress=all-traffic",
            terraform="google_cloud_run_v2_service: template { vpc_access { network_interfaces } }.",
        ),
        "azure": Fix(
            console="Function App, Networking, Virtual network integration: add a subnet.",
            cli="az functionapp vnet-integration add --resource-group GROUP --name APP --vnet VNET --subnet SUBNET",
            terraform="azurerm_linux_function_app: virtual_network_subnet_id.",
        ),
    },
    fails=tuple(function(cloud, network=_OUTSIDE, config={}) for cloud in ("aws", "gcp", "azure")),
    passes=tuple(function(cloud, network=_INSIDE, config={}) for cloud in ("aws", "gcp", "azure")),
    catalogue=("NET-01", "NET-06", "NET-09"),
    standards=("aws-fsbp:Lambda.3",),
)
