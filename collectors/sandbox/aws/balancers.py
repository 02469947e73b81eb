"""Elastic Load Balancing, API 2015-12-01: balancers in front of functions."""

from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.entrypoints import LOAD_BALANCERS, LoadBalancer

Wire = dict[str, Any]


def _here(asked: Asked) -> list[LoadBalancer]:
    return [one for one in LOAD_BALANCERS if (one.account, one.region) == (asked.account, asked.region)]


def _answer(asked: Asked, key: str, things: list[Wire]) -> Wire:
    page, following = asked.page(things, "Marker", "PageSize", 400, 400)
    return {key: page, "NextMarker": following}


def _by(asked: Asked, parameter: str, attribute: str, code: str) -> list[LoadBalancer]:
    """Those named by a parameter, all when it is absent. Raises Refused when one named is not here."""
    wanted = asked.several(parameter)
    found = [one for one in _here(asked) if not wanted or getattr(one, attribute) in wanted]
    if wanted and not found:
        raise Refused(f"Not found: {wanted[0]}", code=code)
    return found


def describe_load_balancers(asked: Asked) -> Wire:
    found = _by(asked, "LoadBalancerArns", "arn", "LoadBalancerNotFound")
    created = {"CreatedTime": asked.state.time(-8000)}
    return _answer(asked, "LoadBalancers", [one.balancer() | created for one in found])


def describe_target_groups(asked: Asked) -> Wire:
    found = _by(asked, "TargetGroupArns", "target_arn", "TargetGroupNotFound")
    balancer = asked.text("LoadBalancerArn")
    return _answer(asked, "TargetGroups", [one.target_group() for one in found if balancer in ("", one.arn)])


def describe_target_health(asked: Asked) -> Wire:
    found = _by(asked, "TargetGroupArn", "target_arn", "TargetGroupNotFound")
    targets = [{"Target": {"Id": one.function_arn}, "TargetHealth": {"State": "unavailable"}} for one in found]
    return {"TargetHealthDescriptions": targets}


def describe_listeners(asked: Asked) -> Wire:
    found = _by(asked, "LoadBalancerArn", "arn", "LoadBalancerNotFound")
    return _answer(asked, "Listeners", [one.listener() for one in found])


def describe_rules(asked: Asked) -> Wire:
    found = _by(asked, "ListenerArn", "listener_arn", "ListenerNotFound")
    return _answer(asked, "Rules", [rule for one in found for rule in one.rules()])


ELBV2 = AwsService(
    name="elbv2",
    scope="elasticloadbalancing",
    protocol="query",
    namespace="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
    operations={
        "DescribeLoadBalancers": describe_load_balancers,
        "DescribeTargetGroups": describe_target_groups,
        "DescribeTargetHealth": describe_target_health,
        "DescribeListeners": describe_listeners,
        "DescribeRules": describe_rules,
    },
)
