"""Where an Azure function app can send traffic, from the facts around it. Pure.

Outside a network, or where only private ranges go into it, traffic to the internet leaves by the platform's own way
(learn.microsoft.com/azure/app-service/overview-vnet-integration). With all of it in the network, the subnet's security
group, its default route, NAT gateway or Azure's default outbound access decide (…/virtual-network/
network-security-groups-overview: outbound rules in order of priority, the first that fits decides).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from findings.egress import Egress, Outlet, is_private

Json = Any
_EVERYWHERE = ("0.0.0.0/0", "::/0")
_PRIVATE_TAGS = ("virtualnetwork", "azureloadbalancer", "")
#: Ways out of a subnet that reach the internet, and those to something whose own ways out are not read.
_OPEN = ("internet", "nat gateway", "default outbound access")
_ONWARD = ("virtual appliance", "virtual network gateway")


def azure_egress(network: Mapping[str, Json] | None) -> Outlet:
    """Where an app with this `network` section can send to; None (never read) is unknown."""
    if network is None:
        return Outlet(Egress.UNKNOWN, ("The network settings were not read.",))
    if not network.get("attached"):
        return Outlet(Egress.INTERNET, ("It is in no network: the platform carries its traffic anywhere.",))
    if network.get("route_all") is False:
        says = "Only traffic to private ranges goes into its network; the platform carries the rest anywhere."
        return Outlet(Egress.INTERNET, (says,))
    inside = _through_network(network)
    if network.get("route_all") is None and inside.egress is not Egress.INTERNET:
        return Outlet(Egress.UNKNOWN, ("Whether all traffic goes into its network is not said.", *inside.because))
    return inside


def _through_network(network: Mapping[str, Json]) -> Outlet:
    subnet = next(iter(network.get("subnets", [])), {"found": "missing"})
    groups = network.get("security_groups", [])
    if subnet.get("found") == "missing":
        return Outlet(Egress.UNKNOWN, ("The subnet it sends through was not readable.",))
    if subnet.get("security_group") and not groups:
        return Outlet(Egress.UNKNOWN, ("The security group of its subnet was not readable.",))
    let_out, why = _through_group(groups[0]) if groups else (Egress.INTERNET, "Its subnet has no security group.")
    if let_out is not Egress.INTERNET and let_out is not Egress.RESTRICTED:
        return Outlet(let_out, (why,))
    by_route = _by_route(network.get("network_egress") or network.get("egress", []))
    if by_route.egress is Egress.INTERNET:
        return Outlet(let_out, (why, *by_route.because))
    return Outlet(by_route.egress, (*by_route.because, why))


def _through_group(group: Mapping[str, Json]) -> tuple[Egress, str]:
    """How far the outbound rules of a security group let traffic, and by which.

    The tag Internet is everything outside the network; denying it leaves what goes to other private addresses.
    """
    name, closed = group.get("name", ""), ""
    allowed: list[str] = []
    for rule in sorted(group.get("egress", []), key=lambda rule: rule.get("priority") or 0):
        everywhere, to = rule.get("to") in _EVERYWHERE, str(rule.get("to", ""))
        if rule.get("action") == "allow" and everywhere and not closed:
            return Egress.INTERNET, f"Security group {name} lets traffic out to the internet ({rule.get('name', '')})."
        if rule.get("action") == "allow":
            allowed += ["VirtualNetwork"] if everywhere else [to] if not closed or _stays_inside(to) else []
        elif everywhere and _all_traffic(rule):
            closed = closed or f"Security group {name} denies the internet ({rule.get('name', '')})."
            if str(rule.get("service_tag", "")).lower() != "internet":
                break
    return _narrowed(allowed), closed or f"Security group {name} lets nothing out to the internet."


def _narrowed(allowed: Sequence[str]) -> Egress:
    if not allowed:
        return Egress.NONE
    return Egress.PRIVATE if all(map(_stays_inside, allowed)) else Egress.RESTRICTED


def _stays_inside(to: str) -> bool:
    return to.lower() in _PRIVATE_TAGS or is_private(to)


def _all_traffic(rule: Mapping[str, Json]) -> bool:
    """Whether a rule is about every protocol and port; a key that is not there narrows nothing."""
    return bool(rule.get("protocol", "*") == "*" and rule.get("ports", ["*"]) == ["*"])


def _by_route(ways: Sequence[Mapping[str, Json]]) -> Outlet:
    """Where the subnet's way to everywhere leads."""
    leading = [way for way in ways if way.get("to") in _EVERYWHERE]
    for way in leading:
        if way.get("via") in _OPEN:
            return Outlet(
                Egress.INTERNET, (f"Its subnet leads out by {way['via']} {way.get('target', '')}".strip() + ".",)
            )
    for way in leading:
        if way.get("via") in _ONWARD:
            says = f"All traffic goes on to a {way['via']} {way.get('target', '')}".strip()
            return Outlet(Egress.UNKNOWN, (f"{says}, whose own ways out are not read here.",))
    return Outlet(Egress.PRIVATE, ("No way leads from its subnet to the internet.",))
