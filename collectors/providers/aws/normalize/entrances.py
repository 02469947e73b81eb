"""Entry points (addresses at which a function can be called) and triggers (what starts it by itself)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.aws.normalize import policies
from collectors.providers.aws.normalize.shapes import Unusable, boolean, mapping, number, objects, said, text, texts

Json = Any

#: Where entrances were looked for, in the order in which `entry_points` takes them.
FRONTS = ("http_apis", "rest_apis", "balancers")
#: Services that call through an address rather than start a function by themselves: they are entry points.
_ADDRESSED = frozenset({"apigateway.amazonaws.com", "elasticloadbalancing.amazonaws.com"})
_INVOKE = ("lambda:invokefunction", "lambda:*", "lambda:invoke*", "*")
#: Services by the word people use; others go by the first part of their name.
_SERVICES = {
    "events": "schedule or event",
    "scheduler": "schedule",
    "logs": "log subscription",
    "cognito-idp": "cognito",
    "elasticache": "elasticache",
    "alexa-appkit": "alexa",
    "alexa-connectedhome": "alexa",
}
_SOURCES = {"kafka": "kafka", "mq": "mq", "rds": "documentdb"}


def entry_points(urls: Json, http_apis: Json, rest_apis: Json, balancers: Json) -> Json:
    """All addresses of one function; a part that was refused comes as None and is told beside the section."""
    return {
        "entry_points": [
            *(_url(entry) for entry in objects(urls, "FunctionUrlConfigs")),
            *(point for entry in objects(http_apis, "routes") for point in _route(entry)),
            *(_method(entry) for entry in objects(rest_apis, "methods")),
            *(_listener(entry) for entry in objects(balancers, "listeners")),
        ]
    }


def _qualifier(arn: str) -> str:
    """The alias or version at the end of a function's ARN."""
    return ":".join(arn.split(":")[7:])


def _url(entry: Mapping[str, Json]) -> Json:
    arn = text(entry, "FunctionArn")
    cors = mapping(entry.get("Cors"), "Cors")
    return {
        "kind": "url",
        "url": text(entry, "FunctionUrl"),
        "auth": text(entry, "AuthType"),
        "qualifier": _qualifier(arn),
        "id": arn,
        "reach": "internet",
        **said(
            cors={key: sorted(value) if isinstance(value, list) else value for key, value in cors.items()},
            detail=said(invoke_mode=text(entry, "InvokeMode")),
        ),
    }


def _route(entry: Mapping[str, Json]) -> Iterator[Json]:
    """A route of an HTTP or WebSocket API, once for each stage (a stage named $default adds nothing to the address).

    Without a deployed stage it has no address.
    """
    api, route = mapping(entry.get("api"), "An API"), mapping(entry.get("route"), "A route")
    method, _, path = text(route, "routeKey").partition(" ")
    closed = boolean(api, "disableExecuteApiEndpoint")
    stages, deployed = _stages(entry)
    for stage in stages or [""]:
        base = text(api, "apiEndpoint") + ("" if stage in ("", "$default") else f"/{stage}")
        yield {
            "kind": "api",
            "url": "" if closed or deployed is False else base + path,
            "auth": text(route, "authorizationType") or "NONE",
            "qualifier": _qualifier(text(entry, "function")),
            "method": method,
            "path": path,
            "id": f"{text(api, 'apiId')}/{text(route, 'routeKey')}" + (f"@{stage}" if stage else ""),
            "reach": "internet",
            "detail": said(
                api=text(api, "apiId"),
                name=text(api, "name"),
                protocol=text(api, "protocolType"),
                stage=stage,
                deployed=deployed,
                api_key=boolean(route, "apiKeyRequired") or None,
                authorizer=text(route, "authorizerId"),
                own_domain_only=closed or None,
            ),
        }


def _stages(entry: Mapping[str, Json]) -> tuple[list[str], bool | None]:
    """The stages that serve the API, and False where there is none: without one nobody gets an answer.

    None says that the stages are not known; nor are they in what was kept before they were told apart (`stages`).
    """
    if entry.get("deployed") is None:
        return sorted(texts(entry.get("stages"), "stages")), None
    stages = sorted(texts(entry["deployed"], "stages"))
    return stages, None if stages else False


def _method(entry: Mapping[str, Json]) -> Json:
    """A method of a REST API. A private API is reached through VPC endpoints only."""
    api, method = mapping(entry.get("api"), "An API"), mapping(entry.get("method"), "A method")
    types = texts(mapping(api.get("endpointConfiguration"), "endpointConfiguration").get("types"), "types")
    arn = text(entry, "function")
    region, path, verb = [*arn.split(":"), *[""] * 4][3], text(entry, "path"), text(entry, "verb")
    stages, deployed = _stages(entry)
    closed = boolean(api, "disableExecuteApiEndpoint")
    host = f"https://{text(api, 'id')}.execute-api.{region}.amazonaws.com"
    return {
        "kind": "api",
        "url": "" if closed or deployed is False else host + (f"/{stages[0]}" if stages else "") + path,
        "auth": text(method, "authorizationType") or "NONE",
        "qualifier": _qualifier(arn),
        "method": verb,
        "path": path,
        "id": f"{text(api, 'id')}/{verb} {path}",
        "reach": "private" if types == ["PRIVATE"] else "internet",
        "detail": said(
            api=text(api, "id"),
            name=text(api, "name"),
            protocol="REST",
            endpoints=sorted(types),
            stages=stages,
            deployed=deployed,
            api_key=boolean(method, "apiKeyRequired") or None,
            authorizer=text(method, "authorizerId"),
            own_domain_only=closed or None,
            policy=_api_policy(api),
        ),
    }


