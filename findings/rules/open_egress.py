"""The function stands in a private network, and everything may leave it all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.egress.aws import EVERYWHERE
from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._paths import wide_powers
from findings.seen import Seen, SeenPosture
from findings.severity import Severity


def in_vpc(seen: Seen) -> Iterator[Evidence | Unsure]:
    """AWS: each security group that lets traffic out to everywhere."""
    for group in seen.section("network").get("security_groups") or ():
        rules = [rule for rule in group.get("egress") or () if rule.get("to") in EVERYWHERE]
        if rules:
            wide = any(str(rule.get("protocol")) == "-1" for rule in rules)
            severity, because = _in_vpc(seen, wide)
            name = f"{group['id']} ({group['name']})" if group.get("name") else str(group["id"])
            route = " ".join(seen.posture.egress_because[1:2])
            yield Evidence(
                f"Security group {name} lets {_ports(rules)} out to {rules[0]['to']}. {route}".strip(),
                about=str(group["id"]), severity=severity, because=because,
            )  # fmt: skip


def _in_vpc(seen: Seen, wide: bool) -> tuple[Severity | None, str]:
    if seen.posture.egress != "internet":
        return Severity.LOW, "no route that is known leads from there to the internet"
    if not wide:
        return Severity.LOW, "not all ports are open"
    return _by_power(seen)


def _by_power(seen: Seen) -> tuple[Severity | None, str]:
    reads = any(wide_powers(identity, "secrets_read", "data_read") for identity in seen.identities)
    return (Severity.HIGH, "it can read everything of a kind") if reads else (None, "")


def _ports(rules: list[Mapping[str, Any]]) -> str:
    if any(str(rule.get("protocol")) == "-1" for rule in rules):
        return "all traffic"
    return ", ".join(sorted({f"{rule.get('protocol')} {_range(rule)}" for rule in rules}))


def _range(rule: Mapping[str, Any]) -> str:
    low, high = rule.get("from_port"), rule.get("to_port")
    return f"{low}" if low == high else f"{low}-{high}"


def by_verdict(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google and Azure: what the verdict on the way out says."""
    if seen.posture.egress == "internet":
        severity, because = _by_power(seen)
        network = str(seen.section("network").get("network", ""))
        yield Evidence(
            " ".join(seen.posture.egress_because) or "Everything may leave its network for the internet.",
            about=network, severity=severity, because=because,
        )  # fmt: skip


def outside(seen: Seen) -> str:
    """Why it does not apply: it stands in no private network."""
    network = seen.document.get("network")
    return "it is in no private network" if network is not None and not network.get("attached") else ""


def not_through(seen: Seen) -> str:
    """Why it does not apply: its traffic to the internet does not go through the network."""
    network = seen.section("network")
    ways = network.get("egress") or ()
    if network.get("route_all") is False or any(way.get("kind") == "internet" for way in ways):
        return outside(seen) or "traffic to the internet does not go through its network: see half_tunnel"
    return outside(seen)


_NEEDS = ("network", "posture:egress")
_WIDE = {"attached": True, "security_groups": [{"id": "sg-1", "egress": [{"to": "0.0.0.0/0", "protocol": "-1"}]}]}
_TIGHT = {"attached": True, "security_groups": [{"id": "sg-1", "egress": [{"to": "10.0.0.0/8", "protocol": "-1"}]}]}
_TUNNEL = {"attached": True, "network": "core", "egress": [{"kind": "direct vpc", "setting": "ALL_TRAFFIC"}]}
_ROUTED = {
    "attached": True,
    "network": "core",
    "route_all": True,
    "egress": [{"to": "0.0.0.0/0", "via": "nat gateway"}],
}
_OUT, _IN = SeenPosture(egress="internet"), SeenPosture(egress="private")

RULE = Rule(
    id="open_egress",
    title="Everything may leave the function's private network",
    severity=Severity.MEDIUM,
    subject=Subject.NETWORK,
    why="The network looks like a fence, but code that was tampered with can send data anywhere through it.",
    checks={
        "aws": Check(in_vpc, needs=_NEEDS, applies=outside),
        "gcp": Check(by_verdict, needs=_NEEDS, applies=not_through),
        "azure": Check(by_verdict, needs=_NEEDS, applies=not_through),
    },
    fix={
        "aws": Fix(
            console="VPC, Security groups, the group, Outbound rules: replace 0.0.0.0/0 and ::/0 by the address "
            "ranges, prefix lists and groups the function talks to.",
            cli="aws ec2 revoke-security-group-egress --group-id SG --ip-permissions "
            "'IpProtocol=-1,IpRanges=[{CidrIp=0.0.0.0/0}]'",
            terraform="aws_vpc_security_group_egress_rule: a cidr_ipv4, prefix_list_id or "
            "referenced_security_group_id.",
        ),
        "gcp": Fix(
            console="VPC network, Firewall: an egress rule that denies 0.0.0.0/0 with low priority, and allow rules "
            "for the destinations before it.",
            cli="gcloud compute firewall-rules create deny-egress --network=NETWORK --direction=EGRESS --action=DENY "
            "--rules=all --destination-ranges=0.0.0.0/0 --priority=65000",
            terraform='google_compute_firewall: direction = "EGRESS", deny { protocol = "all" }.',
        ),
        "azure": Fix(
            console="Network security groups, the subnet's group, Outbound security rules: deny the service tag "
            "Internet after allowing the tags it needs; or route 0.0.0.0/0 to a firewall.",
            cli="az network nsg rule create --resource-group GROUP --nsg-name NSG --name DenyInternet --priority "
            "4000 --direction Outbound --access Deny --protocol '*' --destination-address-prefixes Internet "
            "--destination-port-ranges '*'",
            terraform='azurerm_network_security_rule: direction = "Outbound", access = "Deny", '
            'destination_address_prefix = "Internet".',
        ),
    },
    fails=(
        function("aws", network=_WIDE, posture=_OUT),
        function("gcp", network=_TUNNEL, posture=_OUT),
        function("azure", network=_ROUTED, posture=_OUT),
    ),
    passes=(
        function("aws", network=_TIGHT, posture=_IN),
        function("gcp", network=_TUNNEL, posture=_IN),
        function("azure", network=_ROUTED, posture=_IN),
    ),
    catalogue=("NET-02", "NET-03", "NET-08", "NET-11"),
)
