"""No alarm tells when the function fails, is throttled or comes near its timeout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any

#: The metric of each danger, and what it tells.
WATCHED = {"Errors": "its errors", "Throttles": "calls of it that are refused", "Duration": "that it nears its timeout"}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    if "alarms" not in seen.document:
        return
    alarms = seen.section("alarms").get("alarms") or ()
    for metric, what in WATCHED.items():
        of_it = [alarm for alarm in alarms if alarm.get("metric") == metric]
        useless = {str(alarm.get("name")): why for alarm in of_it if (why := _useless(alarm, seen))}
        good = [alarm for alarm in of_it if str(alarm.get("name")) not in useless]
        if any(not alarm.get("query") for alarm in good):
            continue
        if good:
            named = ", ".join(sorted(str(alarm.get("name")) for alarm in good))
            yield Unsure(f"whether {named} watches {what} hangs on a query that is not worked out here")
            continue
        but = "; ".join(f"“{name}” {why}" for name, why in sorted(useless.items()))
        yield Evidence(f"No alarm tells {what}" + (f": {but}" if but else ""), about=metric)


def _useless(alarm: Mapping[str, Json], seen: Seen) -> str:
    """Why an alarm warns nobody; "" when it may."""
    if not alarm.get("tells"):
        return "tells nobody: it has no action, or its actions are off"
    timeout, limit = seen.section("config").get("timeout_s"), alarm.get("threshold")
    over = str(alarm.get("comparison")).startswith("GreaterThan")
    if alarm.get("metric") != "Duration" or not timeout or limit is None or not over:
        return ""
    most = timeout * 1000
    reached = limit <= most if "OrEqual" in str(alarm.get("comparison")) else limit < most
    return "" if reached else f"goes off above {limit} ms only, and the timeout is {most} ms"


def applies(seen: Seen) -> str:
    web = seen.section("config").get("kind") == "Web Function"
    return "alarms on metrics of web functions are not looked for" if web else ""


def _alarm(metric: str, **more: Json) -> dict[str, Json]:
    return {"id": metric, "name": f"checkout {metric}", "metric": metric, "tells": True, **more}


RULE = Rule(
    id="no_alarm",
    title="No alarm tells when it fails, is throttled or nears its timeout",
    severity=Severity.INFO,
    subject=Subject.LOGGING,
    why="A function that fails says so in metrics that nobody looks at: an outage, a flood of calls or code that was "
    "made slow goes on until a customer complains. Alarms that another account keeps about this one are not seen.",
    checks={"aws": Check(look, needs=("alarms", "config"), applies=applies)},
    fix={
        "aws": Fix(
            console="CloudWatch, Alarms, Create alarm: Lambda, By function name, Errors (and Throttles; Duration below "
            "the timeout), with a topic that somebody reads. One alarm across all functions serves them all.",
            cli="aws cloudwatch put-metric-alarm --alarm-name NAME-errors --namespace AWS/Lambda --metric-name Errors "
            "--dimensions Name=FunctionName,Value=NAME --statistic Sum --period 60 --evaluation-periods 1 "
            "--threshold 0 --comparison-operator GreaterThanThreshold --alarm-actions TOPIC_ARN",
            terraform="aws_cloudwatch_metric_alarm: metric_name, dimensions { FunctionName }, alarm_actions.",
        )
    },
    fails=(
        function("aws", config={"timeout_s": 30}, alarms={"alarms": []}),
        function("aws", config={"timeout_s": 30}, alarms={"alarms": [_alarm("Errors", tells=False)]}),
    ),
    passes=(
        function("aws", config={"timeout_s": 30}, alarms={"alarms": [*map(_alarm, WATCHED)]}),
    ),
    catalogue=("LOG-09",),
    references=("https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html",),
)  # fmt: skip
