"""Azure Monitor's daily sums: a call for a region, apps without a value asked for themselves, no guess by plan."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collectors.collect import collect_now
from collectors.models import Run
from inventory.models import Account, ScopeCoverage, Use
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Asked, Azure, Json, Said, refusal
from tests.collectors.providers.azure.estate import CHECKOUT, IN, STAGING, THUMBNAILS

pytestmark = pytest.mark.django_db

METRICS = "/providers/microsoft.insights/metrics"
REGION = f"{IN}{METRICS}".lower()


def points(**days_ago: int) -> list[Json]:
    return [{"timeStamp": f"{DAY - timedelta(days=int(ago[1:])):%Y-%m-%dT00:00:00Z}", "total": float(count)}
            for ago, count in days_ago.items()]  # fmt: skip


def metric(name: str, *series: Json, error: str = "Success") -> Json:
    return {"name": {"value": name}, "timeseries": list(series), "errorCode": error}


def of(site: str, data: list[Json]) -> Json:
    return {"metadatavalues": [{"name": {"value": "Microsoft.ResourceId"}, "value": site}], "data": data}


def singly(asked: Asked) -> Said:
    """What an app says of itself: nothing was called."""
    (names,) = asked.query["metricnames"]
    return Said({"value": [metric(name, {"data": points(d1=0)}) for name in names.split(",")]})


def use_of(name: str) -> Use:
    return Use.objects.get(function__name__iexact=name)


def serve(azure: Azure, *metrics: Json) -> None:
    azure.answers[REGION] = lambda asked: Said({"value": list(metrics)})
    azure.faults.append(
        lambda asked: singly(asked) if METRICS in asked.path and "/sites/" in asked.path else None
    )  # fmt: skip


def test_a_region_is_one_call_and_the_others_are_asked_themselves(account: Account, azure: Azure) -> None:
    serve(azure, metric("FunctionExecutionCount", of(CHECKOUT, points(d1=5, d40=9)), of(THUMBNAILS, points(d50=3))),
          metric("Requests", of(CHECKOUT, points(d2=7))))  # fmt: skip
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    assert (use_of("checkout").invoked_on, use_of("checkout").invocations) == (date(2026, 3, 1), 5)
    assert (use_of("thumbnails").invoked_on, use_of("thumbnails").invocations) == (date(2026, 1, 11), 0)
    assert use_of("checkout").errors is None
    regions = [one for one in azure.asked if one.path == REGION]
    assert [one.query["region"] for one in regions] == [["westeurope"]]
    assert regions[0].query["timespan"] == ["2025-11-30T00:00:00Z/2026-03-02T09:00:00Z"]
    asked = {one.path for one in azure.asked if METRICS in one.path and "/sites/" in one.path}
    assert f"{STAGING}{METRICS}".lower() in asked
    assert not {path for path in asked if path.startswith(f"{CHECKOUT}{METRICS}".lower())}


def test_none_is_said_only_where_all_executions_are_counted(account: Account, azure: Azure) -> None:
    serve(azure)
    collect_now(account, DAY)
    told = {row.function.name.lower(): row for row in Use.objects.select_related("function")}
    dedicated = [row for row in told.values() if row.unread]
    assert dedicated
    assert all("may not count executions" in row.unread["reason"] and row.read_at is None for row in dedicated)


def test_on_consumption_an_app_that_was_asked_and_tells_nothing_was_not_called(account: Account, azure: Azure) -> None:
    serve(azure)
    for row in (row for rows in azure.rows.values() for row in rows if row.get("sku")):
        row["sku"] = {"name": "Y1", "tier": "Dynamic"}
    collect_now(account, DAY)
    told = use_of("checkout")
    assert (told.unread, told.read_at, told.invoked_on, told.invocations) == ({}, DAY, None, 0)


@pytest.mark.parametrize(
    ("said", "state"),
    [(refusal(403, "AuthorizationFailed", "does not have authorization"), "denied"), (refusal(404, "NotFound"), ""),
     (refusal(501, "NotImplemented"), "")],
)  # fmt: skip
def test_metrics_that_cannot_be_read_are_unknown_and_fail_nothing(
    account: Account, azure: Azure, said: Said, state: str
) -> None:
    azure.fail(METRICS, said)
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    told = ScopeCoverage.objects.get(part="invocations")
    assert told.state == state if state else told.state != "complete"
    assert not Use.objects.filter(read_at__isnull=False).exists()
    assert len(azure.paths(METRICS)) <= 3


def test_a_metric_that_azure_fails_to_give_is_unread(account: Account, azure: Azure) -> None:
    azure.answers[REGION] = lambda asked: Said({"value": []})
    azure.faults.append(
        lambda asked: Said({"value": [metric(name, error="InternalError") for name in
                                      asked.query["metricnames"][0].split(",")]})
        if METRICS in asked.path and "/sites/" in asked.path else None
    )  # fmt: skip
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    assert not Use.objects.filter(read_at__isnull=False).exists()
    assert "did not tell all" in use_of("checkout").unread["reason"]
