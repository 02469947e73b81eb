"""Where a function stands and which ways lead out of there. Facts only: how far they reach is judged elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.aws.normalize import policies
from collectors.providers.aws.normalize.shapes import Unusable, boolean, mapping, number, objects, said, text, texts

Json = Any

_TARGETS = {
    "GatewayId": {"local": "local", "igw-": "internet gateway", "vgw-": "virtual private gateway", "vpce-": "endpoint"},
    "NatGatewayId": {"": "nat gateway"},
    "EgressOnlyInternetGatewayId": {"": "egress-only gateway"},
    "TransitGatewayId": {"": "transit gateway"},
    "VpcPeeringConnectionId": {"": "peering"},
    "NetworkInterfaceId": {"": "interface"},
    "InstanceId": {"": "interface"},
    "CarrierGatewayId": {"": "other"},
    "LocalGatewayId": {"": "other"},
    "CoreNetworkArn": {"": "transit gateway"},
}


def network(placement: Json, around: Json) -> Json:
    """`network` of a function: outside any VPC its traffic leaves by AWS's own way, unrestricted."""
    place = mapping(placement, "VpcConfig")
    if not text(place, "VpcId"):
        return {"attached": False, "network": "", "ipv6": False}
    return {
        "attached": True,
        "network": text(place, "VpcId"),
        "ipv6": boolean(place, "Ipv6AllowedForDualStack"),
        **surroundings(place, mapping(around, "The network")),
    }


def surroundings(place: Mapping[str, Json], around: Mapping[str, Json]) -> dict[str, Json]:
    """Subnets, security groups, ways out and endpoints around a place in a VPC; an id nobody knows stays an id."""
    tables = list(objects(around.get("routes"), "RouteTables"))
    nats = {
        text(nat, "NatGatewayId"): text(nat, "ConnectivityType") for nat in objects(around.get("nats"), "NatGateways")
    }
    described = {text(subnet, "SubnetId"): subnet for subnet in objects(around.get("subnets"), "Subnets")}
    groups = {text(group, "GroupId"): group for group in objects(around.get("groups"), "SecurityGroups")}
    lists = {
        text(one, "PrefixListId"): text(one, "PrefixListName")
        for one in objects(around.get("prefix_lists"), "PrefixLists")
    }
    subnets, ways = [], {}
    for subnet in texts(place.get("SubnetIds"), "SubnetIds"):
        table = _table_of(subnet, tables)
        subnets.append(_subnet(subnet, described.get(subnet, {}), table, _acl_of(subnet, around)))
        for way in _ways(table, nats):
            ways[str(sorted(way.items()))] = way
    return {
        "subnets": subnets,
        "security_groups": [
            _group(group, groups.get(group, {}), lists)
            for group in texts(place.get("SecurityGroupIds"), "SecurityGroupIds")
        ],
        "egress": list(ways.values()),
        "endpoints": [_endpoint(entry) for entry in objects(around.get("endpoints"), "VpcEndpoints")],
    }


def _subnet(subnet: str, described: Mapping[str, Json], table: Mapping[str, Json], acl: Json) -> Json:
    blocks = [text(entry, "Ipv6CidrBlock") for entry in objects(described.get("Ipv6CidrBlockAssociationSet"), "blocks")]
    return said(
        id=subnet,
        zone=text(described, "AvailabilityZone"),
        cidr=text(described, "CidrBlock"),
        ipv6=sorted(blocks),
        owner=text(described, "OwnerId"),
        route_table=text(table, "RouteTableId"),
        acl=acl,
        found=None if described else "missing",
    )


def _table_of(subnet: str, tables: list[Mapping[str, Json]]) -> Mapping[str, Json]:
    """The route table a subnet is tied to, else the main one of its VPC."""
    main: Mapping[str, Json] = {}
    for table in tables:
        for tie in objects(table.get("Associations"), "Associations"):
            if text(tie, "SubnetId") == subnet:
                return table
            main = table if boolean(tie, "Main") else main
    return main


