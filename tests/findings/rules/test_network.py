"""Rules about networks: what counts as open, and what does not apply."""

from __future__ import annotations

from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import function, with_
from findings.rule import Judgement, Verdict, judge
from findings.rules._worlds import DATA, holding
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

OUT = SeenPosture(egress="internet")


def told(rule: str, seen: Seen) -> Judgement:
    found = judge(catalogue()[rule], seen)
    assert found is not None
    return found


def in_vpc(to: str = "0.0.0.0/0", egress: str = "internet", **rule: Any) -> Seen:
    group = {"id": "sg-1", "egress": [{"to": to, "protocol": "-1", **rule}]}
    network = {"attached": True, "security_groups": [group]}
    return function("aws", network=network, posture=SeenPosture(egress=egress))


@pytest.mark.parametrize(
    ("seen", "severity"),
    [
        (in_vpc(), Severity.MEDIUM),
        (in_vpc(protocol="tcp", from_port=443, to_port=443), Severity.LOW),
        (in_vpc(egress="private"), Severity.LOW),
        (in_vpc("::/0"), Severity.MEDIUM),
        (in_vpc("10.0.0.0/8", egress="private"), None),
        (in_vpc("pl-1234", egress="restricted"), None),
    ],
)
def test_security_groups_are_judged_with_their_routes(seen: Seen, severity: Any) -> None:
    assert told("open_egress", seen).severity is severity


def test_an_open_way_out_is_graver_with_all_data_at_hand() -> None:
    network = in_vpc().section("network")
    assert told("open_egress", holding("aws", DATA, posture=OUT, network=network)).severity is Severity.HIGH


def test_an_unknown_way_out_is_unknown() -> None:
    assert told("open_egress", in_vpc("10.0.0.0/8", egress="unknown")).verdict is Verdict.UNKNOWN


def test_the_half_of_a_tunnel_is_told_by_its_own_rule() -> None:
    seen = function("azure", network={"attached": True, "route_all": False}, posture=OUT)
    assert told("open_egress", seen).verdict is Verdict.NOT_APPLICABLE
    assert told("half_tunnel", seen).verdict is Verdict.FAIL


def test_whether_all_is_routed_may_be_unknown() -> None:
    seen = function("azure", network={"attached": True, "route_all": None}, posture=OUT)
    assert told("half_tunnel", seen).verdict is Verdict.UNKNOWN


def test_the_consumption_plan_has_no_networks_to_be_in() -> None:
    network, config = {"attached": False}, {"hosting": "consumption"}
    assert (
        told("no_private_network", function("azure", network=network, config=config)).verdict is Verdict.NOT_APPLICABLE
    )


def test_sensitive_data_makes_the_open_cloud_graver() -> None:
    seen = with_(function("aws", network={"attached": False}), tags={"data-class": "restricted"})
    assert told("no_private_network", seen).severity is Severity.MEDIUM


@pytest.mark.parametrize(
    ("tag", "egress", "verdict"),
    [
        ("private", "internet", "fail"),
        ("none", "private", "fail"),
        ("api.partner.example, 10.0.0.0/8", "internet", "fail"),
        ("api.partner.example", "restricted", "pass"),
        ("internet", "internet", "not applicable"),
        ("", "internet", "not applicable"),
        ("private", "unknown", "unknown"),
    ],
)
def test_the_declared_way_out_is_compared(tag: str, egress: str, verdict: str) -> None:
    seen = with_(function("gcp", posture=SeenPosture(egress=egress)), tags={"egress-intent": tag})
    assert told("egress_beyond_declared", seen).verdict.value == verdict
