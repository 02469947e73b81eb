"""Where an AWS function's traffic gets to: rules, network ACLs and routes must all let it pass."""

from typing import Any

import pytest

from findings.egress import Egress, as_read
from findings.egress.aws import aws_egress

Json = dict[str, Any]
NAT = {"to": "0.0.0.0/0", "via": "nat gateway", "target": "nat-1"}
EVERYWHERE = {"to": "0.0.0.0/0", "kind": "cidr", "protocol": "-1"}
EVERYWHERE_SIX = {"to": "::/0", "kind": "cidr", "protocol": "-1"}
REFUSED = {"reason": "ec2:DescribeRouteTables was refused.", "error_class": "denied"}


def vpc(*rules: Json, egress: list[Json] | None = None, acl: list[Json] | None = None, ipv6: bool = False) -> Json:
    """A function in one subnet with one security group; it has a NAT unless `egress` says otherwise."""
    subnet: Json = {"id": "subnet-1"} | ({"acl": {"id": "acl-1", "egress": acl}} if acl is not None else {})
    return {
        "attached": True, "network": "vpc-1", "ipv6": ipv6, "subnets": [subnet],
        "security_groups": [{"id": "sg-1", "egress": list(rules)}], "egress": [NAT] if egress is None else egress,
    }  # fmt: skip


def test_outside_a_vpc_traffic_goes_anywhere() -> None:
    assert aws_egress({"attached": False}).egress is Egress.INTERNET


def test_what_was_never_read_is_unknown() -> None:
    assert aws_egress(None).egress is Egress.UNKNOWN


def test_an_open_rule_and_a_nat_lead_to_the_internet() -> None:
    outlet = aws_egress(vpc(EVERYWHERE))
    assert outlet.egress is Egress.INTERNET
    assert outlet.because == (
        "Security group sg-1 lets all traffic out to 0.0.0.0/0.",
        "The route 0.0.0.0/0 leads out through the nat gateway nat-1.",
    )


@pytest.mark.parametrize(
    ("egress", "why"),
    [
        ([], "no route at all"),
        ([{"to": "10.0.0.0/16", "via": "local"}], "only the network's own"),
        ([{**NAT, "via": "internet gateway", "target": "igw-1"}], "an interface of a function has no public address"),
        ([{**NAT, "state": "blackhole"}], "the NAT was deleted"),
    ],
)
def test_without_a_route_out_traffic_stays_private(egress: list[Json], why: str) -> None:
    outlet = aws_egress(vpc(EVERYWHERE, egress=egress))
    assert outlet.egress is Egress.PRIVATE, why
    assert "No route leads to the internet." in outlet.because


@pytest.mark.parametrize("via", ["transit gateway", "private nat gateway", "peering", "interface"])
def test_what_lies_behind_another_network_is_not_known(via: str) -> None:
    onward = [{"to": "0.0.0.0/0", "via": via, "target": "x-1"}]
    outlet = aws_egress(vpc(EVERYWHERE, egress=onward))
    assert outlet.egress is Egress.UNKNOWN
    assert f"{via} x-1" in outlet.because[0]
    assert aws_egress(vpc({"to": "10.1.0.0/16", "kind": "cidr"}, egress=onward)).egress is Egress.PRIVATE


def test_ways_to_some_addresses_of_other_networks_are_told() -> None:
    outlet = aws_egress(vpc(EVERYWHERE, egress=[{"to": "10.9.0.0/16", "via": "peering", "target": "pcx-1"}]))
    assert outlet.egress is Egress.PRIVATE
    assert "peering" in outlet.because[-1]


def test_rules_that_name_public_addresses_restrict() -> None:
    outlet = aws_egress(vpc({"to": "203.0.113.0/24", "kind": "cidr"}))
    assert outlet.egress is Egress.RESTRICTED
    assert outlet.because == ("The security groups let out only to 203.0.113.0/24.",)


def test_prefix_lists_may_hold_public_addresses() -> None:
    assert aws_egress(vpc({"to": "pl-1", "kind": "prefix list"})).egress is Egress.RESTRICTED


@pytest.mark.parametrize("rule", [{"to": "10.1.0.0/16", "kind": "cidr"}, {"to": "sg-2", "kind": "group"}])
def test_rules_that_name_private_addresses_or_groups_only_keep_it_private(rule: Json) -> None:
    assert aws_egress(vpc(rule)).egress is Egress.PRIVATE


def test_without_rules_nothing_gets_out() -> None:
    assert aws_egress(vpc()).egress is Egress.NONE


@pytest.mark.parametrize("via", ["internet gateway", "egress-only gateway"])
def test_ipv6_leaves_by_gateways_that_ipv4_cannot_use(via: str) -> None:
    way = {"to": "::/0", "via": via, "target": "g-1"}
    assert aws_egress(vpc(EVERYWHERE_SIX, egress=[way], ipv6=True)).egress is Egress.INTERNET
    assert aws_egress(vpc(EVERYWHERE_SIX, egress=[way], ipv6=False)).egress is Egress.PRIVATE


def test_a_rule_for_one_address_family_opens_no_other() -> None:
    assert aws_egress(vpc(EVERYWHERE_SIX, ipv6=True)).egress is Egress.PRIVATE
    six = {"to": "::/0", "via": "egress-only gateway"}
    assert aws_egress(vpc(EVERYWHERE, egress=[six], ipv6=True)).egress is Egress.PRIVATE


def entry(number: int, action: str, to: str) -> Json:
    return {"number": number, "action": action, "to": to, "protocol": "-1"}


def test_a_network_acl_decides_by_its_first_entry_for_everywhere() -> None:
    last = entry(32767, "deny", "0.0.0.0/0")
    assert aws_egress(vpc(EVERYWHERE, acl=[last])).egress is Egress.RESTRICTED
    assert aws_egress(vpc(EVERYWHERE, acl=[last, entry(90, "allow", "0.0.0.0/0")])).egress is Egress.INTERNET
    assert aws_egress(vpc(EVERYWHERE, acl=[entry(90, "allow", "10.0.0.0/8"), last])).egress is Egress.RESTRICTED


def test_one_open_subnet_suffices() -> None:
    network = vpc(EVERYWHERE, acl=[entry(32767, "deny", "0.0.0.0/0")])
    network["subnets"].append({"id": "subnet-2"})
    assert aws_egress(network).egress is Egress.INTERNET


@pytest.mark.parametrize("part", ["subnets", "security_groups"])
def test_a_part_that_nobody_can_see_leaves_it_unknown(part: str) -> None:
    network = vpc(EVERYWHERE)
    network[part].append({"id": "x-1", "found": "missing"})
    outlet = aws_egress(network)
    assert (outlet.egress, outlet.because) == (Egress.UNKNOWN, ("Not readable: x-1.",))


def test_of_a_section_that_is_not_readable_any_more_only_the_worst_stands() -> None:
    assert as_read(aws_egress(vpc(EVERYWHERE)), REFUSED).egress is Egress.INTERNET
    stale = as_read(aws_egress(vpc()), REFUSED)
    assert stale.egress is Egress.UNKNOWN
    assert REFUSED["reason"] in stale.because[-1]
    assert as_read(aws_egress(vpc()), None).egress is Egress.NONE