def _ways(table: Mapping[str, Json], nats: Mapping[str, str]) -> Iterator[Json]:
    for route in objects(table.get("Routes"), "Routes"):
        to = (
            text(route, "DestinationCidrBlock")
            or text(route, "DestinationIpv6CidrBlock")
            or text(route, "DestinationPrefixListId")
        )
        for field, kinds in _TARGETS.items():
            target = text(route, field)
            if not target:
                continue
            via = next((kind for start, kind in kinds.items() if target.startswith(start)), "other")
            if via == "nat gateway" and nats.get(target) == "private":
                via = "private nat gateway"
            yield said(to=to, via=via, target=target, state=text(route, "State"))
            break


def _acl_of(subnet: str, around: Mapping[str, Json]) -> Json:
    """The egress entries of the network ACL around a subnet; None while it is the usual one that lets everything
    pass."""
    for acl in objects(around.get("acls"), "NetworkAcls"):
        if any(text(tie, "SubnetId") == subnet for tie in objects(acl.get("Associations"), "Associations")):
            entries = [
                said(
                    number=number(entry, "RuleNumber"),
                    action=text(entry, "RuleAction"),
                    protocol=text(entry, "Protocol"),
                    to=text(entry, "CidrBlock") or text(entry, "Ipv6CidrBlock"),
                    from_port=number(mapping(entry.get("PortRange"), "PortRange"), "From"),
                    to_port=number(mapping(entry.get("PortRange"), "PortRange"), "To"),
                )
                for entry in objects(acl.get("Entries"), "Entries")
                if boolean(entry, "Egress")
            ]
            entries.sort(key=lambda entry: (entry.get("number", 0), entry.get("to", "")))
            return None if _lets_all_pass(entries) else {"id": text(acl, "NetworkAclId"), "egress": entries}
    return None


def _lets_all_pass(entries: list[dict[str, Json]]) -> bool:
    """Whether the rules before the final refusal are just 'allow everything'."""
    before = [entry for entry in entries if entry.get("number", 0) < 32_766]
    return bool(before) and all(
        entry.get("action") == "allow" and entry.get("protocol") == "-1" and entry.get("to") in ("0.0.0.0/0", "::/0")
        for entry in before
    )


def _group(group: str, described: Mapping[str, Json], lists: Mapping[str, str]) -> Json:
    rules = [
        rule
        for permission in objects(described.get("IpPermissionsEgress"), "IpPermissionsEgress")
        for rule in _rules(permission, lists)
    ]
    rules.sort(key=lambda rule: str(sorted(rule.items())))
    return {
        "id": group,
        "egress": rules,
        **said(name=text(described, "GroupName"), found=None if described else "missing"),
    }


def _rules(permission: Mapping[str, Json], lists: Mapping[str, str]) -> Iterator[Json]:
    """One rule for each destination of a permission."""
    ports = said(
        protocol=text(permission, "IpProtocol"),
        from_port=number(permission, "FromPort"),
        to_port=number(permission, "ToPort"),
    )
    for field, key, kind in (
        ("IpRanges", "CidrIp", "cidr"),
        ("Ipv6Ranges", "CidrIpv6", "cidr"),
        ("PrefixListIds", "PrefixListId", "prefix list"),
        ("UserIdGroupPairs", "GroupId", "group"),
    ):
        for entry in objects(permission.get(field), field):
            to = text(entry, key)
            yield ports | said(to=to, kind=kind, name=lists.get(to, "") if kind == "prefix list" else "")


def _endpoint(entry: Mapping[str, Json]) -> Json:
    told = entry.get("PolicyDocument")
    try:
        policy = policies.document(told, "The endpoint's policy") if told else None
    except Unusable:
        policy = {"unreadable": "no policy document"}
    return said(
        id=text(entry, "VpcEndpointId"),
        service=text(entry, "ServiceName"),
        kind=text(entry, "VpcEndpointType"),
        state=text(entry, "State"),
        policy=policy,
    )
