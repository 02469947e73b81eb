"""Alarms: which metric of a function each one watches, and whether anybody is told when it goes off."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from collectors.providers.aws.normalize.shapes import boolean, mapping, objects, said, text, texts

Json = Any

_NAMESPACE = "AWS/Lambda"
ALL = "all functions"
#: Metrics Insights: SELECT SUM(Errors) FROM SCHEMA("AWS/Lambda", FunctionName) WHERE FunctionName = 'checkout' …
_SELECT = re.compile(r"SELECT\s+\w+\(\s*\"?(\w+)\"?\s*\)\s+FROM\s+(?:SCHEMA\s*\(\s*)?\"?AWS/Lambda\"?", re.IGNORECASE)
_WHERE = re.compile(r"\bWHERE\b(.*?)(?:\bGROUP\s+BY\b|\bORDER\s+BY\b|\bLIMIT\b|$)", re.IGNORECASE | re.DOTALL)
_NAMED = re.compile(r"^\s*\"?FunctionName\"?\s*=\s*'([^']*)'\s*$", re.IGNORECASE)
#: The alarms whose going off sets a composite one off.
_JOINS = re.compile(r"(?:\bALARM|\bNOT\s+OK)\s*\(\s*(?:\"([^\"]+)\"|([^\")\s]+))\s*\)", re.IGNORECASE)


class Watched(NamedTuple):
    """A metric of functions that an alarm looks at.

    `of` is "" for the function itself, else its alias or version, or all functions; `query` is a choice of functions
    that is not worked out here.
    """

    metric: str
    of: str = ""
    query: str = ""


def alarms(told: Json, function: str, account: str) -> Json:
    """The alarms that watch the function of this name, one entry for each metric of each alarm."""
    found = mapping(told, "The alarms")
    composites = {text(one, "AlarmName"): one for one in objects(found.get("composite"), "CompositeAlarms")}
    entries = [
        {
            "id": " ".join(filter(None, [text(alarm, "AlarmName"), watched.metric, watched.of])),
            "name": text(alarm, "AlarmName"),
            "metric": watched.metric,
            **_tells(alarm, composites),
            **said(of=watched.of, query=watched.query, **_limit(alarm)),
        }
        for alarm in objects(found.get("metric"), "MetricAlarms")
        for watched in dict.fromkeys(_watched(alarm, function, account))
    ]
    return {"alarms": sorted(entries, key=lambda entry: str(entry["id"]))}


def _limit(alarm: Mapping[str, Json]) -> dict[str, Json]:
    """The limit of an alarm on one metric: what an expression's stands for is not known."""
    limit = alarm.get("Threshold")
    if not alarm.get("MetricName") or isinstance(limit, bool) or not isinstance(limit, int | float):
        return {}
    return {
        "threshold": int(limit) if float(limit).is_integer() else limit,
        "comparison": text(alarm, "ComparisonOperator"),
        "statistic": text(alarm, "Statistic") or text(alarm, "ExtendedStatistic"),
    }


def _tells(alarm: Mapping[str, Json], composites: Mapping[str, Mapping[str, Json]]) -> dict[str, Json]:
    """Whether anybody is told: by the alarm itself, or by composite ones that it sets off."""
    through, met, new = [], set[str](), [text(alarm, "AlarmName")]
    while new:
        wanted = new.pop()
        for name, composite in composites.items():
            if name not in met and wanted in _joined(composite):
                met.add(name)
                new.append(name)
                through += [name] if _acts(composite) else []
    return {"tells": _acts(alarm) or bool(through), **said(through=sorted(through))}


def _acts(alarm: Mapping[str, Json]) -> bool:
    return boolean(alarm, "ActionsEnabled") and bool(texts(alarm.get("AlarmActions"), "AlarmActions"))


def _joined(composite: Mapping[str, Json]) -> set[str]:
    """Names of the alarms that a composite one is made of; an ARN ends in the name."""
    named = (quoted or plain for quoted, plain in _JOINS.findall(text(composite, "AlarmRule")))
    return {name.split(":alarm:")[-1] for name in named}


def _watched(alarm: Mapping[str, Json], function: str, account: str) -> Iterator[Watched]:
    if alarm.get("MetricName"):
        yield from _metric(alarm, function)
    for entry in objects(alarm.get("Metrics"), "Metrics"):
        if text(entry, "AccountId") not in ("", account):
            continue
        yield from _metric(mapping(mapping(entry.get("MetricStat"), "MetricStat").get("Metric"), "Metric"), function)
        yield from _query(text(entry, "Expression"), function)


def _metric(metric: Mapping[str, Json], function: str) -> Iterator[Watched]:
    """A metric of Lambda: of all functions without a dimension, else of the function and version it names."""
    if text(metric, "Namespace") != _NAMESPACE:
        return
    dimensions = {text(one, "Name"): text(one, "Value") for one in objects(metric.get("Dimensions"), "Dimensions")}
    if not dimensions:
        yield Watched(text(metric, "MetricName"), ALL)
    elif dimensions.get("FunctionName") == function:
        resource = dimensions.get("Resource", "").partition(":")[2] or dimensions.get("ExecutedVersion", "")
        yield Watched(text(metric, "MetricName"), resource)


def _query(expression: str, function: str) -> Iterator[Watched]:
    select = _SELECT.search(expression)
    if select is None:
        return
    where = _WHERE.search(expression)
    named = _NAMED.match(where[1]) if where else None
    if where is None:
        yield Watched(select[1], ALL)
    elif named is None:
        yield Watched(select[1], query=" ".join(where[1].split()))
    elif named[1] == function:
        yield Watched(select[1])
