"""Figures for Prometheus at `/metrics`: what the database and the queue say, and how pages are answered.

What workers do is told from the rows they write, so that any number of web processes tells the same. The times of
requests are measured in each web process and summed through files (gunicorn's part is in `config.gunicorn`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from secrets import compare_digest

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import BigIntegerField, Count, Min, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from collectors.models import Pulse, Run, Worker
from collectors.workers import ALIVE
from config.health import CHECKS
from config.queue import waiting_tasks
from inventory.clock import about_now
from inventory.freshness import freshness
from inventory.models import Account, Resource
from inventory.permission import needs

DAY = timedelta(hours=24)
SUMMED = ("calls", "retries", "throttles", "quarantined")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_measured = CollectorRegistry()
REQUEST_SECONDS = Histogram(
    "fanlight_request_seconds",
    "How long requests took to answer, by the name of the page, method and class of the answer.",
    ["page", "method", "status"],
    registry=_measured,
)

Answer = Callable[[HttpRequest], HttpResponse]


class Timing:
    """Measures every answer. A page is told by its name, never by its address: that could hold anything."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        page = (match.view_name if match else "") or "none"
        method = request.method if request.method in METHODS else "other"
        REQUEST_SECONDS.labels(page, method, f"{response.status_code // 100}xx").observe(time.perf_counter() - began)
        return response


@login_not_required
@needs("anyone")
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever shows FANLIGHT_METRICS_TOKEN as a bearer token; a page that does not exist for all others."""
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not compare_digest(shown.encode(), settings.METRICS_TOKEN.encode()):
        raise Http404
    told = CollectorRegistry()
    told.register(Stored())
    answers = _measured
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        answers = CollectorRegistry()
        MultiProcessCollector(answers)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(told) + generate_latest(answers), content_type=CONTENT_TYPE_LATEST)


class Stored(Collector):
    """What the database, the queue and the checks of readiness say at this moment."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("build", "Always 1; the version is its label.", {settings.VERSION: 1}, "version")
        ready = {name: float(check() == "ok") for name, check in CHECKS.items()}
        yield _gauge("ready", "1 for each part of the installation that works.", ready, "part")
        if not ready["database"] or not ready["migrations"]:
            return
        yield from _queue()
        yield from _runs()
        yield from _inventory()
        pulses = dict(Pulse.objects.values_list("name", "at"))
        ages = {name: (about_now() - at).total_seconds() for name, at in pulses.items()}
        yield _gauge("pulse_age_seconds", "How long ago something regular happened last.", ages, "name")


def _gauge(name: str, said: str, values: dict[str, float], label: str) -> Metric:
    family = GaugeMetricFamily(f"fanlight_{name}", said, labels=[label])
    for word, value in values.items():
        family.add_metric([word], value)
    return family


def _queue() -> Iterator[Metric]:
    depth = waiting_tasks()
    if depth is not None:
        yield GaugeMetricFamily("fanlight_tasks_waiting", "Tasks in the queue that no worker took yet.", depth)
    alive = Worker.objects.filter(at__gte=about_now() - ALIVE).count()
    yield GaugeMetricFamily("fanlight_workers", "Workers that showed themselves lately.", alive)


def _runs() -> Iterator[Metric]:
    active = dict.fromkeys(Run.ACTIVE, 0) | dict(
        Run.objects.active().order_by().values_list("state").annotate(Count("pk"))
    )
    yield _gauge("runs_active", "Runs that are queued or going on.", {str(k): v for k, v in active.items()}, "state")
    oldest = Run.objects.filter(state=Run.State.QUEUED).aggregate(at=Min("queued_at"))["at"]
    waits = (about_now() - oldest).total_seconds() if oldest else 0
    yield GaugeMetricFamily("fanlight_run_waits_seconds", "How long the longest waiting run has waited.", waits)
    ended = Run.objects.filter(finished_at__gte=about_now() - DAY)
    states = {str(state): float(count) for state, count in ended.order_by().values_list("state").annotate(Count("pk"))}
    yield _gauge("runs_ended_last_day", "Runs that ended in the last 24 hours.", states, "state")
    sums = ended.aggregate(**{name: Sum(Cast(KeyTextTransform(name, "totals"), BigIntegerField())) for name in SUMMED})
    asked = {name: float(count or 0) for name, count in sums.items()}
    yield _gauge("cloud_last_day", "What the runs that ended in the last 24 hours met with.", asked, "what")
    parked = Run.objects.filter(error_class="parked", account__due_at=None).values("account").distinct().count()
    yield GaugeMetricFamily("fanlight_accounts_parked", "Accounts that lost their worker again and again.", parked)


def _inventory() -> Iterator[Metric]:
    states: dict[str, float] = {}
    for account in freshness(Account.objects.all(), about_now()):
        states[account.state] = states.get(account.state, 0) + 1
    yield _gauge("accounts", "Connected accounts by how current they are.", states, "state")
    due = Q(paused=False, due_at__lt=about_now() - timedelta(minutes=5))
    late = Account.objects.filter(due).count()
    yield GaugeMetricFamily("fanlight_accounts_late", "Accounts due for five minutes or more.", late)
    kinds = Resource.objects.filter(gone_at=None).order_by().values_list("kind").annotate(Count("pk"))
    present = {kind: float(count) for kind, count in kinds}
    yield _gauge("resources", "Resources that are there, by kind.", present, "kind")
    last = Run.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    yield CounterMetricFamily("fanlight_runs", "Runs that were ever started.", last)
