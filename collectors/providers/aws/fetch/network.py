"""The surroundings of functions that stand in a VPC; each subnet, group and VPC is asked for once a reading."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from collectors.providers.aws.reach import Reach, part

Json = Any

#: EC2 takes at most 200 values in one filter.
FILTER_VALUES = 200


def surroundings(reach: Reach, placement: Json) -> Json:
    """Subnets, groups, route tables, network ACLs, endpoints and NAT gateways around a function; None outside any
    VPC."""
    if not isinstance(placement, dict) or not placement.get("VpcId"):
        return None
    return part(_surroundings, reach, placement)


def _surroundings(reach: Reach, placement: dict[str, Json]) -> dict[str, Json]:
    subnets, groups = _ids(placement.get("SubnetIds")), _ids(placement.get("SecurityGroupIds"))
    vpc = str(placement["VpcId"])
    found = {
        "subnets": _named(reach, "DescribeSubnets", "Subnets", "subnet-id", "SubnetId", subnets),
        "groups": _named(reach, "DescribeSecurityGroups", "SecurityGroups", "group-id", "GroupId", groups),
        **reach.once(("vpc", vpc), lambda: _of_vpc(reach, vpc)),
    }
    return found | {"prefix_lists": _prefix_lists(reach, found["groups"])}


def _ids(given: Json) -> list[str]:
    return [entry for entry in given if isinstance(entry, str)] if isinstance(given, list) else []


def _named(reach: Reach, operation: str, key: str, filtered: str, id_key: str, ids: list[str]) -> list[Json]:
    """Things by id, through a filter: an id that no longer exists must not cost us the others."""
    asked = tuple(sorted(set(ids)))
    listed: list[Json] = reach.once(
        (operation, asked), lambda: _filtered(reach, operation, key, filtered, asked) if asked else []
    )
    return [entry for entry in listed if isinstance(entry, dict) and entry.get(id_key) in asked]


def _filtered(reach: Reach, operation: str, key: str, name: str, values: Iterable[str]) -> list[Json]:
    wanted = list(values)
    return [
        entry
        for start in range(0, len(wanted), FILTER_VALUES)
        for entry in reach.entries(
            "ec2", operation, key, send="NextToken", take="NextToken",
            Filters=[{"Name": name, "Values": wanted[start : start + FILTER_VALUES]}],
        )
    ]  # fmt: skip


def _of_vpc(reach: Reach, vpc: str) -> dict[str, Json]:
    return {
        "routes": _filtered(reach, "DescribeRouteTables", "RouteTables", "vpc-id", [vpc]),
        "acls": _filtered(reach, "DescribeNetworkAcls", "NetworkAcls", "vpc-id", [vpc]),
        "endpoints": _filtered(reach, "DescribeVpcEndpoints", "VpcEndpoints", "vpc-id", [vpc]),
        "nats": reach.entries(
            "ec2", "DescribeNatGateways", "NatGateways", send="NextToken", take="NextToken",
            Filter=[{"Name": "vpc-id", "Values": [vpc]}],
        ),
    }  # fmt: skip


def _prefix_lists(reach: Reach, groups: list[Json]) -> list[Json]:
    """The prefix lists that the groups' rules speak of; they only add names, so that we can do without."""
    wanted = {
        str(entry.get("PrefixListId"))
        for group in groups
        for rule in group.get("IpPermissionsEgress") or ()
        for entry in rule.get("PrefixListIds") or ()
    }
    asked = sorted(wanted)
    if not asked:
        return []
    found = reach.once(
        ("prefix lists", *asked),
        lambda: part(
            reach.entries, "ec2", "DescribeManagedPrefixLists", "PrefixLists", send="NextToken", take="NextToken",
            PrefixListIds=asked,
        ),
    )  # fmt: skip
    return found if isinstance(found, list) else []
