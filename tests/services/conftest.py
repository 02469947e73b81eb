"""A Celery worker in a process of its own, on the test's database, over Redis.

These tests run where PostgreSQL is the database (DATABASE_URL) and a Redis answers; elsewhere they are skipped, or fail
when FANLIGHT_REQUIRE_SERVICES says that both must be there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from kombu import Connection
from kombu.exceptions import OperationalError

from config.celery import app


def own_broker() -> str:
    """Each process of the tests has a numbered database of its own in the same Redis."""
    base, _, number = os.environ.get("FANLIGHT_TEST_BROKER_URL", "redis://127.0.0.1:6379/9").rpartition("/")
    return f"{base}/{int(number) + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))}"


BROKER = own_broker()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.services)
            item.add_marker(pytest.mark.django_db(transaction=True))


def missing() -> str:
    """What these tests need and do not have, as a sentence; empty when everything is there."""
    if connection.vendor != "postgresql":
        return "The tests with a real worker need PostgreSQL (DATABASE_URL)."
    try:
        with Connection(BROKER, connect_timeout=2) as link:
            link.ensure_connection(max_retries=0, timeout=2)
    except (OperationalError, OSError):
        return f"The tests with a real worker need a broker at {BROKER}."
    return ""


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> str:
    """The application of this process sends its tasks to the broker."""
    if reason := missing():
        if os.environ.get("FANLIGHT_REQUIRE_SERVICES"):
            pytest.fail(reason)
        pytest.skip(reason)
    monkeypatch.setattr(app.conf, "broker_url", BROKER)
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    app.control.purge()
    return BROKER


def database_url() -> str:
    """The address of the test's own database, for another process."""
    known = connection.settings_dict
    user, password = quote(str(known["USER"])), quote(str(known["PASSWORD"]))
    who = f"{user}:{password}" if password else user
    return f"postgres://{who}@{known['HOST'] or '127.0.0.1'}:{known['PORT'] or 5432}/{known['NAME']}"


@pytest.fixture
def start_worker(
    broker: str, transactional_db: None, tmp_path: Path
) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Start a worker; all that were started are ended afterwards."""
    started: list[subprocess.Popen[bytes]] = []
    environment: dict[str, str] = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": broker,
        "FANLIGHT_VAR": str(tmp_path),
        "FANLIGHT_SECRET_KEY": settings.SECRET_KEY,
        "FANLIGHT_FINGERPRINT_KEY": settings.FINGERPRINT_KEY,
        "FANLIGHT_LOG_FORMAT": "lines",
    }

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "-c", "2"]
        log = (tmp_path / f"worker-{len(started)}.log").open("wb")
        process = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR, stdout=log, stderr=log)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait until something is so, and return it; fails when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {condition}")
