"""A route of an API leads to the function and asks nobody to sign in."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._routes import leading, open_routes
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    yield from open_routes(seen, "api")


RULE = Rule(
    id="open_api_route",
    title="An API route asks nobody to sign in",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="API Gateway hands every request on to the function, with whatever the caller wrote into it; whether he may is "
    "left to the code.",
    checks={"aws": Check(look, needs=("entry_points",))},
    fix={
        "aws": Fix(
            console="API Gateway, the API, Routes (REST: Resources, Method request), Authorization: an authorizer or "
            "IAM. An API that only networks of your own use: endpoint type Private.",
            cli="aws apigatewayv2 update-route --api-id API --route-id ROUTE --authorization-type JWT "
            "--authorizer-id AUTHORIZER; REST: aws apigateway update-method --rest-api-id API --resource-id RESOURCE "
            "--http-method GET --patch-operations op=replace,path=/authorizationType,value=AWS_IAM",
            terraform='aws_apigatewayv2_route: authorization_type = "JWT", authorizer_id; '
            'aws_api_gateway_method: authorization = "AWS_IAM".',
        )
    },
    fails=(leading("api", "NONE", method="GET", path="/orders"),),
    passes=(
        leading("api", "JWT", method="GET", path="/orders"),
        leading("api", "NONE", method="GET", path="/orders", detail={"name": "shop", "deployed": False}),
    ),
    catalogue=("EXP-07",),
    references=("https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html",),
)
