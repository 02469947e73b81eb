"""Where an AWS function can send traffic, from the facts around it. Pure.

Security groups, network ACLs and routes must all let traffic pass. A function outside any VPC sends through AWS's own
network, which leads anywhere (Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.egress import Egress, Outlet, is_private

Json = Any
EVERYWHERE = {"0.0.0.0/0": "IPv4", "::/0": "IPv6"}

#: Ways out that reach the internet. An internet gateway serves IPv6 only: Lambda's interfaces have no public IPv4.
_OPEN = {"IPv4": {"nat gateway"}, "IPv6": {"internet gateway", "egress-only gateway"}}
#: Ways to another network, whose own ways out are not read here.
_ONWARD = {"transit gateway", "peering", "virtual private gateway", "private nat gateway", "interface", "other"}


def aws_egress(network: Mapping[str, Json] | None) -> Outlet:
    """Where a function with this `network` section can send to; None (never read) is unknown."""
    if network is None:
        return Outlet(Egress.UNKNOWN, ("The network settings were not read.",))
    if not network.get("attached"):
        return Outlet(Egress.INTERNET, ("It is in no VPC: AWS's own network carries its traffic anywhere.",))
    if missing := [part["id"] for part in _parts(network) if part.get("found") == "missing"]:
        return Outlet(Egress.UNKNOWN, (f"Not readable: {', '.join(sorted(missing))}.",))
    rules = list(_rules(network))
    if not rules:
        return Outlet(Egress.NONE, ("No security group has an outbound rule.",))
    families = [family for family in ("IPv4", "IPv6") if family == "IPv4" or network.get("ipv6")]
    opened = [reason for family in families for reason in _to_internet(network, rules, family)]
    if opened:
        return Outlet(Egress.INTERNET, tuple(opened))
    if onward := [way for family in families for way in _onward(network, family) if _names_public(rules, family)]:
        says = f"Traffic to everywhere goes on by {onward[0]['via']} {onward[0].get('target', '')}".rstrip()
        return Outlet(Egress.UNKNOWN, (f"{says}, whose own ways out are not read here.",))
    routed = any(_routes_out(network, family) and _names_public(rules, family) for family in families)
    return Outlet(Egress.RESTRICTED if routed else Egress.PRIVATE, tuple(_narrowing(network, rules)))


def _names_public(rules: list[tuple[str, Mapping[str, Json]]], family: str) -> bool:
    """Whether the security groups let out to anything of an address family that is not private or a group of ours."""
    destinations = [rule.get("to", "") for _, rule in rules if rule.get("kind") != "group"]
    return any(
        not is_private(to) and (to.startswith("pl-") or (":" in to) is (family == "IPv6")) for to in destinations
    )


def _parts(network: Mapping[str, Json]) -> Iterator[Mapping[str, Json]]:
    yield from network.get("subnets", [])
    yield from network.get("security_groups", [])


def _rules(network: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for group in network.get("security_groups", []):
        for rule in group.get("egress", []):
            yield str(group.get("id", "")), rule


def _to_internet(network: Mapping[str, Json], rules: list[tuple[str, Mapping[str, Json]]], family: str) -> list[str]:
    """The open rule and the route that together lead to the internet over one address family."""
    wide = [(group, rule) for group, rule in rules if EVERYWHERE.get(rule.get("to", "")) == family]
    routes = _routes_out(network, family)
    if not wide or not routes or not _acl_passes(network, family):
        return []
    group, rule = wide[0]
    return [
        f"Security group {group} lets {_ports(rule)} out to {rule['to']}.",
        f"The route {routes[0]['to']} leads out through the {routes[0]['via']} {routes[0].get('target', '')}.",
    ]


def _routes_out(network: Mapping[str, Json], family: str) -> list[Mapping[str, Json]]:
    """The routes to everywhere that end on the internet, over one address family."""
    return [
        way
        for way in network.get("egress", [])
        if EVERYWHERE.get(way.get("to", "")) == family and way.get("via") in _OPEN[family] and _alive(way)
    ]


def _onward(network: Mapping[str, Json], family: str) -> list[Mapping[str, Json]]:
    """The routes to everywhere that end in another network."""
    return [
        way
        for way in network.get("egress", [])
        if EVERYWHERE.get(way.get("to", "")) == family and way.get("via") in _ONWARD and _alive(way)
    ]


def _alive(way: Mapping[str, Json]) -> bool:
    return bool(way.get("state", "active") != "blackhole")


def _acl_passes(network: Mapping[str, Json], family: str) -> bool:
    """Whether the network ACL of some subnet lets traffic to anywhere pass (a subnet without a special one does)."""
    return any(_lets_out(subnet.get("acl"), family) for subnet in network.get("subnets", []))


def _lets_out(acl: Mapping[str, Json] | None, family: str) -> bool:
    if acl is None:
        return True
    for entry in sorted(acl.get("egress", []), key=lambda entry: entry.get("number", 0)):
        if EVERYWHERE.get(entry.get("to", "")) == family:
            return bool(entry.get("action") == "allow")
    return False


def _narrowing(network: Mapping[str, Json], rules: list[tuple[str, Mapping[str, Json]]]) -> Iterator[str]:
    """What keeps traffic from the internet, and where it may lead instead."""
    wide = any(rule.get("to") in EVERYWHERE for _, rule in rules)
    if not wide:
        named = sorted({str(rule.get("to", "")) for _, rule in rules})
        yield f"The security groups let out only to {', '.join(named[:8])}."
    elif not any(_acl_passes(network, family) for family in ("IPv4", "IPv6")):
        yield "The network ACLs let nothing out to everywhere."
    else:
        yield "No route leads to the internet."
    onward = sorted({way["via"] for way in network.get("egress", []) if way.get("via") in _ONWARD and _alive(way)})
    if onward:
        yield f"Traffic may go on to other networks ({', '.join(onward)}), whose own ways out are not read here."


def _ports(rule: Mapping[str, Json]) -> str:
    protocol, low, high = rule.get("protocol", ""), rule.get("from_port"), rule.get("to_port")
    if protocol == "-1":
        return "all traffic"
    return f"{protocol} {low}" if low == high else f"{protocol} {low}-{high}"
