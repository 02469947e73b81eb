"""Inventory: owners, what is new, and how well the account itself is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from findings.catalogue import catalogue
from findings.example import AT, account, function, with_
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen, SeenGap, SeenPosture, SeenReading, SeenUse
from findings.severity import Severity


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


def tagged(**tags: str) -> Seen:
    return with_(function("aws", tags=tags), tags=tags)


def test_an_owner_is_enough_to_make_the_rest_a_remark() -> None:
    assert told("no_owner", tagged()).severity is Severity.LOW
    owned = told("no_owner", tagged(Team="shop"))
    assert (owned.severity, [fault.about for fault in owned.evidence]) == (Severity.INFO, ["purpose", "data"])


def test_what_was_there_at_the_first_reading_is_not_new() -> None:
    seen = with_(function("aws", config={}), first_seen=AT, known_since=AT)
    assert told("new_function", replace(seen, document={"config": {"kind": "x"}})).verdict is Verdict.PASS


def test_a_function_whose_scope_was_never_read_before_is_unknown() -> None:
    seen = with_(function("aws", config={"kind": "x"}), first_seen=AT)
    assert told("new_function", seen).verdict is Verdict.UNKNOWN


def gap(**changes: object) -> SeenGap:
    return replace(SeenGap("eu-west-1", "roles", "denied", "AccessDenied", "iam:ListRoles"), **changes)  # type: ignore[arg-type]


def read(*gaps: SeenGap, state: str = "partial") -> Seen:
    return with_(account("aws"), reading=SeenReading(state, AT - timedelta(days=3), 60, gaps))


@pytest.mark.parametrize(
    ("missing", "severity"),
    [
        (gap(), Severity.HIGH),
        (gap(listing=True, state="partial"), Severity.HIGH),
        (gap(state="partial"), Severity.MEDIUM),
        (gap(optional=True), Severity.LOW),
    ],
    ids=["refused", "part of a list", "some resources", "optional"],
)
def test_how_grave_a_gap_is(missing: SeenGap, severity: Severity) -> None:
    assert told("parts_unread", read(missing)).severity is severity


def test_a_part_is_one_fault_however_many_regions_lack_it() -> None:
    [fault] = told("parts_unread", read(gap(), gap(scope="eu-north-1"), gap(scope="us-east-1"))).evidence
    assert fault.about == "roles" and "eu-west-1 and 2 more" in fault.says
    assert fault.detail["permissions"] == ["iam:ListRoles"]


def test_gaps_are_told_of_the_account_and_not_again_of_each_region() -> None:
    region = replace(read(gap()), native_id="123456789012/eu-west-1")
    for rule in ("parts_unread", "not_read_lately"):
        assert told(rule, region).verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("state", "verdict", "severity"),
    [
        ("fresh", Verdict.PASS, None),
        ("partial", Verdict.PASS, None),
        ("stale", Verdict.FAIL, Severity.MEDIUM),
        ("failed", Verdict.FAIL, Severity.MEDIUM),
        ("paused", Verdict.FAIL, Severity.LOW),
    ],
)
def test_an_account_must_be_read_in_time(state: str, verdict: Verdict, severity: Severity | None) -> None:
    judgement = told("not_read_lately", read(state=state))
    assert (judgement.verdict, judgement.severity) == (verdict, severity)


def called(days: int, invoked: bool = True, read_days_ago: int = 0, **changes: object) -> Seen:
    """A function that was not called for so many days; with `invoked` the day is known."""
    read = AT - timedelta(days=read_days_ago)
    use = SeenUse(read, invoked_on=(AT - timedelta(days=days)).date() if invoked else None, unused_days=days)
    return with_(function("aws", config={}), use=use, **changes)


@pytest.mark.parametrize(
    ("seen", "verdict", "severity"),
    [
        (called(89), Verdict.PASS, None),
        (called(90), Verdict.FAIL, Severity.LOW),
        (called(92, invoked=False), Verdict.FAIL, Severity.LOW),
        (called(92, invoked=False, posture=SeenPosture(invoke="public_anonymous")), Verdict.FAIL, Severity.MEDIUM),
        (called(120, posture=SeenPosture(privilege="admin")), Verdict.FAIL, Severity.MEDIUM),
        (called(12, invoked=False), Verdict.NOT_APPLICABLE, None),
        (called(92, invoked=False, read_days_ago=8), Verdict.UNKNOWN, None),
        (called(3, read_days_ago=8), Verdict.UNKNOWN, None),
        (with_(function("aws", config={})), Verdict.UNKNOWN, None),
        (with_(function("aws", config={}), use=SeenUse(None, unread="refused")), Verdict.UNKNOWN, None),
    ],
    ids=[
        "used",
        "90 days",
        "never seen called",
        "public",
        "admin",
        "young",
        "stale",
        "stale use",
        "never read",
        "refused",
    ],
)
def test_idle_is_said_only_of_what_was_watched_for_90_days(
    seen: Seen, verdict: Verdict, severity: Severity | None
) -> None:
    judgement = told("idle_function", seen)
    assert (judgement.verdict, judgement.severity) == (verdict, severity)
