"""The connection test: every kind of call tried once, on one function where a call needs one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.provider import Check, ReadFault
from collectors.providers.aws.faults import Missing
from collectors.providers.aws.permissions import FREE, PERMISSIONS, iam_action
from collectors.providers.aws.reach import Reach
from collectors.providers.aws.session import GLOBAL, AwsSession

Json = Any
Ask = Callable[[], dict[str, Json]]

_OPTIONAL = frozenset(permission.action for permission in PERMISSIONS if permission.optional)
_FIRST = {"MaxItems": 1}

#: (service, operation, the key of a good answer, parameters): account-wide calls, and calls of a region.
_GLOBAL: tuple[tuple[str, str, str, dict[str, Json]], ...] = (
    ("sts", "GetCallerIdentity", "Account", {}),
    ("ec2", "DescribeRegions", "Regions", {}),
    ("iam", "GetAccountAuthorizationDetails", "RoleDetailList", {"Filter": ["Role"], **_FIRST}),
    ("iam", "ListAccountAliases", "AccountAliases", _FIRST),
    ("cloudfront", "ListDistributions", "DistributionList", {"MaxItems": "1"}),
    ("organizations", "DescribeOrganization", "Organization", {}),
    ("organizations", "ListAccounts", "Accounts", {"MaxResults": 1}),
)
_REGION: tuple[tuple[str, str, str, dict[str, Json]], ...] = (
    ("lambda", "ListFunctions", "Functions", _FIRST),
    ("lambda", "ListEventSourceMappings", "EventSourceMappings", _FIRST),
    ("lambda", "ListCodeSigningConfigs", "CodeSigningConfigs", _FIRST),
    ("lambda", "ListLayers", "Layers", _FIRST),
    ("lambda", "GetAccountSettings", "AccountLimit", {}),
    ("lambda-web", "ListWebFunctions", "functions", {"maxResults": 1}),
    (
        "resourcegroupstaggingapi",
        "GetResources",
        "ResourceTagMappingList",
        {"ResourceTypeFilters": ["lambda:function"]},
    ),
    ("logs", "DescribeLogGroups", "logGroups", {"logGroupNamePrefix": "/aws/lambda/", "limit": 1}),
    ("ec2", "DescribeSecurityGroups", "SecurityGroups", {"MaxResults": 5}),
    ("ec2", "DescribeSubnets", "Subnets", {"MaxResults": 5}),
    ("ec2", "DescribeRouteTables", "RouteTables", {"MaxResults": 5}),
    ("ec2", "DescribeNetworkAcls", "NetworkAcls", {"MaxResults": 5}),
    ("ec2", "DescribeVpcEndpoints", "VpcEndpoints", {"MaxResults": 5}),
    ("ec2", "DescribeNatGateways", "NatGateways", {"MaxResults": 5}),
    ("apigatewayv2", "GetApis", "items", {"MaxResults": "1"}),
    ("elbv2", "DescribeTargetGroups", "TargetGroups", {"PageSize": 1}),
    ("cloudwatch", "DescribeAlarms", "MetricAlarms", {"MaxRecords": 1}),
    ("cloudtrail", "DescribeTrails", "trailList", {}),
    ("config", "DescribeConfigurationRecorders", "ConfigurationRecorders", {}),
)
#: Calls that name a function; "there is none" is a good answer.
_FUNCTION: tuple[tuple[str, str], ...] = (
    ("lambda", "GetPolicy"),
    ("lambda", "ListAliases"),
    ("lambda", "ListFunctionUrlConfigs"),
    ("lambda", "ListVersionsByFunction"),
    ("lambda", "GetFunctionConfiguration"),
    ("lambda", "GetFunctionConcurrency"),
    ("lambda", "ListProvisionedConcurrencyConfigs"),
    ("lambda", "ListFunctionEventInvokeConfigs"),
    ("lambda", "GetRuntimeManagementConfig"),
    ("lambda", "GetFunctionRecursionConfig"),
)


def checks(session: AwsSession, region: str) -> Iterator[Check]:
    """One line a call; raises nothing."""
    everywhere, there = session.reach(GLOBAL), session.reach(region)
    for service, operation, key, params in _GLOBAL:
        yield _check(service, operation, _asking(everywhere, service, operation, key, params))
    for service, operation, key, params in _REGION:
        yield _check(service, operation, _asking(there, service, operation, key, params))
    yield _check("cloudtrail", "LookupEvents", _asking(there, "cloudtrail", "LookupEvents", "Events", _last_hour()))
    yield _check("cloudwatch", "GetMetricData", _asking(there, "cloudwatch", "GetMetricData", "", _one_metric()))
    name = _some_function(there)
    for service, operation in _FUNCTION if name else ():
        yield _check(
            service, operation, _asking(there, service, operation, "", {"FunctionName": name}), f"tried on {name}"
        )


def _asking(reach: Reach, service: str, operation: str, key: str, params: dict[str, Json]) -> Ask:
    return lambda: reach.ask(service, operation, key, **params)


def _last_hour() -> dict[str, Json]:
    now = datetime.now(UTC)
    return {"StartTime": now - timedelta(hours=1), "EndTime": now, "MaxResults": 1}


def _one_metric() -> dict[str, Json]:
    """A question about all functions of the region at once: one metric, so that it costs next to nothing."""
    now = datetime.now(UTC)
    metric = {"Namespace": "AWS/Lambda", "MetricName": "Invocations"}
    query = {"Id": "all", "MetricStat": {"Metric": metric, "Period": 3600, "Stat": "Sum"}}
    return {"MetricDataQueries": [query], "StartTime": now - timedelta(hours=1), "EndTime": now}


def _check(service: str, operation: str, ask: Ask, note: str = "") -> Check:
    action = iam_action(service, operation)
    started, outcome = time.monotonic(), "ok"
    try:
        ask()
    except Missing:
        note = note or "nothing there"
    except ReadFault as fault:
        outcome, note = fault.error_class, fault.reason
    seconds = round(time.monotonic() - started, 3)
    needs = "" if action in FREE else action
    return Check(f"{service}:{operation}", outcome, seconds, note, needs, action in _OPTIONAL)


def _some_function(reach: Reach) -> str:
    """The name of a function to try calls on; "" when none can be had."""
    try:
        listed = reach.ask("lambda", "ListFunctions", "Functions", MaxItems=1)["Functions"]
    except ReadFault:
        return ""
    return str(listed[0].get("FunctionName", "")) if listed and isinstance(listed[0], dict) else ""
