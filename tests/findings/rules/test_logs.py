"""Logs: whether they can be written, how long they stay, and who calls a function."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from findings.catalogue import catalogue
from findings.example import account, function, runs_as, with_
from findings.rule import Judgement, Verdict, judge
from findings.seen import Seen, SeenGrant
from findings.severity import Severity

GROUP = {"group": "/aws/lambda/checkout", "exists": True, "retention_days": 90}


def told(rule: str, seen: Seen) -> Judgement:
    judgement = judge(catalogue()[rule], seen)
    assert judgement is not None
    return judgement


def grant(effect: str = "allow", kind: str = "inline", **body: Any) -> SeenGrant:
    return SeenGrant(kind, "", "p", effect, "NotAction" in body, {"Effect": effect, "Resource": "*", **body})


@pytest.mark.parametrize(
    ("grants", "verdict"),
    [
        ([grant(Action=["logs:PutLogEvents"])], Verdict.PASS),
        ([grant(Action="*")], Verdict.PASS),
        ([grant(Action=["LOGS:put*"])], Verdict.PASS),
        ([grant(NotAction=["iam:*"])], Verdict.PASS),
        ([grant(NotAction=["logs:*"])], Verdict.FAIL),
        ([grant(Action=["logs:CreateLogGroup"])], Verdict.FAIL),
        ([grant(Action="*", kind="boundary")], Verdict.FAIL),
        ([grant(Action="*"), grant("deny", Action=["logs:*"])], Verdict.FAIL),
        ([grant(Action="*"), grant("deny", Action=["logs:*"], Condition={"Bool": {}})], Verdict.PASS),
        ([grant(Action="*"), grant("deny", Action=["logs:*"], Resource="arn:aws:logs:::g")], Verdict.PASS),
    ],
)
def test_a_role_may_write_logs_when_a_statement_allows_and_none_forbids(
    grants: list[SeenGrant], verdict: Verdict
) -> None:
    seen = runs_as(function("aws", logging=GROUP), grants=grants, document={"policies": {}})
    assert told("logs_cannot_be_written", seen).verdict is verdict


def test_a_role_whose_policies_were_never_read_is_unknown() -> None:
    seen = runs_as(function("aws", logging=GROUP), document={})
    assert told("logs_cannot_be_written", seen).verdict is Verdict.UNKNOWN


def test_a_missing_log_group_alone_is_mild() -> None:
    seen = runs_as(
        function("aws", logging={"group": "g", "exists": False}), grants=[grant(Action="*")], document={"policies": {}}
    )
    assert told("logs_cannot_be_written", seen).severity is Severity.LOW
    assert told("logs_kept_for_ever", seen).verdict is Verdict.NOT_APPLICABLE


def trails(**trail: Any) -> dict[str, Any]:
    return {"audit": {"trails": [{"name": "t", **trail}], "recorders": []}}


@pytest.mark.parametrize(
    ("trail", "verdict"),
    [
        ({"data_events": "all"}, Verdict.PASS),
        ({"data_events": "none"}, Verdict.FAIL),
        ({"data_events": "unknown"}, Verdict.UNKNOWN),
        ({"data_events": "some", "functions": ["arn:aws:lambda:eu-west-1:123456789012:function:check*"]}, Verdict.PASS),
        ({"data_events": "some", "functions": ["arn:aws:lambda:eu-west-1:123456789012:function:other"]}, Verdict.FAIL),
    ],
    ids=["all", "none", "unreadable", "this one", "another one"],
)
def test_a_trail_records_all_calls_or_those_of_some_functions(trail: dict[str, Any], verdict: Verdict) -> None:
    seen = replace(function("aws"), account_document=trails(**trail))
    assert told("calls_not_recorded", seen).verdict is verdict


def test_recorders_are_asked_for_in_regions_only() -> None:
    seen = account("aws", audit={"trails": [], "recorders": []})
    assert told("changes_not_recorded", seen).verdict is Verdict.FAIL
    assert told("changes_not_recorded", replace(seen, region="global")).verdict is Verdict.NOT_APPLICABLE


def test_insights_is_a_layer_of_either_architecture_and_cannot_be_seen_in_an_image() -> None:
    layer = {"name": "LambdaInsightsExtension", "account": "580247275435"}
    assert told("insights_off", function("aws", config={"package": "Zip"}, code={"layers": [layer]})).verdict is (
        Verdict.PASS
    )
    assert told("insights_off", function("aws", config={"package": "Image"}, code={})).verdict is Verdict.NOT_APPLICABLE


def test_an_app_whose_logs_go_somewhere_may_still_report_to_application_insights() -> None:
    sent = {"settings": [{"name": "s", "logs": ["allLogs"]}]}
    assert told("not_in_application_insights", function("azure", logging=sent)).verdict is Verdict.UNKNOWN
    assert told("no_diagnostic_logs", function("azure", logging=sent)).verdict is Verdict.PASS


def test_a_setting_that_keeps_something_else_is_none() -> None:
    metrics = {"settings": [{"name": "metrics", "logs": ["AppServicePlatformLogs"]}]}
    [fault] = told("no_diagnostic_logs", function("azure", logging=metrics)).evidence
    assert "metrics" in fault.says


def alarm(metric: str, **more: Any) -> dict[str, Any]:
    return {"id": metric, "name": metric.lower(), "metric": metric, "tells": True, **more}


def watched(*alarms: Any) -> Judgement:
    return told("no_alarm", function("aws", config={"timeout_s": 30}, alarms={"alarms": list(alarms)}))


def test_each_danger_without_an_alarm_is_told() -> None:
    assert [fault.about for fault in watched(alarm("Errors")).evidence] == ["Throttles", "Duration"]
    assert [fault.about for fault in watched().evidence] == ["Errors", "Throttles", "Duration"]


@pytest.mark.parametrize(
    ("limit", "comparison", "says"),
    [
        (25_000, "GreaterThanThreshold", ""),
        (30_000, "GreaterThanOrEqualToThreshold", ""),
        (30_000, "GreaterThanThreshold", "the timeout is 30000 ms"),
        (60_000, "GreaterThanOrEqualToThreshold", "the timeout is 30000 ms"),
        (60_000, "LessThanThreshold", ""),
    ],
)
def test_an_alarm_beyond_the_timeout_never_goes_off(limit: int, comparison: str, says: str) -> None:
    slow = alarm("Duration", threshold=limit, comparison=comparison)
    judged = watched(alarm("Errors"), alarm("Throttles"), slow)
    assert judged.verdict is (Verdict.FAIL if says else Verdict.PASS)
    assert all(says in fault.says for fault in judged.evidence)


def test_an_alarm_that_tells_nobody_is_none_and_named() -> None:
    judged = watched(alarm("Errors", tells=False), alarm("Throttles"), alarm("Duration"))
    [fault] = judged.evidence
    assert "“errors” tells nobody" in fault.says
    assert watched(alarm("Errors", tells=False), alarm("Errors", name="b"), alarm("Throttles"), alarm("Duration")
                   ).verdict is Verdict.PASS  # fmt: skip


def test_a_query_that_was_not_worked_out_is_unknown() -> None:
    asked = [alarm("Errors", query="FunctionName != 'x'"), alarm("Throttles"), alarm("Duration")]
    assert watched(*asked).verdict is Verdict.UNKNOWN


def test_alarms_that_were_not_read_are_unknown() -> None:
    assert told("no_alarm", function("aws", config={"timeout_s": 30})).verdict is Verdict.UNKNOWN


def sink(name: str = "_Default", text: str = "", *drops: str, disabled: bool = False) -> dict[str, Any]:
    listed = [{"name": f"drop-{place}", "filter": one, "disabled": False} for place, one in enumerate(drops)]
    return {"name": name, "filter": text, "disabled": disabled, "exclusions": listed}


def routed(*sinks: dict[str, Any]) -> Judgement:
    seen = function("gcp", config={"kind": "Cloud Run function", "native": {"service": "projects/p/services/checkout"}})
    found = judge(catalogue()["logs_dropped"], with_(seen, account_document={"sinks": {"sinks": list(sinks)}}))
    assert found is not None
    return found


ALL_OF_IT = 'resource.labels.service_name="checkout"'


@pytest.mark.parametrize(
    ("sinks", "verdict", "severity"),
    [
        ((sink(),), Verdict.PASS, None),
        ((sink("_Default", "", 'resource.type="gce_instance"'),), Verdict.PASS, None),
        ((sink("_Default", "", ALL_OF_IT),), Verdict.FAIL, Severity.MEDIUM),
        ((sink("_Default", "", f"{ALL_OF_IT} severity<ERROR"),), Verdict.FAIL, Severity.LOW),
        ((sink("_Default", "", ALL_OF_IT), sink("to-lake")), Verdict.FAIL, Severity.LOW),
        ((sink("_Default", "", ALL_OF_IT), sink("to-lake", disabled=True)), Verdict.FAIL, Severity.MEDIUM),
        ((sink(disabled=True),), Verdict.FAIL, Severity.MEDIUM),
        ((sink("_Default", "", "regex_of(resource.type)"),), Verdict.UNKNOWN, None),
        ((sink("other", 'resource.type="gce_instance"', ALL_OF_IT), sink()), Verdict.PASS, None),
    ],
)
def test_what_a_sink_drops_is_told_where_it_is_the_functions(
    sinks: tuple[dict[str, Any], ...], verdict: Verdict, severity: Severity | None
) -> None:
    assert (routed(*sinks).verdict, routed(*sinks).severity) == (verdict, severity)


def test_a_disabled_exclusion_drops_nothing() -> None:
    one = sink("_Default", "", ALL_OF_IT)
    one["exclusions"][0]["disabled"] = True
    assert routed(one).verdict is Verdict.PASS
