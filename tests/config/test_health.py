"""Health is told to machines without sign-in, and truthfully."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from collectors.models import Pulse
from config import celery, health

pytestmark = pytest.mark.django_db


def test_the_process_answers_anyone(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_ready_when_everything_works(client: Client) -> None:
    Pulse.beat("tick", timezone.now())
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)


def test_a_scheduler_that_stopped_ticking_is_not_ready(client: Client) -> None:
    Pulse.beat("tick", timezone.now() - timedelta(minutes=10))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["scheduler"] == "no tick for 600 s"


def test_waiting_migrations_are_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "waiting_migrations", lambda: 2)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "2 waiting")


def test_a_broker_that_does_not_answer_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(celery.app, "connection_for_write", refused)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "no answer")


def test_a_database_that_does_not_answer_is_told_and_no_fault(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_args: Any, **_kwargs: Any) -> Any:
        raise OperationalError("connection refused at secret-host.internal")

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() | {"disk": "", "broker": ""} == {
        "ready": False, "database": "no answer", "migrations": "unknown", "scheduler": "unknown",
        "broker": "", "disk": "",
    }  # fmt: skip
    assert b"secret-host" not in answer.content


def test_a_full_disk_is_not_ready(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FREE_BYTES_NEEDED", 10**18)
    assert "MB left" in client.get("/readyz").json()["disk"]
