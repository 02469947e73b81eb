"""Web functions (lambda-web, API 2025-03-07) and network connectors (lambda-core, API 2026-04-04)."""

from collections.abc import Mapping, Sequence
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService, Route
from collectors.sandbox.aws.functions.access import document
from collectors.sandbox.aws.protocol import missing
from collectors.sandbox.estate.aws.webfunctions import CONNECTORS, WEB_FUNCTIONS, NetworkConnector, WebFunction
from collectors.sandbox.estate.names import uuid

Wire = dict[str, Any]


def _iso(asked: Asked, hours: float) -> str:
    return asked.state.time(hours).strftime("%Y-%m-%dT%H:%M:%SZ")


def _functions(asked: Asked) -> list[WebFunction]:
    return [
        function for function in WEB_FUNCTIONS if (function.account, function.region) == (asked.account, asked.region)
    ]


def _wanted(asked: Asked, parameter: str = "functionName") -> WebFunction:
    given = asked.text(parameter)
    for function in _functions(asked):
        if given in (function.name, function.arn):
            return function
    raise missing(f"Web function not found: {given}")


def _paged(asked: Asked, key: str, things: Sequence[Wire]) -> Wire:
    page, following = asked.page(things, "nextToken", "maxResults", 50, 50)
    return {key: page, "nextToken": following}


def _summary(asked: Asked, function: WebFunction) -> Wire:
    return {
        "functionName": function.name,
        "functionArn": function.arn,
        "state": "Active",
        "createdAt": _iso(asked, -2000),
        "updatedAt": _iso(asked, -120),
    }


def list_web_functions(asked: Asked) -> Wire:
    return _paged(asked, "functions", [_summary(asked, function) for function in _functions(asked)])


def get_web_function(asked: Asked) -> Wire:
    return _summary(asked, _wanted(asked))


def _endpoint(asked: Asked, function: WebFunction) -> Wire:
    weights = [{"revisionId": function.revision(function.revisions), "weight": function.weight}]
    if function.weight < 100:
        weights.append({"revisionId": function.revision(function.revisions - 1), "weight": 100 - function.weight})
    answer: Wire = {
        "endpointArn": f"{function.arn}/endpoint/main",
        "endpointName": "main",
        "endpointType": "HomeRegion",
        "domainName": function.domain,
        "authType": function.auth,
        "autoDeploymentMode": "Disabled",
        "revisionWeights": weights,
        "regions": [function.region],
        "state": "Active",
        "createdAt": _iso(asked, -2000),
        "updatedAt": _iso(asked, -120),
    }
    return answer | {"throttleConfig": {"rateLimit": function.rate}} if function.rate else answer


def list_endpoints(asked: Asked) -> Wire:
    return _paged(asked, "endpoints", [_endpoint(asked, _wanted(asked))])


def get_endpoint(asked: Asked) -> Wire:
    function = _wanted(asked)
    if asked.text("endpointName") != "main":
        raise missing(f"Endpoint not found: {asked.text('endpointName')}")
    return {"functionArn": function.arn, **_endpoint(asked, function)}


def _revision(asked: Asked, function: WebFunction, number: int) -> Wire:
    revision = function.revision(number)
    return {
        "revisionArn": f"{function.arn}/revision/{revision}",
        "revisionId": revision,
        "description": f"build {number}",
        "state": "Active",
        "createdAt": _iso(asked, -120 - 400 * (function.revisions - number)),
    }


def list_revisions(asked: Asked) -> Wire:
    function = _wanted(asked)
    newest_first = range(function.revisions, 0, -1)
    return _paged(asked, "revisions", [_revision(asked, function, number) for number in newest_first])


def get_revision(asked: Asked) -> Wire:
    function, wanted = _wanted(asked), asked.text("revisionId")
    for number in range(1, function.revisions + 1):
        if function.revision(number) == wanted:
            return {
                **_revision(asked, function, number),
                "functionArn": function.arn,
                "buildConfig": {"runtimeConfig": {"runtime": function.runtime}},
                "serviceConfig": _service_config(function),
            }
    raise missing(f"Revision not found: {wanted}")


def _service_config(function: WebFunction) -> Wire:
    config: Wire = {
        "executionRoleArn": function.role_arn,
        "timeoutSeconds": 60,
        "maxConcurrencyPerEnvironment": 10,
        "environmentVariables": dict(function.environment),
        "telemetryConfig": {"loggingConfig": {"logGroup": f"/aws/lambda-web/{function.name}"}},
    }
    return config | {"egressNetworkConnectorArn": function.connector.arn} if function.connector else config


