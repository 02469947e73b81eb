"""A load balancer on the internet leads to the function and asks nobody to sign in."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._routes import leading, open_routes
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    yield from open_routes(seen, "load balancer")


RULE = Rule(
    id="open_load_balancer",
    title="An internet-facing load balancer leads to it without sign-in",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="The listener hands requests from anywhere on to the function; whether the caller may is left to the code.",
    checks={"aws": Check(look, needs=("entry_points",))},
    fix={
        "aws": Fix(
            console="EC2, Load balancers, the listener, Rules: put an Authenticate action before the forward to the "
            "function, or use an internal load balancer; bound who reaches it by its security group.",
            cli="aws elbv2 modify-rule --rule-arn RULE --actions file://authenticate-then-forward.json",
            terraform='aws_lb_listener_rule: action { type = "authenticate-oidc" } before the forward; aws_lb: '
            "internal = true.",
        )
    },
    fails=(leading("load balancer", "NONE", url="http://shop-1.eu-west-1.elb.amazonaws.com"),),
    passes=(leading("load balancer", "NONE", reach="private"), leading("load balancer", "authenticate-oidc")),
    catalogue=("EXP-08",),
    references=(
        "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html",
    ),
)
