"""The part of EC2 (API 2016-11-15) that tells where functions can reach."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService, Operation
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.accounts import EMPTY_REGION, ENABLED_REGIONS, OPTED_OUT
from collectors.sandbox.estate.aws.network import Network

Wire = dict[str, Any]


@dataclass(frozen=True)
class Description:
    """One Describe call: `key` wraps the answer, `id` names each thing, `ids` is the parameter that chooses by it,
    `filters` says where the value of a filter stands (steps into lists go through every member)."""

    key: str
    id: str
    ids: str
    things: Callable[[Network], list[Wire]]
    filters: Mapping[str, str]
    most: int = 1000

    def answer(self, asked: Asked) -> Wire:
        things = [] if asked.region == EMPTY_REGION else self.things(Network(asked.account, asked.region))
        things = self._chosen(things, asked.several(self.ids))
        for wanted in asked.several("Filter"):
            way = self.filters.get(wanted["Name"])
            if way is None:
                raise Refused(f"The filter '{wanted['Name']}' is invalid", code="InvalidParameterValue")
            things = [thing for thing in things if _values(thing, way.split(".")) & set(wanted["Value"])]
        page, following = asked.page(asked.state.in_turn(things), "NextToken", "MaxResults", self.most, self.most)
        return {self.key: page, "nextToken": following}

    def _chosen(self, things: list[Wire], ids: Sequence[str]) -> list[Wire]:
        lost = set(ids) - {thing[self.id] for thing in things}
        if lost:
            code = f"Invalid{self.ids.removesuffix('Id')}ID.NotFound"
            raise Refused(f"The ID '{sorted(lost)[0]}' does not exist", code=code)
        return [thing for thing in things if not ids or thing[self.id] in ids]


def _values(thing: Any, way: Sequence[str]) -> set[str]:
    if isinstance(thing, list):
        return {value for one in thing for value in _values(one, way)}
    if not way:
        return {str(thing).lower() if isinstance(thing, bool) else str(thing)}
    return _values(thing[way[0]], way[1:]) if way[0] in thing else set()


_VPC = {"vpc-id": "vpcId"}
_OWNED = {**_VPC, "owner-id": "ownerId"}
_DESCRIPTIONS = {
    "DescribeVpcs": Description("vpcSet", "vpcId", "VpcId", Network.vpcs, _OWNED),
    "DescribeSubnets": Description(
        "subnetSet", "subnetId", "SubnetId", Network.subnets, {**_OWNED, "subnet-id": "subnetId", "state": "state"}
    ),
    "DescribeSecurityGroups": Description(
        "securityGroupInfo",
        "groupId",
        "GroupId",
        Network.security_groups,
        {**_OWNED, "group-id": "groupId", "group-name": "groupName"},
    ),
    "DescribeRouteTables": Description(
        "routeTableSet",
        "routeTableId",
        "RouteTableId",
        Network.route_tables,
        {**_OWNED, "association.subnet-id": "associationSet.subnetId", "association.main": "associationSet.main"},
        most=100,
    ),
    "DescribeVpcEndpoints": Description(
        "vpcEndpointSet",
        "vpcEndpointId",
        "VpcEndpointId",
        Network.endpoints,
        {**_OWNED, "service-name": "serviceName"},
    ),
    "DescribeNatGateways": Description(
        "natGatewaySet",
        "natGatewayId",
        "NatGatewayId",
        Network.nat_gateways,
        {**_VPC, "subnet-id": "subnetId", "state": "state"},
    ),
    "DescribeInternetGateways": Description(
        "internetGatewaySet",
        "internetGatewayId",
        "InternetGatewayId",
        Network.internet_gateways,
        {"attachment.vpc-id": "attachmentSet.vpcId"},
    ),
    "DescribeNetworkAcls": Description(
        "networkAclSet",
        "networkAclId",
        "NetworkAclId",
        Network.network_acls,
        {**_OWNED, "association.subnet-id": "associationSet.subnetId"},
    ),
    "DescribeManagedPrefixLists": Description(
        "prefixListSet",
        "prefixListId",
        "PrefixListId",
        Network.prefix_lists,
        {"owner-id": "ownerId", "prefix-list-name": "prefixListName", "prefix-list-id": "prefixListId"},
        most=100,
    ),
}


def get_managed_prefix_list_entries(asked: Asked) -> Wire:
    wanted = asked.text("PrefixListId")
    entries = Network(asked.account, asked.region).prefix_list_entries(wanted)
    if entries is None:
        raise Refused(f"The prefix list ID '{wanted}' does not exist", code="InvalidPrefixListID.NotFound")
    page, following = asked.page(entries, "NextToken", "MaxResults", 100, 100)
    return {"entrySet": page, "nextToken": following}


def describe_regions(asked: Asked) -> Wire:
    regions = dict.fromkeys(ENABLED_REGIONS, "opt-in-not-required")
    if asked.text("AllRegions") == "true":
        regions[OPTED_OUT] = "not-opted-in"
    named = asked.several("RegionName") or list(regions)
    return {
        "regionInfo": [
            {"regionName": name, "regionEndpoint": f"ec2.{name}.amazonaws.com", "optInStatus": regions[name]}
            for name in asked.state.in_turn(list(regions))
            if name in named
        ]
    }


_OPERATIONS: dict[str, Operation] = {name: description.answer for name, description in _DESCRIPTIONS.items()}
EC2 = AwsService(
    name="ec2",
    scope="ec2",
    protocol="ec2",
    namespace="http://ec2.amazonaws.com/doc/2016-11-15/",
    operations={
        **_OPERATIONS,
        "GetManagedPrefixListEntries": get_managed_prefix_list_entries,
        "DescribeRegions": describe_regions,
    },
)
