"""Where a Google function's traffic gets to: directly, or through a VPC with its routes, NAT and firewall."""

from typing import Any

import pytest

from findings.egress import Egress
from findings.egress.gcp import gcp_egress

Json = dict[str, Any]
DIRECT = {"kind": "internet", "setting": "direct"}
CONNECTOR = {"kind": "connector", "name": "core", "setting": "ALL_TRAFFIC"}
DENY_ALL = {"name": "deny-all", "priority": 1000, "effect": "deny", "to": ["0.0.0.0/0"], "ports": [{"protocol": "all"}]}


def tunnel(*rules: Json, **detail: Any) -> Json:
    """All traffic through a connector, with a route to the internet and a NAT."""
    open_way = {"routes": {"internet": True}, "nats": {"names": ["router/nat"]}, "rules": {"egress": list(rules)}}
    return {"attached": True, "egress": [CONNECTOR], "detail": open_way | detail}


def allow(*to: str, priority: int = 900) -> Json:
    return {"name": "out", "priority": priority, "effect": "allow", "to": list(to), "ports": [{"protocol": "tcp"}]}


def test_without_a_vpc_or_with_private_ranges_only_traffic_leaves_directly() -> None:
    assert gcp_egress({"attached": False, "egress": [DIRECT]}).egress is Egress.INTERNET
    partly = gcp_egress({"attached": True, "egress": [{**CONNECTOR, "setting": "PRIVATE_RANGES_ONLY"}, DIRECT]})
    assert partly.egress is Egress.INTERNET
    assert "only private ranges" in partly.because[0]


def test_a_nat_and_a_route_lead_out_while_no_rule_denies_it() -> None:
    outlet = gcp_egress(tunnel())
    assert outlet.egress is Egress.INTERNET
    assert "router/nat" in outlet.because[0]


@pytest.mark.parametrize("closed", [{"routes": {"internet": False}}, {"nats": {"names": []}}])
def test_without_a_route_or_a_nat_it_stays_private(closed: Json) -> None:
    assert gcp_egress(tunnel(**closed)).egress is Egress.PRIVATE


@pytest.mark.parametrize("part", ["routes", "nats", "rules"])
def test_a_part_that_was_not_read_leaves_it_unknown(part: str) -> None:
    network = tunnel()
    del network["detail"][part]
    assert gcp_egress(network).egress is Egress.UNKNOWN


def test_what_was_never_read_is_unknown() -> None:
    assert gcp_egress(None).egress is Egress.UNKNOWN


def test_a_denial_of_everything_leaves_what_was_allowed_before_it() -> None:
    assert gcp_egress(tunnel(DENY_ALL)).egress is Egress.NONE
    assert gcp_egress(tunnel(DENY_ALL, allow("203.0.113.0/24"))).egress is Egress.RESTRICTED
    assert gcp_egress(tunnel(DENY_ALL, allow("10.0.0.0/8"))).egress is Egress.PRIVATE
    assert gcp_egress(tunnel(DENY_ALL, allow("203.0.113.0/24", priority=1100))).egress is Egress.NONE


def test_what_is_allowed_to_everywhere_first_stays_open() -> None:
    assert gcp_egress(tunnel(DENY_ALL, allow("0.0.0.0/0"))).egress is Egress.INTERNET


def test_a_denial_of_one_port_is_no_wall() -> None:
    no_mail = {**DENY_ALL, "ports": [{"protocol": "tcp", "ports": ["25"]}]}
    assert gcp_egress(tunnel(no_mail)).egress is Egress.INTERNET


def test_a_rule_for_other_instances_does_not_concern_it() -> None:
    tagged = {**DENY_ALL, "tags": ["locked"]}
    network = tunnel(tagged)
    assert gcp_egress(network).egress is Egress.INTERNET
    assert gcp_egress({**network, "security_groups": [{"id": "tag locked", "name": "locked"}]}).egress is Egress.NONE


@pytest.mark.parametrize(
    ("tag", "egress"),
    [
        ("vpc-connector", Egress.NONE),
        ("vpc-connector-europe-west1-core", Egress.NONE),
        ("vpc-connector-europe-west1-other", Egress.INTERNET),
    ],
)
def test_connectors_carry_tags_of_their_own(tag: str, egress: Egress) -> None:
    assert gcp_egress(tunnel({**DENY_ALL, "tags": [tag]})).egress is egress
