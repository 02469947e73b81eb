"""Lists of a whole region that tell something about its functions: each is asked once a reading, when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.aws.reach import Reach, part
from inventory.facts import Unread

Json = Any
ByFunction = dict[str, Json] | Unread


def of_function(swept: ByFunction, arn: str, none: Json) -> Json:
    """A function's part of a sweep, or why the sweep could not be made."""
    return swept if isinstance(swept, Unread) else swept.get(arn, none)


def unqualified(arn: Json) -> str:
    """A function's ARN without alias or version; "" for what is no function ARN."""
    parts = str(arn).split(":")
    return ":".join(parts[:7]) if len(parts) >= 7 and parts[5] == "function" else ""


def sources(reach: Reach) -> ByFunction:
    """Event source mappings by function."""
    swept: ByFunction = reach.once("sources", lambda: part(_sources, reach))
    return swept


def _sources(reach: Reach) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for mapping in reach.entries("lambda", "ListEventSourceMappings", "EventSourceMappings"):
        if isinstance(mapping, dict):
            found.setdefault(unqualified(mapping.get("FunctionArn")), []).append(mapping)
    return found


def tags(reach: Reach) -> ByFunction:
    """Tags by function: lists of {Key, Value}; only what has or had tags is in the answer."""
    swept: ByFunction = reach.once("tags", lambda: part(_tags, reach))
    return swept


def _tags(reach: Reach) -> dict[str, Json]:
    listed = reach.entries(
        "resourcegroupstaggingapi", "GetResources", "ResourceTagMappingList", send="PaginationToken",
        take="PaginationToken", ResourceTypeFilters=["lambda:function"], ResourcesPerPage=100,
    )  # fmt: skip
    return {str(entry.get("ResourceARN")): entry.get("Tags") for entry in listed if isinstance(entry, dict)}


def signing(reach: Reach) -> ByFunction:
    """Code signing configurations by function."""
    swept: ByFunction = reach.once("signing", lambda: part(_signing, reach))
    return swept


def _signing(reach: Reach) -> dict[str, Json]:
    found = {}
    for config in reach.entries("lambda", "ListCodeSigningConfigs", "CodeSigningConfigs"):
        arn = config.get("CodeSigningConfigArn")
        for function in reach.entries(
            "lambda", "ListFunctionsByCodeSigningConfig", "FunctionArns", CodeSigningConfigArn=arn
        ):
            found[unqualified(function)] = config
    return found


def keys(reach: Reach, arns: list[str]) -> dict[str, Json]:
    """What KMS says of each key: its metadata, None when there is no such key, or why it was not read."""
    return {arn: reach.once(("key", arn), lambda arn=arn: part(_key, reach, arn)) for arn in arns}  # type: ignore[misc]


def _key(reach: Reach, arn: str) -> Json:
    answer = reach.find("kms", "DescribeKey", "KeyMetadata", KeyId=arn)
    return answer and answer["KeyMetadata"]


def log_group(reach: Reach, name: str, sweep: bool) -> Json:
    """A log group by its name, None when there is none; `sweep` reads all groups of functions at once."""
    if sweep and name.startswith("/aws/lambda/"):
        groups = reach.once("log groups", lambda: part(_log_groups, reach, "/aws/lambda/"))
    else:
        groups = reach.once(("log group", name), lambda: part(_log_groups, reach, name))
    return groups if isinstance(groups, Unread) else groups.get(name)


def _log_groups(reach: Reach, prefix: str) -> Mapping[str, Json]:
    groups = reach.entries(
        "logs", "DescribeLogGroups", "logGroups", send="nextToken", take="nextToken", logGroupNamePrefix=prefix
    )
    return {str(group.get("logGroupName")): group for group in groups if isinstance(group, dict)}
