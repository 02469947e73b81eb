"""Just the functions that an event named, as deep as a first reading: what is asked of a region stays small.

Two lists of a whole region are asked per function here: event sources and tags. The others (gateways, code signing) are
short, and stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from collectors.provider import Memory, Raw, Unsettled
from collectors.providers.aws.fetch.functions import one
from collectors.providers.aws.fetch.plan import Plan
from collectors.providers.aws.reach import Reach, part
from collectors.providers.aws.session import AwsSession

Json = Any


def functions(names: Sequence[str]) -> Callable[[AwsSession, str, Memory], Iterator[Raw]]:
    """A listing of event functions by their ARNs; one that AWS does not know yields nothing.

    One that Lambda is still changing is left out, and Unsettled raised when the others are told.
    """

    def read(session: AwsSession, scope: str, memory: Memory) -> Iterator[Raw]:
        reach = session.reach(scope)
        asked = (reach.find("lambda", "GetFunctionConfiguration", "FunctionName", FunctionName=arn) for arn in names)
        known = [function for function in asked if function]
        found = [function for function in known if not _in_progress(function)]
        plan = reach.once("plan", lambda: Plan(memory, reach.account, reach.region, len(found)))
        arns = [str(function.get("FunctionArn")) for function in found]
        reach.once("sources", lambda: part(_sources, reach, arns))
        reach.once("tags", lambda: part(_tags, reach, arns))
        for function in found:
            yield one(reach, plan, function)
        if len(found) < len(known):
            raise Unsettled("Lambda is still making the change.", call="lambda:GetFunctionConfiguration")

    return read


def _in_progress(function: Json) -> bool:
    return bool(function.get("LastUpdateStatus") == "InProgress" or function.get("State") == "Pending")


def _sources(reach: Reach, arns: Sequence[str]) -> dict[str, Json]:
    return {
        arn: reach.entries("lambda", "ListEventSourceMappings", "EventSourceMappings", FunctionName=arn) for arn in arns
    }


def _tags(reach: Reach, arns: Sequence[str]) -> dict[str, Json]:
    listed = reach.entries(
        "resourcegroupstaggingapi", "GetResources", "ResourceTagMappingList", send="PaginationToken",
        take="PaginationToken", ResourceARNList=list(arns),
    )  # fmt: skip
    return {str(entry.get("ResourceARN")): entry.get("Tags") for entry in listed if isinstance(entry, dict)}
