"""Web functions of a region, with their endpoints and the revisions that get traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.provider import Memory, Raw
from collectors.providers.aws.fetch import network
from collectors.providers.aws.fetch.functions import region_plan
from collectors.providers.aws.reach import Reach, part
from collectors.providers.aws.session import AwsSession
from inventory.facts import Unread

Json = Any

_PAGING = {"send": "nextToken", "take": "nextToken"}


def web_functions(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
    """Every web function; those that changed, are named in the log or are due with everything that hangs on them."""
    reach = session.reach(scope)
    for page in reach.pages("lambda-web", "ListWebFunctions", "functions", **_PAGING):
        for function in page:
            yield _one(reach, memory, function)


def _one(reach: Reach, memory: Memory, function: Json) -> Raw:
    raw: dict[str, Json] = {"account": reach.account, "region": reach.region, "function": function}
    if not isinstance(function, dict) or not isinstance(function.get("functionName"), str):
        return raw
    name, arn = function["functionName"], str(function.get("functionArn"))
    if not region_plan(reach, memory).core({"FunctionArn": arn, "RevisionId": str(function.get("updatedAt") or "")}):
        return raw
    endpoints = part(reach.entries, "lambda-web", "ListWebFunctionEndpoints", "endpoints", functionName=name, **_PAGING)
    revisions = part(_revisions, reach, name, endpoints)
    return raw | {
        "endpoints": endpoints,
        "revisions": revisions,
        "policy": part(reach.find, "lambda-web", "GetResourcePolicy", resourceArn=arn),
        "tags": part(_tags, reach, arn),
        "connectors": _connectors(reach, revisions),
    }


def _tags(reach: Reach, arn: str) -> Json:
    """The tags of a web function; the older call answers for every kind of Lambda resource."""
    newer = reach.either(
        lambda: reach.find("lambda-web", "ListTags", "tags", resource=arn),
        lambda: reach.find("lambda", "ListTags", "Tags", Resource=arn),
    )
    return newer and (newer.get("tags") or newer.get("Tags") or {})


def _revisions(reach: Reach, name: str, endpoints: Json) -> list[Json]:
    """The revisions that endpoints send traffic to; the newest one where no endpoint names any."""
    listed = [entry for entry in endpoints if isinstance(entry, dict)] if isinstance(endpoints, list) else []
    live = {
        weight["revisionId"]
        for endpoint in listed
        for weight in endpoint.get("revisionWeights") or ()
        if isinstance(weight, dict) and weight.get("revisionId")
    }
    if not live:
        known = reach.entries("lambda-web", "ListWebFunctionRevisions", "revisions", functionName=name, **_PAGING)
        newest = sorted(known, key=lambda revision: str(revision.get("createdAt")))[-1:]
        live = {revision["revisionId"] for revision in newest if revision.get("revisionId")}
    found = [
        reach.find("lambda-web", "GetWebFunctionRevision", "revisionId", functionName=name, revisionId=revision)
        for revision in sorted(live)
    ]
    return [revision for revision in found if revision]


def _connectors(reach: Reach, revisions: list[Json] | Unread) -> dict[str, Json]:
    """The network connectors through which revisions reach out, each with what surrounds its subnets."""
    wanted = {
        str(connector)
        for revision in (revisions if isinstance(revisions, list) else [])
        if (connector := (revision.get("serviceConfig") or {}).get("egressNetworkConnectorArn"))
    }
    return {
        arn: reach.once(("connector", arn), lambda arn=arn: part(_connector, reach, arn))  # type: ignore[misc]
        for arn in sorted(wanted)
    }


def _connector(reach: Reach, arn: str) -> Json:
    connector = reach.find("lambda-core", "GetNetworkConnector", "Arn", Identifier=arn)
    if connector is None:
        return None
    placement = _placement(reach, connector)
    return {"connector": connector, "surroundings": network.surroundings(reach, placement) if placement else None}


def _placement(reach: Reach, connector: Mapping[str, Json]) -> dict[str, Json] | None:
    """Where the connector stands, in the words of a function's VpcConfig; its VPC is known from its subnets only."""
    egress = (connector.get("Configuration") or {}).get("VpcEgressConfiguration") or {}
    subnets = [subnet for subnet in egress.get("SubnetIds") or () if isinstance(subnet, str)]
    if not subnets:
        return None
    described = part(
        reach.entries, "ec2", "DescribeSubnets", "Subnets", send="NextToken", take="NextToken",
        Filters=[{"Name": "subnet-id", "Values": subnets}],
    )  # fmt: skip
    vpcs = [] if isinstance(described, Unread) else [subnet.get("VpcId") for subnet in described]
    return {"VpcId": vpcs[0] if vpcs else "", "SubnetIds": subnets, "SecurityGroupIds": egress.get("SecurityGroupIds")}
