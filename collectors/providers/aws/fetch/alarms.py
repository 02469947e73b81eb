"""Alarms of CloudWatch on the metrics of functions: one list a region and reading, a hundred alarms a page.

`DescribeAlarmsForMetric` could be asked by function, but tells neither alarms on expressions nor composite ones.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from collectors.providers.aws.reach import Reach, aside
from inventory.facts import Unread

Json = Any

NAMESPACE = "AWS/Lambda"
#: What an alarm is; its state, and since when it has it, are not asked about. Key: CloudWatch's own names.
_KEPT = (
    "AlarmName", "ActionsEnabled", "AlarmActions", "Namespace", "MetricName", "Dimensions", "Metrics", "Statistic",
    "ExtendedStatistic", "Threshold", "ComparisonOperator", "AlarmRule",
)  # fmt: skip


def of_function(reach: Reach, name: str) -> Json | Unread:
    """The alarms that may watch a function, and all composite ones; or why they were not read.

    {"metric": those that name it or no function at all, "composite": those made of alarms}.
    """
    swept = reach.once("alarms", lambda: aside(_sweep, reach))
    if isinstance(swept, Unread):
        return swept
    metric, composite = swept
    return {"metric": [*metric.get(name, []), *metric.get("", [])], "composite": composite}


def _sweep(reach: Reach) -> tuple[dict[str, list[Json]], list[Json]]:
    """Alarms on metrics of functions, by the names of the functions ("": it names none); and composite alarms."""
    gathered = reach.gather(
        "cloudwatch", "DescribeAlarms", ("MetricAlarms", "CompositeAlarms"), send="NextToken", take="NextToken",
        MaxRecords=100, AlarmTypes=["MetricAlarm", "CompositeAlarm"],
    )  # fmt: skip
    gathered.settle()
    by_function: dict[str, list[Json]] = {}
    for alarm in gathered.lists["MetricAlarms"]:
        if NAMESPACE in json.dumps([alarm.get("Namespace"), alarm.get("Metrics")]):
            for name in _functions(alarm) or {""}:
                by_function.setdefault(name, []).append(_kept(alarm))
    about = {alarm.get("AlarmName") for several in by_function.values() for alarm in several}
    # A composite one may be made of composite ones: none is left out as soon as there is anything for it to join.
    return by_function, [_kept(alarm) for alarm in gathered.lists["CompositeAlarms"]] if about else []


def _functions(alarm: Mapping[str, Json]) -> set[str]:
    metrics = [alarm, *((entry.get("MetricStat") or {}).get("Metric") or {} for entry in alarm.get("Metrics") or ())]
    return {
        str(dimension.get("Value"))
        for metric in metrics
        for dimension in metric.get("Dimensions") or ()
        if dimension.get("Name") == "FunctionName"
    }


def _kept(alarm: Mapping[str, Json]) -> dict[str, Json]:
    return {key: alarm[key] for key in _KEPT if key in alarm}
