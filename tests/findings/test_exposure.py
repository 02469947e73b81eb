"""Who may call, deploy, configure or own a function, and which of these ways are closed."""

from dataclasses import replace
from typing import Any

import pytest

from findings.access.ladder import Exposure
from findings.access.surface import Reach
from findings.exposure import (
    ActionClass,
    AwsFunction,
    FunctionExposure,
    FunctionUrl,
    Holder,
    Route,
    RouteAuth,
    UrlModel,
    expose,
)

OURS, STRANGER = "111122223333", "999988887777"
API = f"arn:aws:execute-api:eu-west-1:{OURS}:api1/*/GET/orders"


def allow(principal: Any, action: Any = "lambda:InvokeFunction", **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return {**statement, "Condition": condition} if condition else statement


def url_grant(principal: Any = "*", auth: str = "NONE") -> dict[str, Any]:
    return allow(principal, "lambda:InvokeFunctionUrl", StringEquals={"lambda:FunctionUrlAuthType": auth})


VIA_URL = allow("*", Bool={"lambda:InvokedViaFunctionUrl": "true"})
OPEN_URL = (FunctionUrl("NONE", url="https://u"),)


def of(*statements: dict[str, Any], **more: Any) -> FunctionExposure:
    known: dict[str, Any] = {"policies": {"": list(statements)}, "holders": (), **more}
    return expose(AwsFunction(account=OURS, **known))


def test_nothing_grants_nobody() -> None:
    exposure = of()
    assert (exposure.invoke, exposure.deploy, exposure.latent) == (Exposure.NONE,) * 3
    assert (exposure.reach, exposure.bindings, exposure.unread) == (Reach.CLOSED, (), ())


def test_a_public_url_is_open_to_anybody_from_the_internet() -> None:
    exposure = of(url_grant(), VIA_URL, urls=OPEN_URL)
    assert (exposure.invoke, exposure.reach) == (Exposure.PUBLIC_ANONYMOUS, Reach.INTERNET)
    (binding,) = exposure.bindings
    assert (binding.principal, binding.kind, binding.certain, binding.condition) == ("*", "everyone", True, "")
    assert "https://u" in binding.via


def test_auth_type_none_alone_opens_nothing() -> None:
    assert of(urls=OPEN_URL).invoke is Exposure.NONE


@pytest.mark.parametrize(
    ("model", "invoke", "latent", "certain"),
    [
        (UrlModel.LEGACY, Exposure.PUBLIC_ANONYMOUS, Exposure.NONE, True),
        (UrlModel.NEW, Exposure.NONE, Exposure.PUBLIC_ANONYMOUS, True),
        (UrlModel.UNKNOWN, Exposure.PUBLIC_ANONYMOUS, Exposure.NONE, False),
    ],
)
def test_one_permission_of_two(model: UrlModel, invoke: Exposure, latent: Exposure, certain: bool) -> None:
    exposure = of(url_grant(), urls=OPEN_URL, url_model=model)
    assert (exposure.invoke, exposure.latent, exposure.bindings[0].certain) == (invoke, latent, certain)


@pytest.mark.parametrize(
    ("statements", "auth", "invoke", "latent"),
    [
        # a condition that is not about its key's being there does not close the plain Invoke API
        ([allow("*", BoolIfExists={"lambda:InvokedViaFunctionUrl": "true"})], None, "none", "none"),
        ([allow("*", Bool={"lambda:InvokedViaFunctionUrl": "false"})], None, "public_authenticated", "none"),
        ([allow("*", StringEquals={"lambda:FunctionUrlAuthType": "NONE"})], None, "none", "none"),
        ([allow("*", StringNotEquals={"lambda:FunctionUrlAuthType": "NONE"})], None, "public_authenticated", "none"),
        # which URLs a grant is for
        ([url_grant(), VIA_URL], "AWS_IAM", "none", "public_anonymous"),
        ([allow("*", "lambda:InvokeFunctionUrl", StringNotEquals={"lambda:FunctionUrlAuthType": "NONE"}), VIA_URL],
         "AWS_IAM", "public_authenticated", "none"),
        ([allow("*", "lambda:InvokeFunctionUrl", StringNotEquals={"lambda:FunctionUrlAuthType": "AWS_IAM"}), VIA_URL],
         "NONE", "public_anonymous", "none"),
        # the second permission has to hold for calls through the URL
        ([url_grant(), allow("*", Bool={"lambda:InvokedViaFunctionUrl": "false"})], "NONE", "public_authenticated",
         "public_anonymous"),
        # a Deny on URLs that ask nobody to sign in
        ([allow("*", "lambda:InvokeFunction*", Bool={"lambda:InvokedViaFunctionUrl": True}),
          {**url_grant(), "Effect": "Deny"}], "NONE", "none", "public_authenticated"),
    ],
)  # fmt: skip
def test_conditions_on_the_path_are_decided_by_the_path(
    statements: list[dict[str, Any]], auth: str | None, invoke: str, latent: str
) -> None:
    urls = (FunctionUrl(auth),) if auth else ()
    found = of(*statements, urls=urls, url_model=UrlModel.NEW)
    assert (found.invoke.value, found.latent.value) == (invoke, latent)


def test_a_grant_without_a_url_is_latent() -> None:
    exposure = of(url_grant(), VIA_URL)
    assert (exposure.invoke, exposure.latent) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)
    assert exposure.bindings[0].latent == "there is no function URL"


