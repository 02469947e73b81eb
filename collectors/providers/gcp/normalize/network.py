"""Which ways lead out of a function, and from where calls may come. Facts only: their reach is judged elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.gcp.normalize.seen import Seen
from collectors.providers.gcp.way_out import WayOut, way_out
from collectors.shapes import mapping, number, objects, said, text, texts
from inventory.facts import Unread

Json = Any

#: The route that leads to the internet, if an instance has an address or its region a NAT.
_INTERNET_GATEWAY = "/global/gateways/default-internet-gateway"
_DEFAULT_ROUTES = ("0.0.0.0/0", "::/0")


def network(one: Seen) -> Json:
    """`network`: outside a VPC all traffic leaves by Google's own way; within, what is not for private ranges may.

    `egress` entries: {kind: internet, connector or direct vpc; setting; name}. `ingress`: {setting, of} in the cloud's
    words, of the function or of the Cloud Run service. `detail` has the connector, and of a full tunnel (all traffic
    through the VPC) what the network lets out: `routes`, `nats`, `rules`; a part that is missing was not readable.
    """
    _check(one)
    way = way_out(one.raw, one.project, one.location)
    around = mapping(one.raw.get("network"), "The network")
    attached = bool(way.connector or way.network or text(mapping(one.raw.get("first"), "first"), "network"))
    found = {
        "attached": attached,
        "network": _short(str(around.get("network") or way.network)),
        "egress": list(_egress(way)),
        "ingress": list(_ingress(one)),
    }
    if way.subnetwork:
        found["subnets"] = [{"id": way.subnetwork}]
    if way.tags:
        found["security_groups"] = [{"id": f"tag {tag}", "name": tag} for tag in way.tags]
    detail = said(connector=_connector(around.get("connector")), **_compute(around, one.location, way))
    return found | ({"detail": detail} if detail else {})


def _check(one: Seen) -> None:
    """Raise Unusable for a setting of the wrong type: it may not read as "no connector"."""
    for holder in (one.config, one.first):
        for key in ("vpcConnector", "vpcConnectorEgressSettings", "directVpcEgress", "network"):
            text(holder, key)
    access = mapping(one.template.get("vpcAccess"), "vpcAccess")
    text(access, "connector")
    text(access, "egress")
    list(objects(access.get("networkInterfaces"), "networkInterfaces"))


def _egress(way: WayOut) -> Iterator[Json]:
    if way.connector:
        yield said(kind="connector", name=way.connector, setting=way.egress)
    elif way.network or way.subnetwork:
        yield said(kind="direct vpc", name=way.network or way.subnetwork, setting=way.egress)
    if not way.is_full_tunnel:
        yield {"kind": "internet", "setting": "direct"}


def _ingress(one: Seen) -> Iterator[Json]:
    setting = text(one.config, "ingressSettings") or text(one.first, "ingressSettings")
    if one.kind != "run":
        yield {"setting": setting or "ALLOW_ALL", "of": "function"}
    if one.service:
        yield {"setting": text(one.service, "ingress") or "INGRESS_TRAFFIC_ALL", "of": "service"}


def _connector(told: Json) -> Json:
    """A connector that is known; one that the list does not hold any more is missing."""
    if isinstance(told, Unread) or told is None:
        return None
    subnet = mapping(told.get("subnet"), "subnet")
    return said(
        name=text(told, "name"),
        state=text(told, "state"),
        network=text(told, "network"),
        range=text(told, "ipCidrRange"),
        subnet=text(subnet, "name"),
        subnet_project=text(subnet, "projectId"),
        connected_projects=sorted(texts(told.get("connectedProjects"), "connectedProjects")),
    )


def _compute(around: Mapping[str, Json], location: str, way: WayOut) -> dict[str, Json]:
    """What the network of a full tunnel lets out; lists that were refused are left out."""
    compute = mapping(around.get("compute"), "compute")
    wanted = _short(str(around.get("network") or way.network))
    if not compute or not wanted:
        return {}
    told: dict[str, Json] = {}
    if not isinstance(compute.get("routes"), Unread):
        told["routes"] = {"internet": any(_leads_out(route, wanted) for route in objects(compute["routes"], "routes"))}
    if not isinstance(compute.get("routers"), Unread):
        told["nats"] = {"names": sorted(_nats(compute["routers"], wanted, location))}
    if not isinstance(compute.get("firewalls"), Unread):
        rules = [_rule(rule) for rule in objects(compute["firewalls"], "firewalls") if _is_egress(rule, wanted)]
        told["rules"] = {"egress": sorted(rules, key=lambda rule: (rule.get("priority", 0), str(rule)))}
    return told


def _leads_out(route: Mapping[str, Json], network_name: str) -> bool:
    return (
        _short(text(route, "network")) == network_name
        and text(route, "destRange") in _DEFAULT_ROUTES
        and text(route, "nextHopGateway").endswith(_INTERNET_GATEWAY)
    )


def _nats(routers: Json, network_name: str, location: str) -> Iterator[str]:
    for router in objects(routers, "routers"):
        if _short(text(router, "network")) == network_name and _short(text(router, "region")) == location:
            for nat in objects(router.get("nats"), "nats"):
                yield f"{text(router, 'name')}/{text(nat, 'name')}"


def _is_egress(rule: Mapping[str, Json], network_name: str) -> bool:
    on = _short(text(rule, "network")) == network_name
    return on and text(rule, "direction") == "EGRESS" and not rule.get("disabled")


def _rule(rule: Mapping[str, Json]) -> dict[str, Json]:
    effect = "deny" if rule.get("denied") else "allow"
    return said(
        name=text(rule, "name"),
        priority=number(rule, "priority"),
        effect=effect,
        to=sorted(texts(rule.get("destinationRanges"), "destinationRanges")) or ["0.0.0.0/0"],
        tags=sorted(texts(rule.get("targetTags"), "targetTags")),
        ports=[
            said(protocol=text(entry, "IPProtocol"), ports=texts(entry.get("ports"), "ports"))
            for entry in objects(rule.get("denied") or rule.get("allowed"), "ports")
        ],
    )


def _short(address: str) -> str:
    """The last part of a resource's address: networks go by name, path and full address."""
    return address.rsplit("/", 1)[-1]
