"""What stands in front of functions: routes of API Gateway (both generations) and rules of load balancers.

Both are swept once a reading of a region, because neither can be asked for by function.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from collectors.providers.aws.fetch.sweeps import unqualified
from collectors.providers.aws.reach import Reach, part
from inventory.facts import Unread

Json = Any
ByFunction = dict[str, list[Json]]

_FUNCTION = re.compile(r"arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[^/\s]+")


def of_function(reach: Reach, arn: str) -> dict[str, Json]:
    """The entrances of a function, by where they were looked for; a sweep that was refused stands as Unread."""
    swept = reach.once("entrances", lambda: _sweep(reach))
    return {name: found if isinstance(found, Unread) else found.get(arn, []) for name, found in swept.items()}


def _sweep(reach: Reach) -> dict[str, ByFunction | Unread]:
    return {
        "http_apis": part(_by_function, reach, _http_apis),
        "rest_apis": part(_by_function, reach, _rest_apis),
        "balancers": part(_by_function, reach, _balancers),
    }


def _by_function(reach: Reach, read: Any) -> ByFunction:
    found: ByFunction = {}
    for target, entrance in read(reach):
        match = _FUNCTION.search(unquote(str(target)))
        if match:
            found.setdefault(unqualified(match[0]), []).append(entrance | {"function": match[0]})
    return found


def _rows(answers: Iterator[dict[str, Json]], key: str) -> list[dict[str, Json]]:
    """Entries of the pages of a list, as far as they are objects."""
    return [entry for answer in answers for entry in answer[key] if isinstance(entry, dict)]


def _http_apis(reach: Reach) -> Iterator[tuple[Json, dict[str, Json]]]:
    """Routes of HTTP and WebSocket APIs: (integration's target, {api, route, deployed})."""
    paging: dict[str, Json] = {"send": "NextToken", "take": "nextToken"}
    for api in _rows(reach.answers("apigatewayv2", "GetApis", "items", **paging), "items"):
        wanted: dict[str, Json] = {"ApiId": api.get("apiId"), **paging}
        integrations = {
            f"integrations/{entry.get('integrationId')}": entry.get("integrationUri")
            for entry in _rows(reach.answers("apigatewayv2", "GetIntegrations", "items", **wanted), "items")
        }
        if not any(_FUNCTION.search(unquote(str(uri))) for uri in integrations.values()):
            continue
        serving = deployed(part(reach.entries, "apigatewayv2", "GetStages", "items", **wanted))
        for route in _rows(reach.answers("apigatewayv2", "GetRoutes", "items", **wanted), "items"):
            yield integrations.get(str(route.get("target"))), {"api": api, "route": route, "deployed": serving}


def _rest_apis(reach: Reach) -> Iterator[tuple[Json, dict[str, Json]]]:
    """Methods of REST APIs: (integration's target, {api, path, method, deployed})."""
    paging: dict[str, Json] = {"send": "position", "take": "position"}
    for api in _rows(reach.answers("apigateway", "GetRestApis", "item", limit=500, **paging), "item"):
        wanted: dict[str, Json] = {"restApiId": api.get("id")}
        resources = _rows(
            reach.answers("apigateway", "GetResources", "item", limit=500, embed=["methods"], **wanted, **paging),
            "item",
        )
        methods = [
            (resource.get("path"), verb, method)
            for resource in resources
            for verb, method in (resource.get("resourceMethods") or {}).items()
            if _FUNCTION.search(unquote(str((method.get("methodIntegration") or {}).get("uri"))))
        ]
        if methods:
            told = part(reach.ask, "apigateway", "GetStages", "item", **wanted)
            serving = deployed(told if isinstance(told, Unread) else told["item"])
        for path, verb, method in methods:
            entrance = {"api": api, "path": path, "verb": verb, "method": method, "deployed": serving}
            yield method["methodIntegration"]["uri"], entrance


def deployed(stages: list[Json] | Unread) -> list[Json] | None:
    """The names of the stages that serve a deployment, None when they could not be read.

    A stage of an HTTP or WebSocket API may be made before there is anything to deploy; it then answers nothing.
    """
    if isinstance(stages, Unread):
        return None
    return [stage.get("stageName") for stage in stages if stage.get("deploymentId") or stage.get("autoDeploy")]


def _balancers(reach: Reach) -> Iterator[tuple[Json, dict[str, Json]]]:
    """Load balancers in front of functions: (function, {balancer, listener, rules that lead to its target group})."""
    for group in reach.entries("elbv2", "DescribeTargetGroups", "TargetGroups"):
        if group.get("TargetType") != "lambda":
            continue
        arn = group.get("TargetGroupArn")
        health = reach.ask("elbv2", "DescribeTargetHealth", "TargetHealthDescriptions", TargetGroupArn=arn)
        targets = [(entry.get("Target") or {}).get("Id") for entry in health["TargetHealthDescriptions"]]
        for balancer in group.get("LoadBalancerArns") or ():
            for entrance in reach.once(("balancer", balancer), lambda balancer=balancer: _listeners(reach, balancer)):  # type: ignore[misc]
                leading = [rule for rule in entrance["rules"] if arn in _groups_of(rule)]
                for target in targets if leading else ():
                    yield target, entrance | {"rules": leading}


def _listeners(reach: Reach, balancer: str) -> list[dict[str, Json]]:
    described = reach.entries("elbv2", "DescribeLoadBalancers", "LoadBalancers", LoadBalancerArns=[balancer])
    listeners = reach.entries("elbv2", "DescribeListeners", "Listeners", LoadBalancerArn=balancer)
    return [
        {
            "balancer": described[0] if described else {"LoadBalancerArn": balancer},
            "listener": listener,
            "rules": reach.entries("elbv2", "DescribeRules", "Rules", ListenerArn=listener.get("ListenerArn")),
        }
        for listener in listeners
    ]


def _groups_of(rule: dict[str, Json]) -> set[Json]:
    """The target groups a rule's actions lead to."""
    found = set()
    for action in rule.get("Actions") or ():
        found.add(action.get("TargetGroupArn"))
        found |= {
            group.get("TargetGroupArn") for group in (action.get("ForwardConfig") or {}).get("TargetGroups") or ()
        }
    return found
