"""The detail of a function: settings that seldom change and cost one call each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.providers.aws.reach import Reach, part

Json = Any


def detail(reach: Reach, function: Mapping[str, Json]) -> dict[str, Json]:
    """At most six calls for a function without published versions, one more for one with them."""
    name = function["FunctionName"]
    versions = part(reach.entries, "lambda", "ListVersionsByFunction", "Versions", FunctionName=name)
    read = {
        "versions": versions,
        "state": _state(reach, function, versions),
        "concurrency": part(_reserved, reach, name),
        "provisioned": part(_provisioned, reach, name, versions),
        "event_invoke": part(
            reach.entries, "lambda", "ListFunctionEventInvokeConfigs", "FunctionEventInvokeConfigs", FunctionName=name
        ),
        "recursion": part(reach.find, "lambda", "GetFunctionRecursionConfig", "RecursiveLoop", FunctionName=name),
    }
    if function.get("PackageType") != "Image":
        read["runtime"] = part(reach.find, "lambda", "GetRuntimeManagementConfig", "UpdateRuntimeOn", FunctionName=name)
    if function.get("CapacityProviderConfig"):
        read["scaling"] = part(
            reach.find, "lambda", "GetFunctionScalingConfig", FunctionName=name, Qualifier="$LATEST.PUBLISHED"
        )
    return read


def _state(reach: Reach, function: Mapping[str, Json], versions: Json) -> Json:
    """The function's state, which ListFunctions leaves out: asked for unless a list told it already."""
    told = [entry for entry in versions if isinstance(entry, dict)] if isinstance(versions, list) else []
    latest = [entry for entry in told if entry.get("Version") == "$LATEST"]
    for known in (function, *latest):
        if known.get("State"):
            return {name: known.get(name) for name in _STATE if known.get(name) is not None}
    answer = part(
        reach.find, "lambda", "GetFunctionConfiguration", "FunctionName", FunctionName=function["FunctionName"]
    )
    if not isinstance(answer, dict):
        return answer
    return {name: answer[name] for name in _STATE if answer.get(name) is not None}


_STATE = (
    "State", "StateReason", "StateReasonCode", "LastUpdateStatus", "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode", "RuntimeVersionConfig",
)  # fmt: skip


def _reserved(reach: Reach, name: str) -> Json:
    """Reserved concurrency. Where the account's unreserved concurrency is its whole limit, nothing is reserved."""
    settings = reach.once("settings", lambda: part(reach.ask, "lambda", "GetAccountSettings", "AccountLimit"))
    limit: Json = settings.get("AccountLimit") if isinstance(settings, dict) else {}
    whole = limit.get("ConcurrentExecutions")
    if isinstance(whole, int) and whole == limit.get("UnreservedConcurrentExecutions"):
        return {}
    return reach.find("lambda", "GetFunctionConcurrency", FunctionName=name) or {}


def _provisioned(reach: Reach, name: str, versions: Json) -> Json:
    """Provisioned concurrency, which only published versions and aliases can have."""
    if isinstance(versions, list) and len(versions) <= 1:
        return []
    return reach.entries(
        "lambda", "ListProvisionedConcurrencyConfigs", "ProvisionedConcurrencyConfigs", FunctionName=name
    )
