"""Runtimes: what has ended, what ends soon, and what nobody can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from findings.catalogue import catalogue
from findings.example import function
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen
from findings.severity import Severity
from inventory.eol import LIVE, runtime_life


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


def on(seen: Seen, year: int, month: int, day: int) -> Seen:
    return replace(seen, at=datetime(year, month, day, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "ended", "ending"),
    [
        ((2025, 12, 30), Verdict.PASS, Verdict.PASS),
        ((2026, 1, 5), Verdict.PASS, Verdict.FAIL),
        ((2026, 4, 29), Verdict.PASS, Verdict.FAIL),
        ((2026, 4, 30), Verdict.FAIL, Verdict.PASS),
    ],
    ids=["long before", "within 120 days", "the day before", "the day"],
)
def test_a_runtime_is_ending_and_then_ended_and_never_both(
    day: tuple[int, int, int], ended: Verdict, ending: Verdict
) -> None:
    seen = on(function("aws", config={"runtime": "nodejs20.x"}), *day)
    assert (told("runtime_ended", seen).verdict, told("runtime_ending", seen).verdict) == (ended, ending)


def test_it_is_graver_once_nobody_may_update_the_function() -> None:
    seen = function("aws", config={"runtime": "nodejs20.x"})
    before, after = told("runtime_ended", on(seen, 2027, 3, 2)), told("runtime_ended", on(seen, 2027, 3, 3))
    assert (before.severity, after.severity) == (Severity.HIGH, Severity.CRITICAL)
    assert "2027-03-03" in after.because


def test_the_evidence_says_where_the_date_comes_from() -> None:
    [table] = told("runtime_ended", function("azure", config={"runtime": "python|3.9"})).evidence
    assert "the language's own schedule, as of 2026-11-22" in table.says
    live = {"ends": "2024-01-30", "stops": "2025-01-30"}
    [from_cloud] = told("runtime_ended", function("gcp", config={"runtime": "x"}, runtime_management=live)).evidence
    assert LIVE in from_cloud.says


def test_the_clouds_own_date_goes_before_the_table() -> None:
    live = {"ends": "2040-01-01"}
    life = runtime_life("gcp", "nodejs16", live)
    assert life is not None and (life.ends, life.gathered) == (date(2040, 1, 1), None)
    assert told("runtime_ended", function("gcp", config={"runtime": "nodejs16"}, runtime_management=live)).verdict == (
        Verdict.PASS
    )


@pytest.mark.parametrize("config", [{"runtime": ""}, {"runtime": "cobol2029"}, {"kind": "Function App"}])
def test_a_runtime_nobody_knows_is_unknown_and_no_pass(config: dict[str, str]) -> None:
    for rule in ("runtime_ended", "runtime_ending"):
        judgement = told(rule, function("azure", config=config))
        assert judgement.verdict is Verdict.UNKNOWN and all(judgement.reasons), rule


def test_an_image_has_no_runtime_to_judge_but_is_told() -> None:
    for cloud in ("aws", "gcp", "azure"):
        seen = function(cloud, config={"package": "Image"}, code={"image": "registry/shop:latest"})
        assert told("runtime_ended", seen).verdict is Verdict.NOT_APPLICABLE
        assert told("image_runtime_unseen", seen).verdict is Verdict.FAIL


PUBLISHED = {"published": [{"version": "2", "runtime": "python3.8"}, {"version": "1", "runtime": "python3.8"}]}


def test_old_versions_are_one_fault_a_runtime_and_milder_when_no_alias_leads_there() -> None:
    seen = function("aws", config={"runtime": "python3.13"}, published=PUBLISHED, versions={"aliases": []})
    judgement = told("published_runtime_ended", seen)
    [fault] = judgement.evidence
    assert (judgement.severity, fault.about, fault.detail["versions"]) == (Severity.LOW, "python3.8", ["2", "1"])


def test_a_share_of_the_calls_is_enough_for_a_version_to_be_in_use() -> None:
    weighed = {"aliases": [{"name": "live", "version": "9", "weights": {"1": 0.05}}]}
    seen = function("aws", config={"runtime": "python3.13"}, published=PUBLISHED, versions=weighed)
    assert told("published_runtime_ended", seen).severity is Severity.MEDIUM


def test_versions_on_the_functions_own_old_runtime_are_told_by_the_function_itself() -> None:
    seen = function("aws", config={"runtime": "python3.8"}, published=PUBLISHED, versions={"aliases": []})
    assert told("published_runtime_ended", seen).verdict is Verdict.PASS
    assert told("runtime_ended", seen).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("kind", "updates", "verdict"),
    [
        ("Cloud Function (2nd gen)", None, Verdict.PASS),
        ("Cloud Function (2nd gen)", False, Verdict.FAIL),
        ("Cloud Run function", None, Verdict.FAIL),
        ("Cloud Run function", True, Verdict.PASS),
    ],
)
def test_google_patches_functions_unless_told_otherwise_and_services_only_if_told(
    kind: str, updates: bool | None, verdict: Verdict
) -> None:
    build = {} if updates is None else {"automatic_updates": updates}
    seen = function("gcp", config={"kind": kind}, code={"build": build})
    assert told("runtime_not_patched", seen).verdict is verdict


def test_net_in_the_hosts_process_is_milder_before_its_end() -> None:
    [seen] = catalogue()["dotnet_in_process"].fails
    assert told("dotnet_in_process", seen).severity is Severity.MEDIUM
    assert told("dotnet_in_process", replace(seen, at=seen.at + timedelta(days=30))).severity is Severity.HIGH


def test_an_app_that_lists_no_functions_does_not_pass_as_isolated() -> None:
    assert told("dotnet_in_process", function("azure", triggers={"functions": []})).verdict is Verdict.UNKNOWN
