"""Combinations: what is no path, and what decides how grave one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from findings.catalogue import catalogue
from findings.rule import Judgement, Subject, Verdict, judge
from findings.rules._worlds import ADMIN, CLIMBING, DATA, NARROW, OPEN, OPEN_WAY, SECRETS, holding
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

STRANGERS = ("public_admin", "public_escalation", "public_power_open_egress")


def told(rule: str, seen: Seen) -> Judgement:
    found = judge(catalogue()[rule], seen)
    assert found is not None
    return found


def opened(**changes: Any) -> SeenPosture:
    """A posture with one way in that strangers have, changed by these."""
    return replace(OPEN, ways_in=({**OPEN_WAY, **changes},))


def test_one_function_is_told_by_one_path_only() -> None:
    for powers in ((ADMIN, SECRETS, CLIMBING), (CLIMBING, SECRETS), (SECRETS,)):
        failing = [rule for rule in STRANGERS if told(rule, holding("aws", *powers, posture=OPEN)).verdict == "fail"]
        assert len(failing) == 1, f"{failing} tell the same path for {[power.power for power in powers]}"


def test_a_way_that_is_closed_for_now_is_no_path() -> None:
    seen = holding("aws", ADMIN, posture=opened(latent="reserved concurrency is 0"), privilege="admin")
    assert told("public_admin", seen).verdict is Verdict.PASS


def test_a_way_under_a_condition_is_milder_and_says_so() -> None:
    judged = told("public_admin", holding("aws", ADMIN, posture=opened(certain=False), privilege="admin"))
    assert (judged.severity, "condition" in judged.because) == (Severity.HIGH, True)


def test_an_open_function_behind_a_private_address_is_milder() -> None:
    judged = told("public_admin", holding("azure", ADMIN, posture=opened(reach="private_endpoint"), privilege="admin"))
    assert (judged.severity, "inside its network" in judged.because) == (Severity.HIGH, True)


def test_an_identity_that_was_not_read_is_unknown_where_strangers_may_call() -> None:
    seen = holding("gcp", posture=OPEN, privilege="unknown")
    blind = replace(seen, identities=tuple(replace(one, unread={"policies": "refused"}) for one in seen.identities))
    assert told("public_admin", blind).verdict is Verdict.UNKNOWN
    closed = replace(blind, posture=replace(OPEN, invoke="same_account", ways_in=()))
    assert told("public_admin", closed).verdict is Verdict.PASS, "nobody can call it, so its identity does not matter"


def test_a_potential_way_to_more_rights_is_not_told_as_a_path() -> None:
    maybe = replace(CLIMBING, confirmed=False)
    seen = holding("aws", maybe, posture=OPEN, privilege="near-admin")
    assert told("public_escalation", seen).verdict is Verdict.PASS
    assert told("can_escalate", seen).severity is Severity.HIGH


def test_power_without_a_way_out_is_no_path_and_an_unknown_way_out_is_unknown() -> None:
    shut = replace(OPEN, egress="private")
    assert told("public_power_open_egress", holding("aws", SECRETS, posture=shut)).verdict is Verdict.PASS
    dark = replace(OPEN, egress="unknown")
    assert told("public_power_open_egress", holding("aws", SECRETS, posture=dark)).verdict is Verdict.UNKNOWN


def test_power_under_a_condition_or_over_one_thing_is_no_path() -> None:
    for power in (replace(SECRETS, conditional=True), replace(SECRETS, breadth="resource"), NARROW):
        assert told("public_power_open_egress", holding("aws", power, posture=OPEN)).verdict is Verdict.PASS


def test_reading_everything_is_graver_where_outsiders_may_call() -> None:
    at_home = holding("aws", SECRETS, DATA)
    assert told("secrets_way_out", at_home).severity is Severity.HIGH
    outside = replace(at_home, posture=replace(at_home.posture, invoke="external"))
    assert told("secrets_way_out", outside).severity is Severity.CRITICAL


def test_how_many_share_an_administrator_may_be_unknown() -> None:
    seen = holding("azure", ADMIN, privilege="admin")
    assert told("shared_admin", replace(seen, posture=replace(seen.posture, shared_by=None))).verdict is Verdict.UNKNOWN


def test_every_combination_is_graver_than_its_parts_or_equal() -> None:
    rules = catalogue()
    for rule in rules.values():
        if rule.subject is Subject.COMBINATION and rule.id != "lateral_chain":
            parts = [rules[part].severity.rank for part in rule.joins]
            assert rule.severity.rank >= max(parts), f"{rule.id} is milder than a part of it"
