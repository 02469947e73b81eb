"""Where an Azure app's traffic gets to: by the platform, or through a network with its security group and routes."""

from typing import Any

import pytest

from findings.egress import Egress
from findings.egress.azure import azure_egress

Json = dict[str, Any]
NAT = {"to": "0.0.0.0/0", "via": "nat gateway", "target": "/nat"}
USUAL = (
    {"to": "VirtualNetwork", "name": "AllowVnetOutBound", "action": "allow", "priority": 65000, "protocol": "*"},
    {"to": "0.0.0.0/0", "name": "AllowInternetOutBound", "action": "allow", "priority": 65001, "protocol": "*"},
    {"to": "0.0.0.0/0", "name": "DenyAllOutBound", "action": "deny", "priority": 65500, "protocol": "*"},
)


def tunnel(*rules: Json, group: bool = True, route_all: bool | None = True, ways: list[Json] | None = None) -> Json:
    """All traffic into a network with a NAT gateway, behind a security group with its usual rules and these."""
    return {
        "attached": True, "route_all": route_all, "subnets": [{"id": "/subnet", "security_group": "/nsg"}],
        "security_groups": [{"id": "/nsg", "name": "nsg", "egress": [*rules, *USUAL]}] if group else [],
        "egress": [NAT] if ways is None else ways,
    }  # fmt: skip


def rule(action: str, to: str, priority: int = 100, **more: Any) -> Json:
    return {"to": to, "name": "ours", "action": action, "priority": priority, "protocol": "*", "ports": ["*"], **more}


DENY_INTERNET = rule("deny", "0.0.0.0/0", 200)


def test_outside_a_network_the_platform_carries_it_anywhere() -> None:
    assert azure_egress({"attached": False}).egress is Egress.INTERNET


def test_what_was_never_read_is_unknown() -> None:
    assert azure_egress(None).egress is Egress.UNKNOWN


def test_a_half_tunnel_leaves_the_internet_open() -> None:
    assert azure_egress(tunnel(DENY_INTERNET, route_all=False)).egress is Egress.INTERNET


def test_whether_all_traffic_goes_in_must_be_said() -> None:
    assert azure_egress(tunnel(DENY_INTERNET, route_all=None)).egress is Egress.UNKNOWN
    assert azure_egress(tunnel(route_all=None)).egress is Egress.INTERNET


@pytest.mark.parametrize("via", ["nat gateway", "default outbound access", "internet"])
def test_the_usual_rules_and_a_way_out_lead_to_the_internet(via: str) -> None:
    outlet = azure_egress(tunnel(ways=[{**NAT, "via": via}]))
    assert outlet.egress is Egress.INTERNET
    assert "AllowInternetOutBound" in outlet.because[0]
    assert via in outlet.because[1]


def test_a_denial_leaves_what_was_allowed_before_it() -> None:
    assert azure_egress(tunnel(DENY_INTERNET)).egress is Egress.NONE
    assert azure_egress(tunnel(DENY_INTERNET, rule("allow", "VirtualNetwork"))).egress is Egress.PRIVATE
    assert azure_egress(tunnel(DENY_INTERNET, rule("allow", "10.0.0.0/8"))).egress is Egress.PRIVATE
    assert azure_egress(tunnel(DENY_INTERNET, rule("allow", "Storage"))).egress is Egress.RESTRICTED
    assert azure_egress(tunnel(DENY_INTERNET, rule("allow", "203.0.113.9"))).egress is Egress.RESTRICTED


def test_denying_the_internet_leaves_the_network_itself() -> None:
    no_internet = DENY_INTERNET | {"service_tag": "Internet"}
    assert azure_egress(tunnel(no_internet)).egress is Egress.PRIVATE
    assert azure_egress(tunnel(no_internet, rule("allow", "Storage"))).egress is Egress.RESTRICTED
    assert azure_egress(tunnel(no_internet, rule("allow", "Storage", 300))).egress is Egress.PRIVATE
    assert azure_egress(tunnel(no_internet, rule("allow", "0.0.0.0/0", 300))).egress is Egress.PRIVATE


def test_a_denial_of_some_ports_or_one_protocol_is_no_wall() -> None:
    assert azure_egress(tunnel({**DENY_INTERNET, "ports": ["25"]})).egress is Egress.INTERNET
    assert azure_egress(tunnel({**DENY_INTERNET, "protocol": "Tcp"})).egress is Egress.INTERNET


def test_what_is_allowed_to_everywhere_first_stays_open() -> None:
    assert azure_egress(tunnel(DENY_INTERNET, rule("allow", "0.0.0.0/0"))).egress is Egress.INTERNET


@pytest.mark.parametrize("ways", [[], [{**NAT, "via": "dropped"}], [{"to": "10.0.0.0/8", "via": "internet"}]])
def test_without_a_way_out_it_stays_private(ways: list[Json]) -> None:
    assert azure_egress(tunnel(ways=ways)).egress is Egress.PRIVATE


def test_what_lies_behind_an_appliance_is_not_known() -> None:
    outlet = azure_egress(tunnel(ways=[{**NAT, "via": "virtual appliance", "target": "10.0.0.4"}]))
    assert outlet.egress is Egress.UNKNOWN
    assert "10.0.0.4" in outlet.because[0]
    walled = tunnel(DENY_INTERNET, rule("allow", "VirtualNetwork"), ways=[{**NAT, "via": "virtual appliance"}])
    assert azure_egress(walled).egress is Egress.PRIVATE


def test_what_was_not_readable_is_unknown() -> None:
    assert azure_egress(tunnel(group=False)).egress is Egress.UNKNOWN
    assert azure_egress(tunnel() | {"subnets": [{"id": "/subnet", "found": "missing"}]}).egress is Egress.UNKNOWN


def test_a_subnet_without_a_security_group_is_open() -> None:
    assert azure_egress(tunnel(group=False) | {"subnets": [{"id": "/subnet"}]}).egress is Egress.INTERNET
