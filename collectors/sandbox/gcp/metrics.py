"""Cloud Monitoring (API v3): the counts of executions and requests, summed by spans of 24 hours."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from collectors.sandbox.estate import use
from collectors.sandbox.estate.gcp.function import Function
from collectors.sandbox.gcp.asked import Asked
from collectors.sandbox.gcp.words import Refused
from collectors.sandbox.rest import Route, Wire

_METRIC = re.compile(r'metric\.type\s*=\s*"([^"]+)"')
_DAY = timedelta(days=1)
#: Metric → resource type, its labels of place and name, the label of the outcome with its good and its bad word.
_KNOWN = {
    "cloudfunctions.googleapis.com/function/execution_count":
        ("cloud_function", "region", "function_name", "status", "ok", "error"),
    "run.googleapis.com/request_count":
        ("cloud_run_revision", "location", "service_name", "response_code_class", "2xx", "5xx"),
}  # fmt: skip


def list_time_series(asked: Asked) -> Wire:
    """Google refuses a question without a filter or an interval; another metric has no time series."""
    project, wanted = asked.project, _METRIC.search(asked.text("filter"))
    if wanted is None:
        raise Refused(400, "Field filter had an invalid value: a metric type is required.")
    if asked.text("aggregation.alignmentPeriod") != "86400s":
        raise Refused(400, "Field aggregation.alignmentPeriod had an invalid value: the sandbox sums days only.")
    begin, end = _time(asked, "interval.startTime"), _time(asked, "interval.endTime")
    told = _KNOWN.get(wanted[1])
    functions = [one for one in asked.state.functions(project.id) if told and _counts(one, told[0])]
    series = [one for function in functions if told for one in _series(asked, function, wanted[1], told, begin, end)]
    return asked.page("timeSeries", series, default=1000, most=100_000)


def _time(asked: Asked, name: str) -> datetime:
    try:
        return datetime.fromisoformat(asked.text(name))
    except ValueError as error:
        raise Refused(400, f"Field {name} had an invalid value.") from error


def _counts(function: Function, resource: str) -> bool:
    return (function.generation == "gen1") == (resource == "cloud_function")


def _series(
    asked: Asked, function: Function, metric: str, told: tuple[str, ...], begin: datetime, end: datetime
) -> list[Wire]:
    resource, place, name, outcome, good, bad = told
    short = (function.resource if function.generation == "gen1" else function.service).rsplit("/", 1)[-1]
    labels = {place: function.location, name: short}
    found = []
    counted: tuple[tuple[str, Callable[[str, date, datetime], int]], ...] = (
        (good, use.calls_on), (bad, use.errors_on),
    )  # fmt: skip
    for word, count in counted:
        points = _points(asked, function, count, begin, end)
        if points:
            found.append({
                "metric": {"type": metric, "labels": {outcome: word}},
                "resource": {"type": resource, "labels": {**labels, "project_id": function.project}},
                "metricKind": "DELTA", "valueType": "INT64", "points": points,
            })  # fmt: skip
    return found


def _points(
    asked: Asked, function: Function, count: Callable[[str, date, datetime], int], begin: datetime, end: datetime
) -> list[Wire]:
    """Spans back from the end, the newest first; those in which nothing was counted are left out."""
    found: list[dict[str, Any]] = []
    state, until = asked.state, end
    while until - _DAY >= begin:
        # What was called on a day was called at noon of it.
        day = (until - _DAY / 2).date()
        number = count(function.name, day, state.base) if until - _DAY <= state.time(state.day * 24) else 0
        if number:
            interval = {"startTime": (until - _DAY).isoformat(), "endTime": until.isoformat()}
            found.append({"interval": interval, "value": {"int64Value": str(number)}})
        until -= _DAY
    return found


ROUTES = (
    Route("GET", "/v3/projects/{project}/timeSeries", "monitoring", "ListTimeSeries", list_time_series,
          "monitoring.timeSeries.list"),
)  # fmt: skip
