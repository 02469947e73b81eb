"""Alarms: which of them watch a function, and whether they tell anybody."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.providers.aws.fetch import alarms as fetched
from collectors.providers.aws.permissions import PERMISSIONS
from inventory.facts import Unread
from tests.collectors.providers.aws.answers import ACCOUNT, digests, raw, seen
from tests.collectors.providers.aws.scripted import REGION, Scripted, refusal, session

DENIED = Unread("no", "cloudwatch:DescribeAlarms", "denied")
ACTS = {"ActionsEnabled": True, "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:on-call"]}


def alarm(name: str = "a", function: str = "checkout", **more: Any) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": function}] if function else []
    simple = {"Namespace": "AWS/Lambda", "MetricName": "Errors", "Dimensions": dimensions}
    return {"AlarmName": name, **ACTS, **({} if "Metrics" in more else simple), **more}


def told(*metric: Any, composite: Any = ()) -> list[dict[str, Any]]:
    observation = seen("functions", raw(alarms={"metric": list(metric), "composite": list(composite)}))
    assert not observation.unread
    found: list[dict[str, Any]] = observation.sections["alarms"]["alarms"]
    return found


def dimensions(**named: str) -> dict[str, Any]:
    return {"Dimensions": [{"Name": name, "Value": value} for name, value in named.items()]}


def metric(name: str, function: str = "checkout") -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": function}]
    return {"Id": name.lower(), "MetricStat": {"Metric": {"Namespace": "AWS/Lambda", "MetricName": name,
            "Dimensions": dimensions}, "Stat": "Sum"}}  # fmt: skip


def test_an_alarm_on_one_metric_is_told_with_its_limit() -> None:
    [one] = told(alarm(Threshold=2.0, ComparisonOperator="GreaterThanThreshold", Statistic="Sum"))
    assert one == {
        "id": "a Errors", "name": "a", "metric": "Errors", "tells": True, "threshold": 2,
        "comparison": "GreaterThanThreshold", "statistic": "Sum",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "of"),
    [
        (dimensions(FunctionName="checkout", Resource="checkout:live"), "live"),
        (dimensions(FunctionName="checkout", Resource="checkout"), ""),
        ({"Dimensions": []}, "all functions"),
    ],
)  # fmt: skip
def test_an_alarm_watches_a_function_an_alias_or_all(change: dict[str, Any], of: str) -> None:
    assert [one.get("of", "") for one in told(alarm(**change))] == [of]


@pytest.mark.parametrize(
    "change",
    [
        {"function": "other"},
        {"Namespace": "AWS/SQS"},
        {"Dimensions": [{"Name": "EventSourceMappingUUID", "Value": "u"}]},
        {"Metrics": [{**metric("Errors"), "AccountId": "999999999999"}]},
        {"Metrics": [{"Id": "q", "Expression": "SELECT SUM(Errors) FROM \"AWS/Lambda\" WHERE FunctionName = 'other'"}]},
        {"Metrics": [{"Id": "q", "Expression": 'SELECT SUM(x) FROM "AWS/SQS"'}]},
    ],
)
def test_what_watches_something_else_is_left_out(change: dict[str, Any]) -> None:
    assert told(alarm(**change)) == []


def test_an_expression_watches_each_metric_in_it() -> None:
    share = [metric("Errors"), metric("Invocations"), {"Id": "share", "Expression": "errors / invocations"}]
    assert [one["metric"] for one in told(alarm(Metrics=share, Threshold=5.0))] == ["Errors", "Invocations"]
    own = {**metric("Errors"), "AccountId": ACCOUNT}
    assert [one.get("threshold") for one in told(alarm(Metrics=[own], Threshold=5.0))] == [None]


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("", {"of": "all functions"}),
        (" WHERE FunctionName = 'checkout' GROUP BY FunctionName", {}),
        (" WHERE FunctionName != 'x' ORDER BY SUM() DESC", {"query": "FunctionName != 'x'"}),
    ],
)
def test_a_query_watches_all_functions_or_those_it_chooses(where: str, says: dict[str, str]) -> None:
    query = f'SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName){where}'
    [one] = told(alarm(Metrics=[{"Id": "q", "Expression": query}]))
    assert {key: one[key] for key in ("of", "query") if key in one} == says


@pytest.mark.parametrize("change", [{"ActionsEnabled": False}, {"AlarmActions": []}])
def test_an_alarm_without_a_working_action_tells_nobody_unless_a_composite_one_does(change: dict[str, Any]) -> None:
    quiet = alarm("quiet", **change)
    assert told(quiet)[0]["tells"] is False
    joins = {"AlarmName": "inner", "ActionsEnabled": False, "AlarmActions": [], "AlarmRule": 'ALARM("quiet")'}
    outer = {"AlarmName": "outer", **ACTS, "AlarmRule": "OK(x) AND ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:inner)"}
    [one] = told(quiet, composite=[joins, outer])
    assert (one["tells"], one["through"]) == (True, ["outer"])
    other = {**outer, "AlarmRule": 'OK("quiet") AND ALARM(else)'}
    assert told(quiet, composite=[joins, other])[0]["tells"] is False


def test_alarms_that_may_not_be_read_are_unknown_and_make_nothing_else_so() -> None:
    observation = seen("functions", raw(alarms=DENIED))
    assert observation.unread == {"alarms": DENIED}
    assert "alarms" not in observation.sections
    assert observation.core_read
    passing = seen("functions", raw(alarms=Unread("cut off", "", "unreachable")))
    assert passing.core_read, "an optional part may not make every reading a full one"


def test_alarms_are_an_optional_part() -> None:
    assert all(permission.optional for permission in PERMISSIONS if permission.part == "alarms")
    assert "alarms" in {permission.part for permission in PERMISSIONS}


def test_what_is_kept_of_an_answer_from_before_says_nothing_of_alarms() -> None:
    assert "alarms" not in seen("functions", raw()).sections


def test_order_says_nothing() -> None:
    one, other = alarm("a"), alarm("b", MetricName="Throttles")
    before, after = ({"metric": turned, "composite": []} for turned in ([one, other], [other, one]))
    assert digests(seen("functions", raw(alarms=before))) == digests(seen("functions", raw(alarms=after)))


def test_alarms_are_asked_for_once_a_reading_and_without_their_state(endpoint: Scripted) -> None:
    first = {"MetricAlarms": [alarm("a", StateValue="ALARM", StateReason="7 > 0")], "CompositeAlarms": [],
             "NextToken": "n"}  # fmt: skip
    rest = {"MetricAlarms": [alarm("all", ""), alarm("b", "other"), alarm("q", Namespace="AWS/SQS")],
            "CompositeAlarms": [{"AlarmName": "c", "AlarmRule": "ALARM(a)", "StateValue": "OK"}]}  # fmt: skip
    endpoint.on("DescribeAlarms", [first, rest])
    reach = session(endpoint.url).reach(REGION)
    mine: Any = fetched.of_function(reach, "checkout")
    others: Any = fetched.of_function(reach, "elsewhere")
    assert [one["AlarmName"] for one in mine["metric"]] == ["a", "all"]
    assert [one["AlarmName"] for one in mine["composite"]] == ["c"]
    assert [one["AlarmName"] for one in others["metric"]] == ["all"]
    assert "State" not in str(mine)
    assert endpoint.count("DescribeAlarms") == 2


@pytest.mark.parametrize(
    ("answer", "error_class"),
    [
        (refusal("AccessDeniedException", 403), "denied"),
        (refusal("UnknownOperationException", 404), "unsupported"),
        (refusal("InternalFailure", 501), "unsupported"),
        (refusal("InvalidSignatureException", 403), "credentials"),
        ({"CompositeAlarms": []}, "bad answer"),
        ({"MetricAlarms": ["x"], "CompositeAlarms": []}, "bad answer"),
    ],
)
def test_a_refusal_is_told_for_each_function(endpoint: Scripted, answer: Any, error_class: str) -> None:
    endpoint.on("DescribeAlarms", answer)
    mine = fetched.of_function(session(endpoint.url).reach(REGION), "checkout")
    assert isinstance(mine, Unread)
    assert mine.error_class == error_class