def test_a_url_on_another_qualifier_is_none_of_this_policy() -> None:
    exposure = of(url_grant(), VIA_URL, urls=(FunctionUrl("NONE", "prod"),))
    assert exposure.invoke is Exposure.NONE


def test_a_grant_for_the_other_auth_type_is_latent() -> None:
    exposure = of(url_grant(auth="NONE"), VIA_URL, urls=(FunctionUrl("AWS_IAM"),))
    assert exposure.invoke is Exposure.NONE and "AuthType NONE" in exposure.bindings[0].latent


def test_iam_auth_asks_for_a_signature() -> None:
    exposure = of(url_grant(auth="AWS_IAM"), VIA_URL, urls=(FunctionUrl("AWS_IAM"),))
    assert exposure.invoke is Exposure.PUBLIC_AUTHENTICATED


def test_an_auth_type_nobody_knows_is_uncertain_and_not_safe() -> None:
    exposure = of(allow("*", "lambda:InvokeFunctionUrl"), VIA_URL, urls=(FunctionUrl("CUSTOM"),))
    assert exposure.invoke is Exposure.PUBLIC_ANONYMOUS and not exposure.bindings[0].certain


def test_the_invoke_api_takes_signed_requests_only() -> None:
    assert of(allow("*")).invoke is Exposure.PUBLIC_AUTHENTICATED
    assert of(allow(STRANGER)).invoke is Exposure.EXTERNAL
    assert of(allow({"Service": "s3.amazonaws.com"})).invoke is Exposure.SERVICE_UNSCOPED
    scoped = allow({"Service": "s3.amazonaws.com"}, StringEquals={"aws:SourceAccount": OURS})
    (binding,) = of(scoped).bindings
    assert (binding.level, binding.kind, binding.principal) == (
        Exposure.SERVICE_SCOPED,
        "service",
        "s3.amazonaws.com",
    )
    assert "aws:sourceaccount" in binding.condition


def test_each_qualifier_has_its_own_policy() -> None:
    exposure = expose(AwsFunction(OURS, {"": [allow(STRANGER)], "prod": [allow("*")]}, holders=()))
    assert {(b.qualifier, b.level) for b in exposure.bindings} == {
        ("", Exposure.EXTERNAL),
        ("prod", Exposure.PUBLIC_AUTHENTICATED),
    }


def test_deploying_and_owning_are_told_from_invoking() -> None:
    exposure = of(allow(STRANGER, "lambda:UpdateFunctionCode"), allow(OURS, "lambda:*"))
    assert (exposure.invoke, exposure.deploy) == (Exposure.SAME_ACCOUNT, Exposure.EXTERNAL)
    classes = {b.action_class for b in exposure.bindings if b.principal == OURS}
    assert classes == set(ActionClass)


def test_a_deny_of_one_action_leaves_the_others() -> None:
    refusing = {**allow("*", "lambda:UpdateFunction*"), "Effect": "Deny"}
    exposure = of(allow(STRANGER, ["lambda:UpdateFunctionCode", "lambda:AddPermission"]), refusing)
    assert {b.action_class for b in exposure.bindings} == {ActionClass.OWN}
    assert exposure.deploy is Exposure.EXTERNAL


