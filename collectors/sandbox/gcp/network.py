"""What functions reach through a VPC: Serverless VPC Access (v1) and the parts of Compute Engine (v1) that decide."""

from collections.abc import Sequence

from collectors.sandbox.estate.gcp.cast_power import CLOSED_NETWORK, CONNECTOR
from collectors.sandbox.estate.gcp.organisation import BELGIUM, DATA, FRANKFURT, IOWA, SHOP
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.words import missing
from collectors.sandbox.rest import Route, Wire

OPEN_NETWORK = "core-vpc"
_COMPUTE = "https://www.googleapis.com/compute/v1/projects"
_CONNECTORS = ((SHOP, BELGIUM, OPEN_NETWORK), (DATA, BELGIUM, OPEN_NETWORK))
_NETWORKS = {SHOP: (OPEN_NETWORK, CLOSED_NETWORK), DATA: (OPEN_NETWORK,)}


def list_connectors(asked: Asked) -> Wire:
    project = asked.project
    found = [
        _connector(project.id, location, network)
        for owner, location, network in _CONNECTORS
        if owner == project.id and asked.here(project, location)
    ]
    return asked.page("connectors", found)


def get_connector(asked: Asked) -> Wire:
    project, location, name = asked.project, asked.location, asked.places["name"]
    for owner, where, network in _CONNECTORS:
        if (owner, where, CONNECTOR) == (project.id, location, name):
            return _connector(owner, where, network)
    raise missing(f"projects/{project.id}/locations/{location}/connectors/{name}")


def _connector(project: str, location: str, network: str) -> Wire:
    return {
        "name": f"projects/{project}/locations/{location}/connectors/{CONNECTOR}",
        "network": network,
        "ipCidrRange": "10.8.0.0/28",
        "state": "READY",
        "minThroughput": 200,
        "maxThroughput": 300,
        "machineType": "e2-micro",
        "minInstances": 2,
        "maxInstances": 3,
        "connectedProjects": [project],
    }


def _network(project: str, name: str) -> str:
    return f"{_COMPUTE}/{project}/global/networks/{name}"


def list_firewalls(asked: Asked) -> Wire:
    """The closed network lets only private ranges out; the other has no rule, so everything may leave."""
    project = asked.project.id
    rules: list[Wire] = []
    if CLOSED_NETWORK in _NETWORKS.get(project, ()):
        inside = {
            "destinationRanges": ["10.0.0.0/8", "199.36.153.4/30"],
            "allowed": [{"IPProtocol": "tcp", "ports": ["443"]}],
        }
        outside = {"destinationRanges": ["0.0.0.0/0"], "denied": [{"IPProtocol": "all"}]}
        rules = [
            _rule(project, "closed-allow-private", 1000, inside),
            _rule(project, "closed-deny-egress", 65000, outside),
        ]
    return _compute(asked, "firewallList", rules)


def _rule(project: str, name: str, priority: int, what: Wire) -> Wire:
    shared = {"kind": "compute#firewall", "name": name, "network": _network(project, CLOSED_NETWORK)}
    return {**shared, "priority": priority, "direction": "EGRESS", "disabled": False, **what}


def list_routes(asked: Asked) -> Wire:
    project = asked.project.id
    told = [
        {
            "kind": "compute#route",
            "name": f"default-route-{network}",
            "network": _network(project, network),
            "destRange": "0.0.0.0/0",
            "priority": 1000,
            "nextHopGateway": f"{_COMPUTE}/{project}/global/gateways/default-internet-gateway",
        }
        for network in _NETWORKS.get(project, ())
        if network == OPEN_NETWORK
    ]
    return _compute(asked, "routeList", told)


def list_networks(asked: Asked) -> Wire:
    project = asked.project.id
    told = [
        {"kind": "compute#network", "name": name, "selfLink": _network(project, name), "autoCreateSubnetworks": False}
        for name in _NETWORKS.get(project, ())
    ]
    return _compute(asked, "networkList", told)


def _compute(asked: Asked, kind: str, things: Sequence[Wire]) -> Wire:
    size = asked.number("maxResults", 0) or 500
    told = asked.page("items", things, default=size)
    return {"kind": f"compute#{kind}", "id": f"projects/{asked.project.id}", **told}


def list_routers(asked: Asked) -> Wire:
    """Of all regions, by region; where there is none, Compute Engine says so in a warning."""
    project, told = asked.project.id, dict[str, Wire]()
    for region in (BELGIUM, FRANKFURT, IOWA):
        has = region == BELGIUM and OPEN_NETWORK in _NETWORKS.get(project, ())
        warning = {"code": "NO_RESULTS_ON_PAGE", "message": f"There are no results for scope 'regions/{region}'"}
        told[f"regions/{region}"] = {"routers": [_router(project, region)]} if has else {"warning": warning}
    return {"kind": "compute#routerAggregatedList", "id": f"projects/{project}", "items": told}


def _router(project: str, region: str) -> Wire:
    nat = {
        "name": "core-nat",
        "natIpAllocateOption": "AUTO_ONLY",
        "sourceSubnetworkIpRangesToNat": "ALL_SUBNETWORKS_ALL_IP_RANGES",
    }
    shared = {
        "kind": "compute#router",
        "name": "core-router",
        "network": _network(project, OPEN_NETWORK),
        "nats": [nat],
    }
    return {**shared, "region": f"{_COMPUTE}/{project}/regions/{region}"}


_AT, _IN = "/v1/projects/{project}/locations/{location}", "/compute/v1/projects/{project}"
ROUTES = (
    Route("GET", f"{_AT}/connectors", "vpcaccess", "ListConnectors", list_connectors, "vpcaccess.connectors.list"),
    Route("GET", f"{_AT}/connectors/{{name}}", "vpcaccess", "GetConnector", get_connector, "vpcaccess.connectors.get"),
    Route("GET", f"{_IN}/global/firewalls", "compute", "ListFirewalls", list_firewalls, "compute.firewalls.list"),
    Route("GET", f"{_IN}/global/routes", "compute", "ListRoutes", list_routes, "compute.routes.list"),
    Route("GET", f"{_IN}/global/networks", "compute", "ListNetworks", list_networks, "compute.networks.list"),
    Route("GET", f"{_IN}/aggregated/routers", "compute", "ListRouters", list_routers, "compute.routers.list"),
)
