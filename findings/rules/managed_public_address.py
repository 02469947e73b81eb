"""The web function's connector has a public address of its own, past the network's gateways."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    detail = seen.section("network").get("detail") or {}
    if str(detail.get("elastic_ip", "")) == "ServiceManaged":
        name = detail.get("name") or detail.get("connector", "")
        yield Evidence(
            f"The network connector {name} has a public address that AWS manages",
            about=str(detail.get("connector", "")),
        )


def without_connector(seen: Seen) -> str:
    """Why it does not apply: only web functions send through a network connector."""
    network = seen.document.get("network")
    if network is None or (network.get("detail") or {}).get("connector"):
        return ""
    return "it sends through no network connector"


def _connected(kind: str) -> Seen:
    detail = {"connector": "arn:aws:lambda:eu-west-1:123456789012:network-connector:nc-1", "name": "egress"}
    return function("aws", network={"attached": True, "detail": {**detail, "elastic_ip": kind}})


RULE = Rule(
    id="managed_public_address",
    title="The function's network connector has a public address of its own",
    severity=Severity.MEDIUM,
    subject=Subject.NETWORK,
    why="Its traffic reaches the internet without the NAT gateways and firewalls through which everything else must "
    "go.",
    checks={"aws": Check(look, needs=("network",), applies=without_connector)},
    fix={
        "aws": Fix(
            console="Lambda, Network connectors, the connector, Edit: no elastic IP, and private subnets with a NAT "
            "gateway where it needs the internet.",
        )
    },
    fails=(_connected("ServiceManaged"),),
    passes=(_connected("None"),),
    catalogue=("NET-05",),
)
