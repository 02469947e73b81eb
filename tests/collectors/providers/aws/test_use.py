"""CloudWatch's daily sums: a call for 500 functions, errors only of what was called, and no guess where none came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from collectors.provider import Denied, Unsupported
from collectors.providers.aws import PROVIDER
from collectors.providers.aws.fetch.functions import listed
from inventory.facts import UseFact
from tests.collectors.providers.aws.scripted import AT, REGION, Asked, Scripted, refusal, session

ARN = f"arn:aws:lambda:{REGION}:123456789012:function:"
TODAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def cloud() -> Iterator[Scripted]:
    made = Scripted()
    yield made
    made.close()


def told(cloud: Scripted, *names: str) -> dict[str, UseFact]:
    opened = session(cloud.url)
    opened.begin(REGION, 60)
    listed(opened.reach(REGION)).extend(
        {"FunctionName": name, "FunctionArn": ARN + name, "LastModified": "2025-06-01T10:00:00.000+0000"}
        for name in names
    )
    found = PROVIDER.use(opened, REGION, AT)
    assert found is not None
    return {fact.native_id.removeprefix(ARN): fact for fact in found}


def seconds(days_ago: int) -> float:
    return (TODAY - timedelta(days=days_ago)).timestamp()


def metrics(**days: dict[str, dict[int, float]]) -> Any:
    """Answers of days ago → value, by metric and function."""

    def answer(asked: Asked) -> Any:
        found = []
        for query in json.loads(asked.body)["MetricDataQueries"]:
            metric = query["MetricStat"]["Metric"]
            (dimension,) = metric["Dimensions"]
            values = days.get(metric["MetricName"], {}).get(dimension["Value"], {})
            found.append({"Id": query["Id"], "Timestamps": [seconds(ago) for ago in values],
                          "Values": list(values.values()), "StatusCode": "Complete"})  # fmt: skip
        return {"MetricDataResults": found}

    return answer


def test_days_become_the_last_day_and_the_sums_of_thirty(cloud: Scripted) -> None:
    cloud.on("GetMetricData", metrics(
        Invocations={"busy": {40: 7.0, 2: 5.0, 1: 3.0}, "rested": {60: 9.0}}, Errors={"busy": {1: 2.0}},
    ))  # fmt: skip
    found = told(cloud, "busy", "rested", "idle")
    assert (found["busy"].invoked_on, found["busy"].invocations, found["busy"].errors) == (date(2026, 3, 1), 8, 2)
    assert (found["rested"].invoked_on, found["rested"].invocations) == (date(2026, 1, 1), 0)
    assert (found["idle"].invoked_on, found["idle"].invocations, found["idle"].errors) == (None, 0, 0)
    assert found["idle"].existed_on == date(2025, 6, 1)
    assert found["idle"].looked_from == date(2025, 11, 30)


def test_five_hundred_functions_are_one_call_and_errors_are_asked_of_those_that_were_called(cloud: Scripted) -> None:
    cloud.on("GetMetricData", metrics(Invocations={"f0": {1: 1.0}, "f1": {50: 1.0}}))
    assert len(told(cloud, *(f"f{number}" for number in range(501)))) == 501
    asked = [[q["MetricStat"]["Metric"]["MetricName"] for q in json.loads(one.body)["MetricDataQueries"]]
             for one in cloud.asked]  # fmt: skip
    assert [(names[0], len(names)) for names in asked] == [("Invocations", 500), ("Errors", 1), ("Invocations", 1)]
    body = json.loads(cloud.asked[0].body)
    assert body["StartTime"] == datetime(2025, 11, 30, tzinfo=UTC).timestamp()
    assert body["MetricDataQueries"][0]["MetricStat"]["Period"] == 86400


def test_pages_of_values_are_joined(cloud: Scripted) -> None:
    first = {"Id": "f0", "Timestamps": [seconds(9)], "Values": [4.0], "StatusCode": "PartialData"}
    second = {"Id": "f0", "Timestamps": [seconds(3)], "Values": [1.0], "StatusCode": "Complete"}
    cloud.on("GetMetricData", [{"MetricDataResults": [first], "NextToken": "more"}, {"MetricDataResults": [second]}])
    fact = told(cloud, "checkout")["checkout"]
    assert (fact.invoked_on, fact.invocations) == (date(2026, 2, 27), 5)


@pytest.mark.parametrize("status", ["InternalError", "Forbidden", "PartialData"])
def test_a_metric_that_did_not_come_whole_is_unread_and_never_none(cloud: Scripted, status: str) -> None:
    cloud.on("GetMetricData", {"MetricDataResults": [{"Id": "f0", "Timestamps": [], "Values": [],
                                                      "StatusCode": status}]})  # fmt: skip
    assert told(cloud, "checkout")["checkout"].unread is not None


def test_refusals_are_told_with_the_permission_and_unknown_calls_as_such(cloud: Scripted) -> None:
    cloud.on("GetMetricData", refusal("AccessDeniedException", 403))
    with pytest.raises(Denied) as denied:
        told(cloud, "checkout")
    assert denied.value.permission == "cloudwatch:GetMetricData"
    cloud.on("GetMetricData", refusal("UnknownOperationException", 404))
    with pytest.raises(Unsupported):
        told(cloud, "checkout")


def test_nothing_is_asked_where_there_are_no_functions(cloud: Scripted) -> None:
    assert told(cloud) == {}
    assert cloud.asked == []
    assert PROVIDER.use(session(cloud.url), "global", AT) is None