def _api_policy(api: Mapping[str, Json]) -> Json:
    """The API's own resource policy. API Gateway answers it with escaped quotes, as text within text."""
    told = api.get("policy")
    if not told:
        return None
    plain = told.replace('\\"', '"') if isinstance(told, str) else told
    try:
        return policies.document(plain, "The API's policy")
    except Unusable as unusable:
        return {"unreadable": str(unusable)}


def _listener(entry: Mapping[str, Json]) -> Json:
    balancer, listener = mapping(entry.get("balancer"), "A load balancer"), mapping(entry.get("listener"), "A listener")
    protocol, port = text(listener, "Protocol").lower() or "http", number(listener, "Port")
    actions = [
        action for rule in objects(entry.get("rules"), "Rules") for action in objects(rule.get("Actions"), "Actions")
    ]
    signed_in = sorted(
        {text(action, "Type") for action in actions if text(action, "Type").startswith(("authenticate", "jwt"))}
    )
    scheme = text(balancer, "Scheme")
    usual = {"http": 80, "https": 443}.get(protocol)
    return {
        "kind": "load balancer",
        "url": f"{protocol}://{text(balancer, 'DNSName')}" + (f":{port}" if port not in (None, usual) else ""),
        "auth": ",".join(signed_in) or "NONE",
        "qualifier": _qualifier(text(entry, "function")),
        "id": text(listener, "ListenerArn"),
        "reach": "private" if scheme == "internal" else "internet",
        "detail": said(
            name=text(balancer, "LoadBalancerName"),
            scheme=scheme,
            groups=sorted(texts(balancer.get("SecurityGroups"), "groups")),
            paths=sorted(_paths(entry.get("rules"))),
        ),
    }


def _paths(rules: Json) -> set[str]:
    return {
        value
        for rule in objects(rules, "Rules")
        for condition in objects(rule.get("Conditions"), "Conditions")
        if text(condition, "Field") == "path-pattern"
        for value in texts(condition.get("Values"), "Values")
        or texts(mapping(condition.get("PathPatternConfig"), "PathPatternConfig").get("Values"), "Values")
    }


def triggers(sources: Json, named: Mapping[str, Json]) -> Json:
    """Event source mappings, and the services that the policies let call the function."""
    pushes = [
        push
        for qualifier, answer in named.items()
        if isinstance(answer, Mapping)
        for push in _pushes(policies.document(answer.get("Policy"), "A policy"), qualifier)
    ]
    return {"triggers": [*(_source(entry) for entry in objects(sources, "EventSourceMappings")), *pushes]}


def _source(entry: Mapping[str, Json]) -> Json:
    """An event source mapping; when it was last changed or what it last did is no part of what it is."""
    arn = text(entry, "EventSourceArn")
    service = [*arn.split(":"), *[""] * 3][2]
    destinations = mapping(entry.get("DestinationConfig"), "DestinationConfig")
    endpoints = mapping(
        mapping(entry.get("SelfManagedEventSource"), "SelfManagedEventSource").get("Endpoints"), "Endpoints"
    )
    hosts = sorted(host for listed in endpoints.values() for host in texts(listed, "Endpoints"))
    filters = [
        text(one, "Pattern")
        for one in objects(mapping(entry.get("FilterCriteria"), "FilterCriteria").get("Filters"), "Filters")
    ]
    return {
        "kind": _SOURCES.get(service, service) if arn else "kafka",
        "source": arn or ",".join(hosts),
        "via": "event source mapping",
        "qualifier": _qualifier(text(entry, "FunctionArn")),
        "state": text(entry, "State"),
        "id": text(entry, "UUID"),
        **said(
            batch_size=number(entry, "BatchSize"),
            detail=said(
                filters=sorted(filters),
                key=text(entry, "KMSKeyArn"),
                topics=sorted(texts(entry.get("Topics"), "Topics")),
                queues=sorted(texts(entry.get("Queues"), "Queues")),
                retries=number(entry, "MaximumRetryAttempts"),
                max_age_s=number(entry, "MaximumRecordAgeInSeconds"),
                starting=text(entry, "StartingPosition"),
                on_failure=text(mapping(destinations.get("OnFailure"), "OnFailure"), "Destination"),
                on_success=text(mapping(destinations.get("OnSuccess"), "OnSuccess"), "Destination"),
                concurrency=number(mapping(entry.get("ScalingConfig"), "ScalingConfig"), "MaximumConcurrency"),
                access=sorted(
                    f"{text(one, 'Type')} {text(one, 'URI')}"
                    for one in objects(entry.get("SourceAccessConfigurations"), "SourceAccessConfigurations")
                ),
            ),
        ),
    }


def _pushes(policy: Mapping[str, Json], qualifier: str) -> Iterator[Json]:
    """The services that a policy lets call: each push trigger leaves such a statement."""
    for binding in policies.bindings(policy, qualifier):
        invokes = any(action.lower() in _INVOKE for action in binding.actions)
        if (
            binding.principal_kind != "service"
            or binding.effect != "allow"
            or not invokes
            or binding.principal in _ADDRESSED
        ):
            continue
        service = binding.principal.split(".")[0]
        found = {
            key.lower(): value
            for keys in binding.condition.values()
            for key, value in mapping(keys, "A condition").items()
        }
        yield {
            "kind": _SERVICES.get(service, service),
            "source": _first(found.get("aws:sourcearn")),
            "via": policies.VIA,
            "qualifier": qualifier,
            "id": binding.source,
            **said(detail=said(account=_first(found.get("aws:sourceaccount")))),
        }


def _first(values: Json) -> str:
    return (
        ",".join(values)
        if isinstance(values, list) and all(isinstance(v, str) for v in values)
        else values
        if isinstance(values, str)
        else ""
    )
