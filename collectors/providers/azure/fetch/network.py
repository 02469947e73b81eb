"""The surroundings of apps that are integrated into a virtual network: subnet, security group, routes.

Resource Graph tells of all at once, also where the network is another subscription's; the rest is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from collectors.provider import attempt
from collectors.providers.azure.fetch import sweeps
from collectors.providers.azure.ids import is_resource, plain
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import ROUTE_TABLE, SECURITY_GROUP, SUBNET, Route
from inventory.facts import Unread

Json = Any


def surroundings(reach: Reach, rows: Iterable[Mapping[str, Json]]) -> dict[str, Json]:
    """By subnet id: {id, subnet, security_group, route_table}, each of them None where there is none, or unread."""
    wanted = {found for row in rows if (found := _subnet_of(row))}
    networks = sweeps.resources(reach, [_network_of(subnet) for subnet in wanted])
    subnets = {plain(subnet): _subnet(reach, subnet, networks.get(plain(_network_of(subnet)))) for subnet in wanted}
    named = [_named(body, key) for body in subnets.values() for key in ("networkSecurityGroup", "routeTable")]
    known = sweeps.resources(reach, [one for one in named if one])
    return {
        subnet: {
            "id": subnet,
            "subnet": body,
            "security_group": _part(reach, known, _named(body, "networkSecurityGroup"), SECURITY_GROUP),
            "route_table": _part(reach, known, _named(body, "routeTable"), ROUTE_TABLE),
        }
        for subnet, body in subnets.items()
    }


def _subnet_of(row: Mapping[str, Json]) -> str:
    subnet = sweeps.properties(row).get("virtualNetworkSubnetId")
    return str(subnet) if is_resource(subnet) else ""


def _network_of(subnet: str) -> str:
    return "/".join(subnet.split("/")[:9])


def _subnet(reach: Reach, subnet: str, network: Json) -> Json:
    """A subnet's properties, out of its network or asked for by itself."""
    for one in sweeps.objects(sweeps.properties(network).get("subnets")):
        if plain(one.get("id")) == plain(subnet) and isinstance(one.get("properties"), dict):
            return one["properties"]
    answer = attempt(reach.ask, SUBNET, subnet=subnet)
    return answer if isinstance(answer, Unread) else answer["properties"]


def _named(body: Json, key: str) -> str:
    held = body.get(key) if isinstance(body, dict) else None
    found = held.get("id") if isinstance(held, dict) else None
    return str(found) if is_resource(found) else ""


def _part(reach: Reach, known: Mapping[str, Json], wanted: str, route: Route) -> Json:
    """What a subnet names; None when it names nothing."""
    if not wanted:
        return None
    row = known.get(plain(wanted))
    if isinstance(row, dict) and isinstance(row.get("properties"), dict):
        return {"id": plain(wanted), "properties": row["properties"]}
    answer = reach.once((route.name, plain(wanted)), lambda: attempt(reach.ask, route, resource=wanted))
    return answer if isinstance(answer, Unread) else {"id": plain(wanted), "properties": answer["properties"]}
