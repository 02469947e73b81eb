"""Cloud Monitoring's counts: one question a metric for the whole project, shared by its locations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from collectors.collect import collect_now
from collectors.models import Run
from inventory.models import Account, ScopeCoverage, Use
from tests.collectors.conftest import DAY
from tests.collectors.providers.gcp.estate import HERE, PROJECT
from tests.collectors.providers.gcp.google import Asked, Google, Json, Said, disabled, refusal

pytestmark = pytest.mark.django_db

SERIES = f"/v3/projects/{PROJECT}/timeSeries"


def points(**days_ago: int) -> list[Json]:
    """Counts by the end of their span: so many days before the question."""
    return [
        {"interval": {"endTime": (DAY - timedelta(days=int(ago[1:]))).isoformat().replace("+00:00", "Z")},
         "value": {"int64Value": str(count)}} for ago, count in days_ago.items()
    ]  # fmt: skip


def series(place: str, name: str, outcome: str, told: list[Json]) -> Json:
    first = place == "region"
    word = {"status" if first else "response_code_class": outcome}
    labels = {place: HERE, "function_name" if first else "service_name": name}
    return {"metric": {"labels": word}, "resource": {"labels": labels}, "points": told}


def answered(executions: list[Json], requests: list[Json]) -> object:
    def answer(asked: Asked) -> Said:
        (wanted,) = asked.query["filter"]
        return Said({"timeSeries": executions if "execution_count" in wanted else requests})

    return answer


def use_of(name: str) -> Use:
    return Use.objects.get(function__name=name)


def test_counts_become_the_last_day_and_the_sums_of_thirty(account: Account, google: Google) -> None:
    google.answers[SERIES] = answered(
        [series("region", "report", "ok", points(d0=4, d50=6)), series("region", "report", "timeout", points(d1=2))],
        [series("location", "orders", "2xx", points(d40=8)), series("location", "resize", "4xx", points(d2=3)),
         series("location", "resize", "5xx", points(d2=1))],
    )  # fmt: skip
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    report = use_of("report")
    assert (report.invoked_on, report.invocations, report.errors) == (DAY.date(), 6, 2)
    assert (use_of("orders").invoked_on, use_of("orders").invocations) == (date(2026, 1, 21), 0)
    assert (use_of("resize").invocations, use_of("resize").errors) == (4, 1)
    # Without a time series it was not called.
    assert (use_of("drift").invoked_on, use_of("drift").read_at) == (None, DAY)
    asked = [one for one in google.asked if one.path == SERIES]
    assert len(asked) == 2
    assert asked[0].query["aggregation.alignmentPeriod"] == ["86400s"]
    assert len(asked[0].query["aggregation.groupByFields"]) == 3


@pytest.mark.parametrize(
    ("said", "state"),
    [(refusal(403, "no", "IAM_PERMISSION_DENIED", permission="monitoring.timeSeries.list"), "denied"),
     (disabled("monitoring.googleapis.com"), "not applicable"), (Said({"executionErrors": [{"code": 4}]}), "failed"),
     (Said({"timeSeries": [{"points": [{"interval": {}, "value": {}}]}]}), "failed")],
)  # fmt: skip
def test_counts_that_cannot_be_read_are_unknown_and_fail_nothing(
    account: Account, google: Google, said: Said, state: str
) -> None:
    google.answers[SERIES] = said
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    told = ScopeCoverage.objects.get(scope__name=HERE, part="invocations")
    assert (told.state, told.optional) == (state, True)
    assert not Use.objects.filter(read_at__isnull=False).exists()
    assert not ScopeCoverage.objects.filter(scope__name="global", part="invocations").exists()


def test_an_endpoint_that_does_not_know_the_call_costs_nothing_else(account: Account, google: Google) -> None:
    assert collect_now(account, DAY).state == Run.State.SUCCEEDED
    assert ScopeCoverage.objects.get(scope__name=HERE, part="invocations").state != "complete"
    assert not Use.objects.filter(read_at__isnull=False).exists()
