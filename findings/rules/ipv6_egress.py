"""The function reaches the internet by IPv6, which its IPv4 rules do not cover."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules.open_egress import outside
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    network = seen.section("network")
    routed = [way for way in network.get("egress") or () if way.get("to") == "::/0" and way.get("state") != "blackhole"]
    for group in network.get("security_groups") or ():
        rules = [rule for rule in group.get("egress") or () if rule.get("to") == "::/0"]
        if rules:
            route = f"; the route ::/0 leads out through {routed[0].get('target')}" if routed else ""
            yield Evidence(
                f"Security group {group['id']} lets traffic out to ::/0, and the function uses IPv6{route}",
                about=str(group["id"]), severity=None if routed else Severity.INFO,
                because="" if routed else "no IPv6 route leads out of its subnets",
            )  # fmt: skip


def without_ipv6(seen: Seen) -> str:
    """Why it does not apply: it stands in no network, or does not use IPv6."""
    network = seen.document.get("network")
    off = network is not None and network.get("attached") and not network.get("ipv6")
    return outside(seen) or ("IPv6 is off" if off else "")


_OPEN = {"attached": True, "ipv6": True, "egress": [{"to": "::/0", "via": "egress-only gateway", "target": "eigw-1"}],
         "security_groups": [{"id": "sg-1", "egress": [{"to": "::/0", "protocol": "-1"}]}]}  # fmt: skip
_TIGHT = {"attached": True, "ipv6": True, "security_groups": [{"id": "sg-1", "egress": [{"to": "10.0.0.0/8"}]}]}

RULE = Rule(
    id="ipv6_egress",
    title="The function may send to the whole internet by IPv6",
    severity=Severity.LOW,
    subject=Subject.NETWORK,
    why="IPv6 has its own rules and routes; whoever closed IPv4 easily overlooks that this way stayed open.",
    checks={"aws": Check(look, needs=("network",), applies=without_ipv6)},
    fix={
        "aws": Fix(
            console="VPC, Security groups, the group, Outbound rules: remove ::/0; or Lambda, Configuration, VPC: "
            "switch IPv6 traffic off.",
            cli="aws ec2 revoke-security-group-egress --group-id SG --ip-permissions "
            "'IpProtocol=-1,Ipv6Ranges=[{CidrIpv6=::/0}]'",
            terraform="aws_vpc_security_group_egress_rule without cidr_ipv6; ipv6_allowed_for_dual_stack = false.",
        )
    },
    fails=(function("aws", network=_OPEN),),
    passes=(function("aws", network=_TIGHT),),
    catalogue=("NET-04",),
)
