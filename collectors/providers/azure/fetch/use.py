"""How often function apps are called: Azure Monitor's daily sums, a call for all apps of a region.

What counts as an invocation hangs on the plan. Consumption: FunctionExecutionCount; Flex Consumption: the executions on
demand and those on instances that are always ready. On Premium and Dedicated plans Azure does not count executions in
every case (on Linux it may not), so that there requests over HTTP are added; where neither is told nobody knows, since
what a queue or a timer starts is no request.

The call for a region leaves out apps without any value, and what it does not tell is asked app by app: so "none" is
said only where the app itself was asked. Slots are a kind of their own and are asked one by one. Azure keeps these
sums for 93 days. Errors of executions are not counted there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.provider import BadAnswer, attempt
from collectors.providers.azure.fetch import sweeps
from collectors.providers.azure.ids import is_site, is_slot, plain, site_of
from collectors.providers.azure.moments import written
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import METRICS, REGION_METRICS
from collectors.use import day_of, reduced, window
from inventory.facts import Unread, UseFact

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any
#: Metric → day → count, of one app.
Metrics = Mapping[str, Mapping[date, float]]

_EXECUTIONS, _REQUESTS = "FunctionExecutionCount", "Requests"
_FLEX = ("OnDemandFunctionExecutionCount", "AlwaysReadyFunctionExecutionCount")
#: Series that a region may answer with; as many mean that some were left out.
MOST_SERIES = 5000
#: Apps that are asked for themselves in one reading.
SINGLY = 300
_UNCOUNTED = Unread("On this plan Azure may not count executions, and there were no requests.", "", "not applicable")
_LATER = Unread("Too many apps without a value are to be asked one by one; this one was not yet.", "", "deadline")


def use(session: AzureSession, scope: str, at: datetime) -> Iterator[UseFact]:
    """What the metrics say of each app and slot that was listed; first of those that whole regions tell of."""
    reach = session.reach(scope)
    listed: list[dict[str, Json]] = reach.once("sites", list)
    sites = [row for row in listed if is_site(row.get("id"))]
    told = dict[str, Metrics]()
    for region in sorted({_region(row) for row in sites if not is_slot(str(row["id"]))}):
        answered = attempt(_of_region, reach, region, at)
        if isinstance(answered, Unread):
            if answered.error_class == "denied":
                sweeps.settle(answered)
        else:
            told.update(answered)
    plans = sweeps.plans(reach) if sites else {}
    fact = partial(_fact, at=at, plans={} if isinstance(plans, Unread) else plans)
    missing = [row for row in sites if plain(row["id"]) not in told]
    yield from (fact(row, told[plain(row["id"])]) for row in sites if plain(row["id"]) in told)
    yield from _one_by_one(reach, missing, fact, at)


def _one_by_one(reach: Reach, sites: list[dict[str, Json]], fact: Any, at: datetime) -> Iterator[UseFact]:
    """Apps asked for themselves; where the very first is refused in a way that will hold for all, nothing more is."""
    for number, row in enumerate(sites):
        names = _names(row)
        answered = attempt(_of_site, reach, site_of(row["id"]), names, at) if number < SINGLY else _LATER
        if isinstance(answered, Unread) and number == 0 and answered.error_class != BadAnswer.error_class:
            sweeps.settle(answered)
        yield fact(row, answered)


def _names(row: Mapping[str, Json]) -> tuple[str, ...]:
    return _FLEX if sweeps.properties(row).get("functionAppConfig") else (_EXECUTIONS, _REQUESTS)


def _region(row: Mapping[str, Json]) -> str:
    """The name of a region as it is asked for: West Europe is westeurope."""
    return sweeps.text(row.get("location")).replace(" ", "").lower()


def _span(at: datetime) -> dict[str, str]:
    begin, end = window(at)
    # Nothing is asked of the future: today's span ends now.
    return {"timespan": f"{written(begin)}/{written(min(end, at))}", "interval": "P1D", "aggregation": "Total"}


def _of_region(reach: Reach, region: str, at: datetime) -> dict[str, Metrics]:
    """Metrics by app, as far as the region has values of them."""
    asked = _span(at) | {
        "region": region, "metricnamespace": "Microsoft.Web/sites", "top": str(MOST_SERIES),
        "metricnames": ",".join((_EXECUTIONS, *_FLEX, _REQUESTS)),
    }  # fmt: skip
    answer = reach.ask(REGION_METRICS, filter="Microsoft.ResourceId eq '*'", query=asked)
    found: dict[str, dict[str, Mapping[date, float]]] = {}
    for metric in sweeps.objects(answer["value"]):
        series = sweeps.objects(metric.get("timeseries"))
        if len(series) >= MOST_SERIES or _failed(metric):
            raise BadAnswer("region metrics: not all apps of the region are told of.", call=REGION_METRICS.name)
        for one in series:
            labels = sweeps.objects(one.get("metadatavalues"))
            about = next((plain(label.get("value")) for label in labels if is_site(label.get("value"))), "")
            found.setdefault(about, {})[_name(metric)] = _days(one)
    return {about: metrics for about, metrics in found.items() if about}


def _of_site(reach: Reach, site: str, names: tuple[str, ...], at: datetime) -> Metrics:
    answer = reach.ask(METRICS, site=site, query=_span(at) | {"metricnames": ",".join(names)})
    found = {_name(metric): metric for metric in sweeps.objects(answer["value"])}
    if not set(names) <= found.keys() or any(_failed(metric) for metric in found.values()):
        raise BadAnswer("metrics: Azure did not tell all that was asked of this app.", call=METRICS.name)
    return {
        name: {day: count for one in sweeps.objects(metric.get("timeseries")) for day, count in _days(one).items()}
        for name, metric in found.items()
    }


def _name(metric: Mapping[str, Json]) -> str:
    name = metric.get("name")
    return sweeps.text(name.get("value")) if isinstance(name, dict) else ""


def _failed(metric: Mapping[str, Json]) -> bool:
    return sweeps.text(metric.get("errorCode")).lower() not in ("", "success")


def _days(series: Mapping[str, Json]) -> dict[date, float]:
    found = dict[date, float]()
    for point in sweeps.objects(series.get("data")):
        day, total = day_of(sweeps.text(point.get("timeStamp"))), point.get("total")
        if day is None:
            raise BadAnswer("metrics: a value has no time.", call=METRICS.name)
        found[day] = float(total) if isinstance(total, int | float) else 0.0
    return found


def _fact(row: Mapping[str, Json], metrics: Metrics | Unread, *, at: datetime, plans: Mapping[str, Json]) -> UseFact:
    native, told = plain(row["id"]), sweeps.properties(row)
    existed = day_of(sweeps.text(told.get("lastModifiedTimeUtc")))
    if isinstance(metrics, Unread):
        return UseFact(native, window(at)[0].date(), existed_on=existed, unread=metrics)
    executions = _sum(metrics, *(_FLEX if told.get("functionAppConfig") else (_EXECUTIONS,)))
    if told.get("functionAppConfig") or _tier(told, plans) == "dynamic":
        return reduced(native, at, executions, None, existed)
    seen = reduced(native, at, _sum({"e": executions, "r": metrics.get(_REQUESTS, {})}, "e", "r"), None, existed)
    if seen.invoked_on is None:
        return replace(seen, invocations=None, unread=_UNCOUNTED)
    counted = any(count > 0 for count in executions.values())
    return replace(seen, invocations=reduced(native, at, executions, None).invocations if counted else None)


def _sum(metrics: Metrics, *names: str) -> dict[date, float]:
    days = dict[date, float]()
    for name in names:
        for day, count in metrics.get(name, {}).items():
            days[day] = days.get(day, 0.0) + count
    return days


def _tier(told: Mapping[str, Json], plans: Mapping[str, Json]) -> str:
    """The tier of the plan: "dynamic" is Consumption."""
    plan = plans.get(plain(told.get("serverFarmId")))
    sku = plan.get("sku") if isinstance(plan, dict) else None
    named = sku.get("tier") if isinstance(sku, dict) else None
    return sweeps.text(named or told.get("sku")).lower()
