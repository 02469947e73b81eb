"""Azure Monitor metrics (API 2023-10-01): daily sums of one app, or of all apps of a region of a subscription."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from collectors.sandbox.azure.words import Refused, missing
from collectors.sandbox.estate import use
from collectors.sandbox.estate.azure.app import App
from collectors.sandbox.estate.azure.state import AzureState
from collectors.sandbox.rest import Wire

Ask = Callable[[str], str]
_EXECUTIONS, _REQUESTS, _ON_DEMAND = "FunctionExecutionCount", "Requests", "OnDemandFunctionExecutionCount"
_NAMES = (_EXECUTIONS, _REQUESTS, _ON_DEMAND, "AlwaysReadyFunctionExecutionCount")


def metrics(state: AzureState, scope: str, asked: Ask) -> Wire:
    """`scope` is the app, the slot, or the subscription; then a region must be named, and a filter."""
    begin, end = _span(state, asked("timespan"))
    wanted = [name for name in _NAMES if name.lower() in asked("metricnames").lower().split(",")]
    if not wanted:
        raise Refused(400, "BadRequest", "Failed to find metric configuration for the metrics asked for.")
    if scope.count("/") > 2:
        app = next((one for one in state.all_apps() if one.id.lower() == scope), None)
        if app is None:
            raise missing(scope)
        return {"value": [_metric(scope, name, [_series(state, app, name, begin, end)]) for name in wanted]}
    region = asked("region")
    if not region or "microsoft.resourceid eq '*'" not in asked("$filter").lower():
        raise Refused(400, "BadRequest", "A region and a filter on Microsoft.ResourceId are needed.")
    subscription = scope.split("/")[2]
    apps = [one for one in state.all_apps() if one.subscription == subscription and not one.slot]
    here = [one for one in apps if one.location == region.lower()]
    return {"value": [_of_region(state, scope, name, here, begin, end) for name in wanted], "resourceregion": region}


def _span(state: AzureState, text: str) -> tuple[datetime, datetime]:
    try:
        begin, end = (datetime.fromisoformat(part) for part in text.split("/"))
    except ValueError:
        now = state.time(state.day * 24)
        return now, now
    return begin, end


def _of_region(state: AzureState, scope: str, name: str, apps: list[App], begin: datetime, end: datetime) -> Wire:
    """The apps that have values; the others are left out."""
    found = []
    for app in apps:
        series = _series(state, app, name, begin, end)
        if any(point.get("total") for point in series["data"]):
            label = {"name": {"value": "Microsoft.ResourceId"}, "value": app.id.lower()}
            found.append({"metadatavalues": [label], **series})
    return _metric(scope, name, found)


def _metric(scope: str, name: str, series: list[Wire]) -> Wire:
    named = {"value": name, "localizedValue": name}
    told = {"id": f"{scope}/providers/Microsoft.Insights/metrics/{name}", "type": "Microsoft.Insights/metrics"}
    return {**told, "name": named, "unit": "Count", "timeseries": series, "errorCode": "Success"}


def _series(state: AzureState, app: App, name: str, begin: datetime, end: datetime) -> Wire:
    data: list[dict[str, Any]] = []
    for day in use.days(begin, end, state.time(state.day * 24)):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        total = use.calls_on(app.full_name, day, state.base) if name in _counted(app) else 0
        data.append({"timeStamp": at.isoformat().replace("+00:00", "Z"), "total": float(total)})
    return {"data": data}


def _counted(app: App) -> tuple[str, ...]:
    """What Azure counts of an app, by its plan."""
    if app.plan == "flex":
        return (_ON_DEMAND,)
    by_http = any(one.trigger.get("type") == "httpTrigger" for one in app.inside)
    requests = (_REQUESTS,) if by_http else ()
    return (_EXECUTIONS, *requests) if app.plan in ("consumption", "premium") else requests
