"""API Gateway: HTTP and WebSocket APIs (API 2018-11-29) and REST APIs (API 2015-07-09)."""

from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService, Route
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.entrypoints import HTTP_APIS, REST_APIS, HttpApi, RestApi, invocation
from collectors.sandbox.estate.names import hexadecimal

Wire = dict[str, Any]


def _http_apis(asked: Asked) -> list[HttpApi]:
    return [api for api in HTTP_APIS if (api.account, api.region) == (asked.account, asked.region)]


def _paged(asked: Asked, things: list[Wire]) -> Wire:
    page, following = asked.page(things, "nextToken", "maxResults", 25, 500)
    return {"items": page, "nextToken": following} if following else {"items": page}


def get_apis(asked: Asked) -> Wire:
    return _paged(
        asked,
        [
            {
                "apiId": api.id,
                "name": api.name,
                "protocolType": api.protocol,
                "apiEndpoint": f"https://{api.id}.execute-api.{api.region}.amazonaws.com",
                "routeSelectionExpression": "$request.method $request.path",
                "disableExecuteApiEndpoint": False,
                "createdDate": asked.state.time(-6000).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tags": {},
            }
            for api in _http_apis(asked)
        ],
    )


def _http_api(asked: Asked) -> HttpApi:
    for api in _http_apis(asked):
        if api.id == asked.text("apiId"):
            return api
    raise Refused("Invalid API identifier specified", code="NotFoundException", status=404)


def _integration(api: HttpApi, number: int) -> str:
    return hexadecimal(7, api.id, "integration", number)


def _authorizer(api: HttpApi) -> str:
    return hexadecimal(6, api.id, "authorizer")


def get_routes(asked: Asked) -> Wire:
    api = _http_api(asked)
    routes = []
    for number, route in enumerate(api.routes):
        answer: Wire = {
            "routeId": hexadecimal(7, api.id, "route", number),
            "routeKey": route.key,
            "authorizationType": route.authorization,
            "apiKeyRequired": False,
            "target": f"integrations/{_integration(api, number)}",
        }
        routes.append(answer | {"authorizerId": _authorizer(api)} if route.authorization == "JWT" else answer)
    return _paged(asked, routes)


def get_integrations(asked: Asked) -> Wire:
    api = _http_api(asked)
    return _paged(
        asked,
        [
            {
                "integrationId": _integration(api, number),
                "integrationType": "AWS_PROXY",
                "integrationMethod": "POST",
                "integrationUri": invocation(route.function_arn) if route.written_as_path else route.function_arn,
                "connectionType": "INTERNET",
                "payloadFormatVersion": "2.0",
                "timeoutInMillis": 30_000,
            }
            for number, route in enumerate(api.routes)
        ],
    )


def get_authorizers(asked: Asked) -> Wire:
    api = _http_api(asked)
    if api.issuer is None:
        return {"items": []}
    jwt = {"issuer": api.issuer, "audience": ["storefront"]}
    authorizer = {
        "authorizerId": _authorizer(api),
        "authorizerType": "JWT",
        "name": "customers",
        "identitySource": ["$request.header.Authorization"],
        "jwtConfiguration": jwt,
    }
    return _paged(asked, [authorizer])


def get_stages(asked: Asked) -> Wire:
    api = _http_api(asked)
    deployment = hexadecimal(6, api.id, "deployment")
    return _paged(asked, [{"stageName": "$default", "autoDeploy": True, "deploymentId": deployment}])


APIGATEWAYV2 = AwsService(
    name="apigatewayv2",
    scope="apigateway",
    protocol="rest-json",
    operations={
        "GetApis": get_apis,
        "GetRoutes": get_routes,
        "GetIntegrations": get_integrations,
        "GetAuthorizers": get_authorizers,
        "GetStages": get_stages,
    },
    routes=(
        Route("GET", "/v2/apis", "GetApis"),
        Route("GET", "/v2/apis/{apiId}/routes", "GetRoutes"),
        Route("GET", "/v2/apis/{apiId}/integrations", "GetIntegrations"),
        Route("GET", "/v2/apis/{apiId}/authorizers", "GetAuthorizers"),
        Route("GET", "/v2/apis/{apiId}/stages", "GetStages"),
    ),
)


def _rest_apis(asked: Asked) -> list[RestApi]:
    return [api for api in REST_APIS if (api.account, api.region) == (asked.account, asked.region)]


def _positioned(asked: Asked, things: list[Wire]) -> Wire:
    page, following = asked.page(things, "position", "limit", 25, 500)
    return {"item": page, "position": following} if following else {"item": page}


def get_rest_apis(asked: Asked) -> Wire:
    apis = []
    for api in _rest_apis(asked):
        answer: Wire = {
            "id": api.id,
            "name": api.name,
            "createdDate": asked.state.time(-9000).timestamp(),
            "apiKeySource": "HEADER",
            "endpointConfiguration": {"types": [api.endpoint]},
            "disableExecuteApiEndpoint": False,
            "rootResourceId": hexadecimal(10, api.id, "/"),
        }
        apis.append(answer | {"policy": api.policy} if api.policy else answer)
    return _positioned(asked, apis)


def get_resources(asked: Asked) -> Wire:
    for api in _rest_apis(asked):
        if api.id == asked.text("restApiId"):
            return _positioned(asked, _resources(api, "methods" in asked.several("embed")))
    raise Refused("Invalid API identifier specified", code="NotFoundException", status=404)


def _resources(api: RestApi, with_methods: bool) -> list[Wire]:
    root = hexadecimal(10, api.id, "/")
    method = {
        "httpMethod": api.method,
        "authorizationType": api.authorization,
        "apiKeyRequired": api.key_required,
        "methodIntegration": {"type": "AWS_PROXY", "httpMethod": "POST", "uri": invocation(api.function_arn)},
    }
    resource = {
        "id": hexadecimal(10, api.id, api.path),
        "parentId": root,
        "pathPart": api.path.rsplit("/", 1)[-1],
        "path": api.path,
        "resourceMethods": {api.method: method if with_methods else {}},
    }
    return [{"id": root, "path": "/"}, resource]


def get_rest_stages(asked: Asked) -> Wire:
    for api in _rest_apis(asked):
        if api.id == asked.text("restApiId"):
            return {"item": [{"stageName": "prod", "deploymentId": hexadecimal(6, api.id, "deployment")}]}
    raise Refused("Invalid API identifier specified", code="NotFoundException", status=404)


APIGATEWAY = AwsService(
    name="apigateway",
    scope="apigateway",
    protocol="rest-json",
    operations={"GetRestApis": get_rest_apis, "GetResources": get_resources, "GetStages": get_rest_stages},
    routes=(
        Route("GET", "/restapis", "GetRestApis"),
        Route("GET", "/restapis/{restApiId}/resources", "GetResources"),
        Route("GET", "/restapis/{restApiId}/stages", "GetStages"),
    ),
)
