"""Limits: what a plan bounds by itself, what nobody bounded, and what does not work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import account, function, with_
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen
from findings.severity import Severity


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


@pytest.mark.parametrize(
    ("limits", "severity"),
    [
        ({"concurrent": 1000, "unreserved": 201}, None),
        ({"concurrent": 1000, "unreserved": 200}, Severity.MEDIUM),
        ({"concurrent": 1000, "unreserved": 40}, Severity.HIGH),
        ({"concurrent": 1000, "unreserved": 900, "code_used_percent": 95}, Severity.HIGH),
        ({"concurrent": 10, "unreserved": 10, "code_used_percent": 0}, None),
    ],
)
def test_headroom_of_an_account_in_a_region(limits: dict[str, int], severity: Severity | None) -> None:
    assert told("account_near_limits", account("aws", limits=limits)).severity is severity


def test_limits_are_those_of_regions() -> None:
    seen = replace(account("aws", limits={"concurrent": 10, "unreserved": 0}), region="global")
    assert told("account_near_limits", seen).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (function("aws", config={"kind": "Web Function"}, concurrency={"scaling": {"main": None}}), Verdict.FAIL),
        (function("aws", config={"kind": "Web Function"}, concurrency={"scaling": {"main": 20}}), Verdict.PASS),
        (function("aws", config={"kind": "Event Function"}, concurrency={"reserved": 0}), Verdict.PASS),
        (function("gcp", concurrency={"max_instances": 3000}), Verdict.FAIL),
        (function("azure", config={"hosting": "Consumption"}, concurrency={"limit": 200}), Verdict.FAIL),
        (function("azure", config={"hosting": "Consumption"}, concurrency={"limit": 10}), Verdict.PASS),
        (function("azure", config={"hosting": "Dedicated"}, concurrency={}), Verdict.NOT_APPLICABLE),
    ],
)
def test_how_far_it_scales(seen: Seen, verdict: Verdict) -> None:
    assert told("scales_without_end", seen).verdict is verdict


@pytest.mark.parametrize(
    ("kind", "delivery", "verdict"),
    [
        ("sqs", {"dead_letter": "", "async": []}, Verdict.NOT_APPLICABLE),
        ("sns", {"dead_letter": "", "async": []}, Verdict.FAIL),
        ("sns", {"dead_letter": "", "async": [{"on_failure": "arn:q", "on_success": ""}]}, Verdict.PASS),
        ("sns", {"dead_letter": "", "async": [{"on_failure": "", "on_success": "arn:q"}]}, Verdict.FAIL),
    ],
)
def test_events_are_lost_where_nothing_takes_those_that_fail(kind: str, delivery: Any, verdict: Verdict) -> None:
    seen = function("aws", triggers={"triggers": [{"kind": kind}]}, delivery=delivery)
    assert told("failed_events_lost", seen).verdict is verdict


def test_subnets_whose_zone_was_not_read_are_unknown() -> None:
    subnets = [{"id": "a", "zone": "eu-west-1a"}, {"id": "b"}]
    assert told("one_zone", function("aws", network={"attached": True, "subnets": subnets})).verdict is Verdict.UNKNOWN
    two = [*subnets, {"id": "c", "zone": "eu-west-1b"}]
    assert told("one_zone", function("aws", network={"attached": True, "subnets": two})).verdict is Verdict.PASS


def test_outside_a_vpc_there_are_no_zones_to_choose() -> None:
    assert told("one_zone", function("aws", network={"attached": False})).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("env", "plan", "verdict"),
    [
        ("prod", {"tier": "ElasticPremium", "zone_redundant": False}, Verdict.FAIL),
        ("Production", {"tier": "FlexConsumption", "zone_redundant": False}, Verdict.FAIL),
        ("prod", {"tier": "PremiumV3", "zone_redundant": True}, Verdict.PASS),
        ("prod", {"tier": "ElasticPremium"}, Verdict.UNKNOWN),
        ("prod", {"id": "/plans/of-another-subscription"}, Verdict.UNKNOWN),
        ("prod", {"tier": "Dynamic", "zone_redundant": False}, Verdict.NOT_APPLICABLE),
        ("prod", {"tier": "Standard", "zone_redundant": False}, Verdict.NOT_APPLICABLE),
        ("dev", {"tier": "ElasticPremium", "zone_redundant": False}, Verdict.NOT_APPLICABLE),
        ("", {"tier": "ElasticPremium", "zone_redundant": False}, Verdict.NOT_APPLICABLE),
    ],
)
def test_a_plan_of_production_is_spread_over_zones(env: str, plan: dict[str, Any], verdict: Verdict) -> None:
    judgement = told("one_zone", with_(function("azure", config={"plan": plan}), tags={"env": env}))
    assert judgement.verdict is verdict
    assert verdict is not Verdict.FAIL or judgement.severity is Severity.LOW


def test_a_stopped_app_is_no_broken_one() -> None:
    stopped = told("not_working", function("azure", config={"state": "Stopped", "enabled": True}))
    assert (stopped.verdict, stopped.severity) == (Verdict.FAIL, Severity.INFO)


def test_a_failed_update_of_a_working_function_is_told() -> None:
    state = {"state": "Active", "update": "Failed", "update_reason": "A subnet has no addresses left."}
    [fault] = told("not_working", function("aws", state=state)).evidence
    assert fault.says == "Its last update failed: A subnet has no addresses left"


def test_only_the_longest_timeout_there_is_counts() -> None:
    for kind, timeout, verdict in (
        ("Cloud Function (1st gen)", 540, Verdict.FAIL),
        ("Cloud Function (2nd gen)", 540, Verdict.PASS),
        ("Cloud Function (2nd gen)", 3600, Verdict.FAIL),
    ):
        seen = function("gcp", config={"kind": kind, "timeout_s": timeout})
        assert told("timeout_at_most", seen).verdict is verdict, (kind, timeout)


def test_retries_with_a_dead_letter_topic_come_to_an_end() -> None:
    for detail, verdict in (({"retry": True, "dead_letter": "topic"}, Verdict.PASS), ({"retry": True}, Verdict.FAIL)):
        seen = function("gcp", triggers={"triggers": [{"kind": "pubsub", "source": "orders", "detail": detail}]})
        assert told("retried_without_end", seen).verdict is verdict
