"""From where an app is reached, where it stands and which ways lead out. Facts only: how far they reach is judged
elsewhere.

Sources: learn.microsoft.com/azure/azure-functions/functions-networking-options and /azure/app-service/
overview-vnet-integration (which traffic is routed into the network), /azure/virtual-network/ip-services/
default-outbound-access.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.azure.ids import last, plain
from collectors.providers.azure.normalize.words import flag, properties
from collectors.shapes import mapping, number, objects, said, text, texts

Json = Any

EVERYWHERE = "0.0.0.0/0"
_ANY = frozenset({"any", "*", "0.0.0.0/0", "::/0", "internet"})
_HOPS = {
    "internet": "internet", "virtualappliance": "virtual appliance", "virtualnetworkgateway": "virtual network gateway",
    "none": "dropped", "vnetlocal": "local",
}  # fmt: skip


def network(site: Json, web: Json, endpoints: Json, body: Json, group: Json, table: Json) -> Json:
    """`network`: `ingress` and `scm_ingress` are access restrictions as Azure writes them, `public_access` is Enabled,
    Disabled or "" when not set (then it is open, unless there is a private endpoint). What was not read is left out.

    `body`, `group` and `table` are the subnet's properties, its security group and its route table.
    """
    told, set_up = properties(site), mapping(web, "config/web")
    subnet = plain(told.get("virtualNetworkSubnetId"))
    environment = mapping(told.get("hostingEnvironmentProfile"), "hostingEnvironmentProfile")
    return {
        "attached": bool(subnet),
        "network": "/".join(subnet.split("/")[:9]),
        "public_access": text(told, "publicNetworkAccess") or text(set_up, "publicNetworkAccess"),
        **({} if web is None else _inbound(set_up)),
        **({} if endpoints is None else {"endpoints": [_endpoint(one) for one in objects(endpoints, "The endpoints")]}),
        **said(environment=plain(environment.get("id"))),
        **_outbound(told, set_up, subnet, (body, group, table)),
    }


def _inbound(set_up: Mapping[str, Json]) -> dict[str, Json]:
    return {
        "ingress": _restrictions(set_up, "ipSecurityRestrictions"),
        "ingress_default": text(set_up, "ipSecurityRestrictionsDefaultAction"),
        "scm_ingress": _restrictions(set_up, "scmIpSecurityRestrictions"),
        "scm_ingress_default": text(set_up, "scmIpSecurityRestrictionsDefaultAction"),
        "scm_uses_main": bool(flag(set_up, "scmIpSecurityRestrictionsUseMain")),
    }


def _restrictions(set_up: Mapping[str, Json], key: str) -> list[Json]:
    """Access restrictions with their own keys; `from` says everywhere where an allowing rule takes everybody in."""
    found = []
    for rule in objects(set_up.get(key), key):
        source = text(rule, "ipAddress") or text(rule, "vnetSubnetResourceId")
        open_to_all = text(rule, "action").lower() != "deny" and source.lower() in _ANY and not rule.get("headers")
        found.append(
            said(
                name=text(rule, "name"), ipAddress=text(rule, "ipAddress"), subnetMask=text(rule, "subnetMask"),
                vnetSubnetResourceId=plain(rule.get("vnetSubnetResourceId")), tag=text(rule, "tag"),
                action=text(rule, "action"), priority=number(rule, "priority"), headers=rule.get("headers"),
                **{"from": EVERYWHERE if open_to_all else ""},
            )
        )  # fmt: skip
    return found


def _endpoint(one: Mapping[str, Json]) -> Json:
    told = properties(one, "A private endpoint connection")
    state = mapping(told.get("privateLinkServiceConnectionState"), "privateLinkServiceConnectionState")
    return said(
        id=plain(mapping(told.get("privateEndpoint"), "privateEndpoint").get("id")) or plain(one.get("id")),
        name=text(one, "name"),
        state=text(state, "status"),
        addresses=sorted(texts(told.get("ipAddresses"), "ipAddresses")),
    )


def route_all(told: Mapping[str, Json], set_up: Mapping[str, Json]) -> bool | None:
    """Whether all outbound traffic goes into the network, in the new form (outboundVnetRouting) or the old one
    (vnetRouteAllEnabled of the site or its configuration); None when neither says."""
    routing = mapping(told.get("outboundVnetRouting"), "outboundVnetRouting")
    answers = (flag(routing, "allTraffic"), flag(routing, "applicationTraffic"), flag(told, "vnetRouteAllEnabled"),
               flag(set_up, "vnetRouteAllEnabled"))  # fmt: skip
    return True if True in answers else False if False in answers else None


def _outbound(
    told: Mapping[str, Json], set_up: Mapping[str, Json], subnet: str, around: tuple[Json, Json, Json]
) -> dict[str, Json]:
    everything = route_all(told, set_up)
    routing = mapping(told.get("outboundVnetRouting"), "outboundVnetRouting")
    if not subnet:
        return {"egress": [{"to": EVERYWHERE, "via": "platform"}]}
    body, group, table = around
    known = body is not None
    ways = list(_ways(mapping(body, "The subnet"), mapping(table, "The route table"))) if known else []
    direct = [] if everything else [{"to": EVERYWHERE, "via": "platform"}]
    return {
        "route_all": everything,
        **said(routing={key: value for key, value in routing.items() if isinstance(value, bool)}),
        "subnets": [_subnet(subnet, body)],
        "security_groups": [_group(group)] if group else [],
        "egress": direct or ways,
        **({"network_egress": ways} if direct else {}),
    }


def _subnet(subnet: str, body: Json) -> Json:
    """A subnet; `default_outbound` is None where Azure does not say: networks of before September 2025 have it."""
    if body is None:
        return {"id": subnet, "found": "missing"}
    prefix = text(body, "addressPrefix") or ", ".join(texts(body.get("addressPrefixes"), "addressPrefixes"))
    named = {key: plain(mapping(body.get(name), name).get("id")) for key, name in _NAMED.items()}
    services = [text(one, "service") for one in objects(body.get("serviceEndpoints"), "serviceEndpoints")]
    return said(id=subnet, name=last(subnet), cidr=prefix, **named, service_endpoints=sorted(services)) | {
        "default_outbound": flag(body, "defaultOutboundAccess")
    }


_NAMED = {"security_group": "networkSecurityGroup", "route_table": "routeTable", "nat_gateway": "natGateway"}


def _group(group: Mapping[str, Json]) -> Json:
    """A network security group with its outbound rules, the usual ones included, in the order in which they decide."""
    told = properties(group, "The security group")
    rules = [
        rule
        for key in ("securityRules", "defaultSecurityRules")
        for one in objects(told.get(key), key)
        for rule in _rules(one)
    ]
    rules.sort(key=lambda rule: (rule.get("priority") or 0, str(rule.get("to"))))
    return {"id": plain(group.get("id")), "name": last(text(group, "id")), "egress": rules}


def _rules(one: Mapping[str, Json]) -> Iterator[Json]:
    """One entry for each destination of an outbound rule."""
    told = properties(one, "A security rule")
    if text(told, "direction").lower() != "outbound":
        return
    single = text(told, "destinationAddressPrefix")
    several = texts(told.get("destinationAddressPrefixes"), "destinationAddressPrefixes")
    ports = texts(told.get("destinationPortRanges"), "destinationPortRanges") or [text(told, "destinationPortRange")]
    for to in several or [single]:
        yield said(
            to=EVERYWHERE if to.lower() in _ANY else to,
            name=text(one, "name") or last(text(one, "id")),
            action=text(told, "access").lower(),
            priority=number(told, "priority"),
            protocol=text(told, "protocol"),
            ports=sorted(filter(None, ports)),
            service_tag=to if to.lower() in ("internet", "*") else "",
        )


def _ways(subnet: Mapping[str, Json], table: Mapping[str, Json]) -> Iterator[Json]:
    """The ways out of a subnet: its routes; and for the rest its NAT gateway, or Azure's default outbound access."""
    default_route = False
    for one in objects(properties(table, "The route table").get("routes") if table else None, "routes"):
        told = properties(one, "A route")
        to, hop = text(told, "addressPrefix"), text(told, "nextHopType")
        default_route |= to in (EVERYWHERE, "::/0")
        yield said(
            to=to, via=_HOPS.get(hop.lower(), hop), target=text(told, "nextHopIpAddress"), name=text(one, "name")
        )
    if default_route:
        return
    nat = plain(mapping(subnet.get("natGateway"), "natGateway").get("id"))
    if nat:
        yield {"to": EVERYWHERE, "via": "nat gateway", "target": nat}
    elif flag(subnet, "defaultOutboundAccess") is not False:
        yield {"to": EVERYWHERE, "via": "default outbound access"}
