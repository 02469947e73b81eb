"""How often functions are called: CloudWatch's daily sums, for 500 functions a call.

CloudWatch charges for each metric that is asked for (GetMetricData, 0.01 USD for 1,000), however few days or values
come back. So it is asked once a day, and for errors only where there were invocations of late. Sums by day are kept for
455 days. A day without a value is a day without an invocation: Lambda sends none then. Metrics carry the function's
name, so those of an earlier function of the same name count, too.

Web functions have a namespace of their own (AWS/Lambda/Web) and are not asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from collectors.provider import BadAnswer
from collectors.providers.aws.fetch.functions import listed
from collectors.providers.aws.reach import Reach
from collectors.providers.aws.session import AwsSession
from collectors.use import day_of, recent_from, reduced, window
from inventory.chunks import batched
from inventory.facts import Unread, UseFact

Json = Any

#: The most that one call may ask for.
A_CALL = 500
DAY_SECONDS = 86_400


def use(session: AwsSession, scope: str, at: datetime) -> Iterator[UseFact]:
    """What the metrics say of each function that this reading listed in the region."""
    reach = session.reach(scope)
    named = {str(one["FunctionName"]): one for one in listed(reach) if isinstance(one, dict) and "FunctionName" in one}
    begin, end = window(at)
    recent = recent_from(at)
    for names in batched(sorted(named), A_CALL):
        calls = _sums(reach, "Invocations", names, begin, end)
        lately = [name for name in names if _called_since(calls[name], recent.date())]
        errors = _sums(reach, "Errors", lately, recent, end) if lately else {}
        for name in names:
            function, days, wrong = named[name], calls[name], errors.get(name, {})
            existed = day_of(str(function.get("LastModified") or ""))
            if isinstance(days, Unread):
                yield UseFact(str(function.get("FunctionArn")), begin.date(), existed_on=existed, unread=days)
            else:
                told = None if isinstance(wrong, Unread) else wrong
                yield reduced(str(function.get("FunctionArn")), at, days, told, existed)


def _called_since(days: dict[date, float] | Unread, since: date) -> bool:
    return not isinstance(days, Unread) and any(count > 0 and day >= since for day, count in days.items())


def _sums(
    reach: Reach, metric: str, names: Sequence[str], begin: datetime, end: datetime
) -> dict[str, dict[date, float] | Unread]:
    """The daily sums of a metric by function, or why those of a function did not come."""
    ids = {f"f{number}": name for number, name in enumerate(names)}
    queries = [{"Id": key, "MetricStat": _stat(metric, name), "ReturnData": True} for key, name in ids.items()]
    days: dict[str, dict[date, float]] = {key: {} for key in ids}
    ended: dict[str, str] = {}
    for answer in reach.answers(
        "cloudwatch", "GetMetricData", "MetricDataResults", send="NextToken", take="NextToken",
        MetricDataQueries=queries, StartTime=begin, EndTime=end, ScanBy="TimestampAscending",
    ):  # fmt: skip
        for told in answer["MetricDataResults"]:
            key = str(told.get("Id"))
            if key in ids:
                days[key].update(_values(told))
                ended[key] = str(told.get("StatusCode") or "Complete")
    return {ids[key]: days[key] if ended.get(key) == "Complete" else _unread(ended.get(key)) for key in ids}


def _stat(metric: str, name: str) -> dict[str, Json]:
    dimensions = [{"Name": "FunctionName", "Value": name}]
    wanted = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
    return {"Metric": wanted, "Period": DAY_SECONDS, "Stat": "Sum"}


def _values(told: dict[str, Json]) -> dict[date, float]:
    times, values = told.get("Timestamps") or [], told.get("Values") or []
    if len(times) != len(values):
        raise BadAnswer("cloudwatch:GetMetricData: there are more times than values, or fewer.")
    return {_day(time): float(value) for time, value in zip(times, values, strict=True)}


def _day(time: Json) -> date:
    """The day of a time, which is written as seconds since 1970 or as text."""
    if isinstance(time, int | float):
        return datetime.fromtimestamp(time, UTC).date()
    found = day_of(str(time))
    if found is None:
        raise BadAnswer("cloudwatch:GetMetricData: a value has no time.")
    return found


def _unread(status: str | None) -> Unread:
    """Why the sums of one function did not come whole."""
    if status == "Forbidden":
        return Unread("CloudWatch refused the metric of this function.", "cloudwatch:GetMetricData", "denied")
    return Unread(f"CloudWatch did not give the whole metric of this function ({status or 'no result'}).",
                  error_class="bad answer")  # fmt: skip