def test_a_narrow_network_is_restricted_reach() -> None:
    pinned = allow("*", "lambda:InvokeFunctionUrl", IpAddress={"aws:SourceIp": "203.0.113.0/24"})
    exposure = of(pinned, VIA_URL, urls=OPEN_URL)
    assert (exposure.invoke, exposure.reach) == (Exposure.EXTERNAL, Reach.IP_RESTRICTED)


def gateway(**condition: Any) -> dict[str, Any]:
    return allow({"Service": "apigateway.amazonaws.com"}, **condition)


def route(auth: RouteAuth = RouteAuth.NONE, reach: Reach = Reach.INTERNET, gated: bool = True) -> Route:
    return Route("GET /orders", "apigateway.amazonaws.com", auth, reach, API, gated=gated)


def test_a_route_that_is_not_deployed_lets_nobody_in_but_is_told() -> None:
    undeployed = replace(route(), closed="the API has no deployed stage", gated=False)
    found = expose(AwsFunction(OURS, routes=(undeployed,)))
    assert (found.invoke, found.latent) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)
    assert found.bindings[0].latent == "the API has no deployed stage"


@pytest.mark.parametrize(
    ("auth", "level"),
    [
        (RouteAuth.NONE, Exposure.PUBLIC_ANONYMOUS),
        (RouteAuth.UNKNOWN, Exposure.PUBLIC_ANONYMOUS),
        (RouteAuth.API_KEY, Exposure.EXTERNAL),
        (RouteAuth.AUTHORIZER, Exposure.EXTERNAL),
    ],
)
def test_a_route_in_front(auth: RouteAuth, level: Exposure) -> None:
    exposure = of(gateway(ArnLike={"aws:SourceArn": API}), routes=(route(auth),))
    assert (exposure.invoke, exposure.reach) == (level, Reach.INTERNET)
    (binding,) = [b for b in exposure.bindings if b.kind == "route"]
    assert binding.certain is (auth is not RouteAuth.UNKNOWN)


def test_a_private_route_is_reached_from_inside() -> None:
    exposure = of(gateway(), routes=(route(reach=Reach.PRIVATE_ENDPOINT),))
    assert [one.reach for one in exposure.bindings if one.kind == "route"] == [Reach.PRIVATE_ENDPOINT]
    assert not exposure.invoke.is_public, "callers inside the network are not the public"


def test_a_web_functions_own_endpoint_needs_no_policy() -> None:
    exposure = of(routes=(route(gated=False),))
    assert exposure.invoke is Exposure.PUBLIC_ANONYMOUS


def test_a_route_that_the_policy_does_not_let_in_is_latent() -> None:
    other = gateway(ArnLike={"aws:SourceArn": f"arn:aws:execute-api:eu-west-1:{OURS}:other/*"})
    for statements in ((), (other,)):
        exposure = of(*statements, routes=(route(),))
        assert exposure.latent is Exposure.PUBLIC_ANONYMOUS and not exposure.invoke.is_public


def test_a_function_that_is_shut_is_latent_in_all_its_ways() -> None:
    exposure = of(url_grant(), VIA_URL, urls=OPEN_URL, closed=("reserved concurrency is 0",))
    assert (exposure.invoke, exposure.latent) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)


def test_identities_of_the_account() -> None:
    deployer = Holder(f"arn:aws:iam::{OURS}:role/ci", ActionClass.DEPLOY, "ci-policy", conditional=True)
    exposure = of(holders=(deployer,))
    assert (exposure.deploy, exposure.bindings[0].certain) == (Exposure.SAME_ACCOUNT, False)


def test_what_could_not_be_read_is_told() -> None:
    exposure = expose(AwsFunction(OURS, {"": None, "prod": []}, routes=(route(),)))
    assert exposure.unread == ("resource policy", "identities of the account")
    assert exposure.invoke is Exposure.PUBLIC_ANONYMOUS, "the route may be let in"
    assert not exposure.bindings[0].certain


def test_the_zone_of_trust_counts() -> None:
    assert of(allow(STRANGER), own_accounts=frozenset({STRANGER})).invoke is Exposure.ORGANISATION
    org = allow("*", StringEquals={"aws:PrincipalOrgID": "o-other00000"})
    assert of(org, organisation="o-ours000000").invoke is Exposure.EXTERNAL
