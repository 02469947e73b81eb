"""Metrics are told to whoever shows the token, and are true."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from collectors.models import Pulse, Run, Worker
from config import health
from inventory.models import Account

pytestmark = pytest.mark.django_db
TOKEN = "a token of more than twenty-four characters"


@pytest.fixture(autouse=True)
def token(settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN


def read(client: Client) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.content.decode())
    return {(one.name, frozenset(one.labels.items())): one.value for family in families for one in family.samples}


def value(told: dict[Any, float], figure: str, /, **labels: str) -> float | None:
    return told.get((f"fanlight_{figure}", frozenset(labels.items())))


@pytest.mark.parametrize("shown", ["", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer ü"])
def test_nobody_else_is_told_even_that_there_are_any(client: Client, shown: str) -> None:
    assert client.get("/metrics", headers={"Authorization": shown}).status_code == 404


def test_without_a_token_there_are_none(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_runs_accounts_workers_and_ages_are_counted(client: Client) -> None:
    at = timezone.now()
    late = Account.objects.create(provider="aws", native_id="1", name="late", due_at=at - timedelta(hours=1))
    parked = Account.objects.create(provider="aws", native_id="2", name="parked")
    Account.objects.create(provider="aws", native_id="3", name="paused", paused=True, due_at=at - timedelta(days=1))
    Run.objects.create(account=late, state=Run.State.QUEUED, queued_at=at - timedelta(minutes=10))
    Run.objects.create(account=parked, state=Run.State.FAILED, error_class="parked", queued_at=at, finished_at=at,
                       totals={"calls": 30, "retries": 2})  # fmt: skip
    Run.objects.create(account=parked, state=Run.State.SUCCEEDED, queued_at=at, finished_at=at, totals={"calls": 12})
    Run.objects.create(account=parked, state=Run.State.SUCCEEDED, queued_at=at, finished_at=at - timedelta(days=2),
                       totals={"calls": 1000})  # fmt: skip
    Worker.objects.create(name="one", started_at=at, at=at, version="x")
    Pulse.beat("tick", at - timedelta(seconds=90))
    told = read(client)
    assert value(told, "runs_active", state="queued") == 1
    assert value(told, "runs_active", state="running") == 0
    assert value(told, "runs_ended_last_day", state="failed") == 1
    assert value(told, "runs_ended_last_day", state="succeeded") == 1
    assert value(told, "cloud_last_day", what="calls") == 42
    assert value(told, "cloud_last_day", what="retries") == 2
    assert value(told, "accounts_parked") == 1
    assert value(told, "accounts_late") == 1
    assert value(told, "accounts", state="never") == 2
    assert value(told, "workers") == 1
    assert value(told, "ready", part="scheduler") == 1
    assert 600 <= (value(told, "run_waits_seconds") or 0) < 3600
    assert 90 <= (value(told, "pulse_age_seconds", name="tick") or 0) < 3600


def test_requests_are_measured_by_page_name_and_never_by_address(client: Client) -> None:
    before = value(read(client), "request_seconds_count", page="healthz", method="GET", status="2xx") or 0
    client.get("/healthz?secret=hunter2")
    client.get("/no/such/page-hunter2")
    told = read(client)
    assert value(told, "request_seconds_count", page="healthz", method="GET", status="2xx") == before + 1
    assert "hunter2" not in str(told)


def test_a_database_that_is_away_is_told_and_no_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(health.CHECKS, "database", lambda: "no answer")
    told = read(client)
    assert value(told, "ready", part="database") == 0
    assert value(told, "workers") is None, "what is not known is not told as 0"
