"""Where a Google function can send traffic, from the facts around it. Pure.

Without a connector or direct VPC, or with private ranges only, traffic to the internet leaves by Google's own way
(cloud.google.com/run/docs/configuring/vpc-connectors). With all of it through the VPC, its routes, NAT and firewall
decide: egress rules in order of priority, and what no rule names is allowed (cloud.google.com/firewall/docs/firewalls).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from findings.egress import Egress, Outlet, is_private

Json = Any
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_CONNECTOR = "vpc-connector"


def gcp_egress(network: Mapping[str, Json] | None) -> Outlet:
    """Where a function with this `network` section can send to; None (never read) is unknown."""
    if network is None:
        return Outlet(Egress.UNKNOWN, ("The network settings were not read.",))
    ways = network.get("egress", [])
    if any(way.get("kind") == "internet" for way in ways):
        how = "only private ranges go through the VPC" if len(ways) > 1 else "no VPC is attached"
        return Outlet(Egress.INTERNET, (f"Traffic to the internet leaves directly: {how}.",))
    detail = network.get("detail") or {}
    if "routes" not in detail or "nats" not in detail:
        return Outlet(Egress.UNKNOWN, ("All traffic goes through the VPC, whose routes and NAT were not read.",))
    if not detail["routes"].get("internet") or not detail["nats"].get("names"):
        return Outlet(Egress.PRIVATE, ("All traffic goes through the VPC, which has no NAT or route to the internet.",))
    if "rules" not in detail:
        return Outlet(Egress.UNKNOWN, ("All traffic goes through the VPC, whose firewall was not read.",))
    return _through_firewall(detail["rules"].get("egress", []), _tags(network), detail["nats"]["names"][0])


def _through_firewall(rules: Sequence[Mapping[str, Json]], tags: set[str], nat: str) -> Outlet:
    allowed: list[str] = []
    for rule in sorted(rules, key=lambda rule: (rule.get("priority", 0), rule.get("effect") != "deny")):
        if not _applies(rule, tags):
            continue
        everywhere = any(one in _EVERYWHERE for one in rule.get("to") or _EVERYWHERE)
        if rule.get("effect") == "deny" and everywhere and _all_traffic(rule):
            return _narrowed(rule, allowed)
        if rule.get("effect") != "deny":
            if everywhere:
                break
            allowed += rule["to"]
    return Outlet(Egress.INTERNET, (f"All traffic goes through the VPC, out by the NAT {nat}.",))


def _narrowed(denial: Mapping[str, Json], allowed: Sequence[str]) -> Outlet:
    says = f"The firewall rule {denial.get('name', '')} denies all traffic that no rule before it allows"
    if not allowed:
        return Outlet(Egress.NONE, (f"{says}; none does.",))
    egress = Egress.PRIVATE if all(map(is_private, allowed)) else Egress.RESTRICTED
    return Outlet(egress, (f"{says}: to {', '.join(sorted(allowed)[:8])}.",))


def _all_traffic(rule: Mapping[str, Json]) -> bool:
    return any(port.get("protocol") == "all" for port in rule.get("ports", []))


def _applies(rule: Mapping[str, Json], tags: set[str]) -> bool:
    """Whether a rule concerns the function: one without tags concerns every instance of the network."""
    return not rule.get("tags") or not tags.isdisjoint(_short_tag(tag) for tag in rule["tags"])


def _tags(network: Mapping[str, Json]) -> set[str]:
    """The network tags of the instances it sends through; those of a connector are `vpc-connector` and
    `vpc-connector-REGION-NAME`."""
    own = {str(group.get("name", "")) for group in network.get("security_groups", [])}
    names = [str(way.get("name", "")) for way in network.get("egress", []) if way.get("kind") == "connector"]
    return own | {_CONNECTOR for _ in names} | {f"{_CONNECTOR}:{name.rsplit('/', 1)[-1]}" for name in names}


def _short_tag(tag: str) -> str:
    """A tag; of one for a single connector the name alone: a region is two words, as in europe-west1."""
    named = tag.removeprefix(f"{_CONNECTOR}-")
    return f"{_CONNECTOR}:{named.split('-', 2)[-1]}" if named != tag else tag
