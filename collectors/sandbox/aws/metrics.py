"""CloudWatch metrics (API 2010-08-01): the daily sums of functions."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from collectors.sandbox.aws.alarms import describe_alarms
from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate import use

_MOST = 500
_TOLD: dict[str, Callable[[str, date, datetime], int]] = {"Invocations": use.calls_on, "Errors": use.errors_on}


def get_metric_data(asked: Asked) -> dict[str, Any]:
    queries = asked.several("MetricDataQueries")
    if not 0 < len(queries) <= _MOST:
        raise Refused("MetricDataQueries must hold 1 to 500 queries.", "no_parameter")
    begin, end = _time(asked, "StartTime"), _time(asked, "EndTime")
    if begin >= end:
        raise Refused("The parameter StartTime must be less than the parameter EndTime.", "no_parameter")
    return {"MetricDataResults": [_result(asked, query, begin, end) for query in queries], "Messages": []}


def _time(asked: Asked, name: str) -> datetime:
    value = asked.params.get(name)
    if not isinstance(value, int | float):
        raise Refused(f"The parameter {name} is required.", "no_parameter")
    return datetime.fromtimestamp(value, UTC)


def _result(asked: Asked, query: dict[str, Any], begin: datetime, end: datetime) -> dict[str, Any]:
    metric = query.get("MetricStat", {}).get("Metric", {})
    dimensions = {one["Name"]: one["Value"] for one in metric.get("Dimensions", ())}
    name, told = dimensions.get("FunctionName", ""), _TOLD.get(metric.get("MetricName", ""))
    found: dict[str, Any] = {"Id": query["Id"], "Label": metric.get("MetricName", ""), "Timestamps": [], "Values": []}
    if name in use.UNREADABLE:
        return {**found, "StatusCode": "InternalError"}
    known = metric.get("Namespace") == "AWS/Lambda" and asked.state.function(asked.account, asked.region, name)
    for day in use.days(begin, end, asked.state.now) if told and known else ():
        count = told(name, day, asked.state.base) if told else 0
        if count:
            found["Timestamps"].append(datetime(day.year, day.month, day.day, tzinfo=UTC))
            found["Values"].append(float(count))
    return {**found, "StatusCode": "Complete"}


CLOUDWATCH = AwsService(
    name="cloudwatch",
    scope="monitoring",
    protocol="json",
    operations={"GetMetricData": get_metric_data, "DescribeAlarms": describe_alarms},
)