def get_resource_policy(asked: Asked) -> Wire:
    function = _wanted(asked, "resourceArn")
    if not function.policy:
        raise missing("No policy is associated with the given resource.")
    return {"Policy": document(function.arn, function.policy), "RevisionId": uuid("policy", function.arn)}


def get_account_settings(asked: Asked) -> Wire:
    quotas = {
        "maxTotalArmVCpus": 400,
        "maxTotalRateLimit": 10_000,
        "maxRevisionsPerFunction": 100,
        "maxEndpointsPerFunction": 10,
    }
    return {"accountQuotas": quotas, "accountUsage": {"functionCount": len(_functions(asked))}}


_PATH = "/2025-03-07/web-functions"
LAMBDA_WEB = AwsService(
    name="lambda-web",
    scope="lambda",
    protocol="rest-json",
    operations={
        "ListWebFunctions": list_web_functions,
        "GetWebFunction": get_web_function,
        "ListWebFunctionEndpoints": list_endpoints,
        "GetWebFunctionEndpoint": get_endpoint,
        "ListWebFunctionRevisions": list_revisions,
        "GetWebFunctionRevision": get_revision,
        "GetResourcePolicy": get_resource_policy,
        "GetWebAccountSettings": get_account_settings,
    },
    routes=(
        Route("POST", _PATH, "ListWebFunctions"),
        Route("GET", _PATH + "/{functionName}", "GetWebFunction"),
        Route("POST", _PATH + "/{functionName}/list-endpoints", "ListWebFunctionEndpoints"),
        Route("GET", _PATH + "/{functionName}/endpoints/{endpointName}", "GetWebFunctionEndpoint"),
        Route("POST", _PATH + "/{functionName}/list-revisions", "ListWebFunctionRevisions"),
        Route("GET", _PATH + "/{functionName}/revisions/{revisionId}", "GetWebFunctionRevision"),
        Route("GET", "/2025-03-07/resource-policy/{resourceArn}", "GetResourcePolicy"),
        Route("GET", "/2025-03-07/web-account-settings", "GetWebAccountSettings"),
    ),
)


def _connectors(asked: Asked) -> list[NetworkConnector]:
    here = (asked.account, asked.region)
    return [connector for connector in CONNECTORS if (connector.account, connector.region) == here]


def _connector(asked: Asked, connector: NetworkConnector) -> Wire:
    return {
        "Arn": connector.arn,
        "Name": connector.name,
        "Id": connector.id,
        "State": "ACTIVE",
        "LastModified": _iso(asked, -1500),
        "LatestVersionArn": f"{connector.arn}:1",
        "LatestVersion": 1,
    }


def list_network_connectors(asked: Asked) -> Wire:
    wanted = [one for one in _connectors(asked) if asked.text("State") in ("", "ACTIVE")]
    page, following = asked.page(wanted, "Marker", "MaxItems", 50, 100)
    connectors = [{**_connector(asked, connector), "Type": "VPC_EGRESS"} for connector in page]
    return {"NetworkConnectors": connectors, "NextMarker": following}


def get_network_connector(asked: Asked) -> Mapping[str, Any]:
    given = asked.text("Identifier")
    for connector in _connectors(asked):
        if given in (connector.arn, connector.id, connector.name, f"{connector.arn}:1"):
            subnets, groups = connector.places()
            egress = {
                "SubnetIds": asked.state.in_turn(subnets),
                "SecurityGroupIds": groups,
                "NetworkProtocol": "IPv4",
                "AssociatedComputeResourceTypes": ["WebFunction"],
                "ElasticIpConfiguration": {"Type": connector.elastic_ip},
            }
            version = {"VersionArn": f"{connector.arn}:1", "Version": 1}
            configuration = {"Configuration": {"VpcEgressConfiguration": egress}}
            return {**_connector(asked, connector), **version, **configuration}
    raise missing(f"Network connector not found: {given}")


LAMBDA_CORE = AwsService(
    name="lambda-core",
    scope="lambda",
    protocol="rest-json",
    operations={"ListNetworkConnectors": list_network_connectors, "GetNetworkConnector": get_network_connector},
    routes=(
        Route("GET", "/2026-04-04/network-connectors", "ListNetworkConnectors"),
        Route("GET", "/2026-04-04/network-connectors/{Identifier}", "GetNetworkConnector"),
    ),
)
