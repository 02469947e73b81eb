"""From where the network lets a caller reach an Azure site.

Source: learn.microsoft.com/azure/app-service/overview-access-restrictions: rules in order of priority, the first match
decides; without a default action, rules end in an implicit deny and no rules mean open. publicNetworkAccess that is not
set means enabled, unless the site has a private endpoint. Service tags that anybody may rent an address of count as
the internet: AzureCloud is every machine of every customer, AzureFrontDoor.Backend everybody's Front Door, unless the
rule asks for the id of ours (X-Azure-FDID).
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from findings.access.surface import Reach

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
EVERY_ADDRESS = frozenset({"any", "*", "0.0.0.0/0", "::/0", "internet"})
# RFC 1918, carrier-grade NAT and loopback; ipaddress.is_private would count documentation ranges too.
PRIVATE = tuple(
    map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8"))
)
PRIVATE_SIX = ipaddress.IPv6Network("fc00::/7")
WHOLE: tuple[Network, ...] = (ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0"))


RENTED = ("azurecloud", "azurefrontdoor.backend")


@dataclass(frozen=True, slots=True)
class IpRule:
    """One entry of ipSecurityRestrictions. source: addresses, a service tag or a subnet id; narrowed: it asks for
    headers as well."""

    source: str
    allow: bool = True
    priority: int = 0
    narrowed: bool = False

    @property
    def for_rent(self) -> bool:
        """Whether it names addresses among which anybody may have one: a service tag such as AzureCloud.WestEurope."""
        tags = [part.strip().lower() for part in self.source.split(",")]
        return any(tag == one or tag.startswith(one + ".") for tag in tags for one in RENTED)

    @property
    def subnet(self) -> bool:
        """Whether it names a subnet of a virtual network."""
        return "/subnets/" in self.source.lower()

    @property
    def networks(self) -> tuple[Network, ...]:
        """The address ranges it names; empty for service tags, subnets and what cannot be read."""
        if self.source.lower() in EVERY_ADDRESS:
            return WHOLE
        try:
            return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in self.source.split(","))
        except ValueError:
            return ()


def read_ip_rules(raw: Iterable[str | Mapping[str, Any]]) -> tuple[IpRule, ...]:
    """Rules as the API lists them; a bare text is a range that is allowed."""
    return tuple(_rule(one) for one in raw)


def _rule(raw: str | Mapping[str, Any]) -> IpRule:
    if isinstance(raw, str):
        return IpRule(raw)
    return IpRule(
        source=str(raw.get("vnetSubnetResourceId") or raw.get("ipAddress") or "Any"),
        allow=str(raw.get("action") or "Allow").lower() == "allow",
        priority=int(raw.get("priority") or 0),
        narrowed=_narrows(raw.get("headers") or {}, str(raw.get("ipAddress") or "")),
    )


def _narrows(headers: Mapping[str, Any], source: str) -> bool:
    """Whether the headers that a rule asks for keep strangers out; of Front Door, only its id says whose it is."""
    asked = {name.lower() for name, values in headers.items() if values}
    return "x-azure-fdid" in asked if "azurefrontdoor" in source.lower() else bool(asked)


def reach(
    public_network_access: str | None,
    private_endpoint: bool | None,
    ip_rules: tuple[IpRule, ...] | None,
    default_action: str,
    internal_environment: bool = False,
) -> Reach:
    """The widest place a caller may come from.

    public_network_access: "Enabled", "Disabled", "" when not set, None when not read. private_endpoint: whether the
    site has one, None when not read. ip_rules: None when not read. default_action: "" when not set.
    internal_environment: the site runs in an App Service Environment with an internal load balancer.
    """
    if internal_environment:
        return Reach.INTERNAL
    if public_network_access is None:
        return Reach.UNKNOWN
    if public_network_access.lower() == "disabled":
        return Reach.CLOSED if private_endpoint is False else Reach.PRIVATE_ENDPOINT
    if public_network_access.lower() not in ("", "enabled"):
        return Reach.UNKNOWN
    if not public_network_access and private_endpoint is not False:
        return Reach.PRIVATE_ENDPOINT if private_endpoint else Reach.UNKNOWN
    if ip_rules is None:
        return Reach.UNKNOWN
    return _through_rules(ip_rules, default_action)


def _through_rules(rules: tuple[IpRule, ...], default_action: str) -> Reach:
    opens_at_end = default_action.lower() == "allow" or (not default_action and not rules)
    ordered = [*sorted(rules, key=lambda rule: rule.priority), IpRule("Any", opens_at_end)]
    allowed: list[Network] = []
    denied: list[Network] = []
    tagged = inside = False
    for rule in ordered:
        if rule.allow and rule.for_rent and not rule.narrowed:
            return Reach.INTERNET
        if rule.subnet:
            inside |= rule.allow
            continue
        if rule.narrowed or not rule.networks:
            tagged |= rule.allow
            continue
        if rule.allow:
            allowed += [one for one in rule.networks if not _within(one, denied)]
        else:
            denied += rule.networks
        if _whole(allowed):
            return Reach.INTERNET
        if all(_covers_all(denied + allowed, one.version) for one in WHOLE):
            break
    if tagged or any(not _is_private(one) for one in allowed):
        return Reach.IP_RESTRICTED
    return Reach.INTERNAL if allowed or inside else Reach.CLOSED


def _within(network: Network, others: list[Network]) -> bool:
    """Whether all of a range lies in the others together."""
    four = [one for one in others if isinstance(one, ipaddress.IPv4Network)]
    six = [one for one in others if isinstance(one, ipaddress.IPv6Network)]
    if isinstance(network, ipaddress.IPv4Network):
        return any(network.subnet_of(one) for one in ipaddress.collapse_addresses(four))
    return any(network.subnet_of(one) for one in ipaddress.collapse_addresses(six))


def _is_private(network: Network) -> bool:
    if isinstance(network, ipaddress.IPv4Network):
        return any(network.subnet_of(one) for one in PRIVATE)
    return network.subnet_of(PRIVATE_SIX)


def _whole(networks: list[Network]) -> bool:
    return any(_covers_all(networks, one.version) for one in WHOLE)


def _covers_all(networks: list[Network], version: int) -> bool:
    """Whether the ranges together are all addresses of an IP version."""
    if version == 4:
        four = [one for one in networks if isinstance(one, ipaddress.IPv4Network)]
        return any(one.prefixlen == 0 for one in ipaddress.collapse_addresses(four))
    six = [one for one in networks if isinstance(one, ipaddress.IPv6Network)]
    return any(one.prefixlen == 0 for one in ipaddress.collapse_addresses(six))
