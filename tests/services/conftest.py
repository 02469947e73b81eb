"""A Celery worker in a process of its own, on the test's database, over Redis or RabbitMQ.

These tests run where PostgreSQL is the database (DATABASE_URL) and a broker answers; elsewhere they are skipped, or
fail when FANLIGHT_REQUIRE_SERVICES says that both must be there. FANLIGHT_TEST_BROKER_URL names another broker.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from celery.app.amqp import AMQP
from django.conf import settings
from django.db import connection
from django.test import Client
from kombu import Connection, pools
from kombu.exceptions import OperationalError

from config.celery import app
from inventory.models import User
from tests.services.cut import Wire, free_port


def own_broker() -> str:
    """Each process of the tests has a numbered database of its own in the same Redis (in RabbitMQ a queue)."""
    wanted = os.environ.get("FANLIGHT_TEST_BROKER_URL", "redis://127.0.0.1:6379/9")
    if not wanted.startswith("redis"):
        return wanted
    base, _, number = wanted.rpartition("/")
    return f"{base}/{int(number) + int(os.environ.get('PYTEST_XDIST_WORKER', 'gw0').removeprefix('gw'))}"


BROKER = own_broker()
QUEUE = f"fanlight-test-{os.getpid()}"


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
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The application of this process sends its tasks to the broker, in a queue of its own."""
    if reason := missing():
        if os.environ.get("FANLIGHT_REQUIRE_SERVICES"):
            pytest.fail(reason)
        pytest.skip(reason)
    send_through(monkeypatch, BROKER)
    yield BROKER
    with suppress(OperationalError, OSError), Connection(BROKER, connect_timeout=2) as link:
        channel: Any = link.default_channel
        channel.queue_delete(QUEUE)


def send_through(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Let the application of this process use this broker, and forget what it knew of another."""
    monkeypatch.setattr(app.conf, "broker_url", url)
    monkeypatch.setattr(settings, "CELERY_TASK_DEFAULT_QUEUE", QUEUE)
    monkeypatch.setattr(app, "_pool", None)
    monkeypatch.setattr(app, "amqp", AMQP(app))
    # Pools are kept by address in a place of kombu's own.
    pools.reset()


def database_url(port: int | None = None) -> str:
    """The address of the test's own database, for another process; through another port of this machine if given."""
    known = connection.settings_dict
    user, password = quote(str(known["USER"])), quote(str(known["PASSWORD"]))
    who = f"{user}:{password}" if password else user
    where = f"127.0.0.1:{port}" if port else f"{known['HOST'] or '127.0.0.1'}:{known['PORT'] or 5432}"
    return f"postgres://{who}@{where}/{known['NAME']}"


def through(url: str, port: int) -> str:
    """The same address by another port of this machine."""
    parts = urlsplit(url)
    who, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{who}{at}127.0.0.1:{port}"))


@pytest.fixture
def environment(broker: str, transactional_db: None, tmp_path: Path) -> dict[str, str]:
    """What a process of the product needs to work on the test's database and queue."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CELERY_BROKER_URL": broker,
        "FANLIGHT_QUEUE": QUEUE,
        "FANLIGHT_VAR": str(tmp_path),
        "FANLIGHT_SECRET_KEY": settings.SECRET_KEY,
        "FANLIGHT_FINGERPRINT_KEY": settings.FINGERPRINT_KEY,
        "FANLIGHT_LOG_FORMAT": "lines",
    }


class StartWorker(Protocol):
    def __call__(self, **more: str) -> subprocess.Popen[bytes]: ...


@pytest.fixture
def start_worker(environment: dict[str, str], tmp_path: Path) -> Iterator[StartWorker]:
    """Start a worker, with other settings if some are given; all that were started are ended afterwards."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**more: str) -> subprocess.Popen[bytes]:
        number = len(started)
        command = [sys.executable, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "-c", "2"]
        command += ["--hostname", f"worker-{number}@%h", "--without-gossip", "--without-mingle"]
        log = (tmp_path / f"worker-{number}.log").open("wb")
        process = subprocess.Popen(
            command, env=environment | more, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@dataclass(frozen=True)
class Web:
    """Pages served by a gunicorn of its own, read by somebody who may do everything."""

    process: subprocess.Popen[bytes]
    port: int
    cookie: str

    def get(self, address: str) -> tuple[int, str]:
        """Status and text of an address; 0 when nobody answers."""
        # Machines that ask for health do not sign in.
        headers = {} if address.endswith("z") else {"Cookie": self.cookie}
        link = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            link.request("GET", address, headers=headers)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            link.close()


class StartWeb(Protocol):
    def __call__(self, *before: str, **more: str) -> Web: ...


@pytest.fixture
def start_web(environment: dict[str, str], tmp_path: Path) -> Iterator[StartWeb]:
    """Serve pages, with words before the command and other settings if some are given; all are ended afterwards."""
    started: list[Web] = []

    def start(*before: str, **more: str) -> Web:
        port = free_port()
        command = [*before, sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"]
        command += ["--bind", f"127.0.0.1:{port}", "config.wsgi"]
        log = (tmp_path / f"web-{len(started)}.log").open("wb")
        around = environment | {"FANLIGHT_WEB_WORKERS": "1"} | more
        process = subprocess.Popen(command, env=around, cwd=settings.BASE_DIR, stdout=log, stderr=log)
        started.append(Web(process, port, cookie_of_an_admin()))
        until(lambda: started[-1].get("/healthz")[0] == 200)
        return started[-1]

    yield start
    for web in started:
        web.process.terminate()
        web.process.wait(60)


def cookie_of_an_admin() -> str:
    """What the browser of somebody who is signed in sends along."""
    client = Client()
    ada = User.objects.filter(username="ada").first() or User.objects.create_superuser("ada", password="x")
    client.force_login(ada)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


@pytest.fixture
def cut() -> Iterator[Callable[[str, int], Wire]]:
    """Wires to servers on this machine, closed afterwards."""
    wires: list[Wire] = []

    def lay(host: str, port: int) -> Wire:
        wires.append(Wire(host, port))
        return wires[-1]

    yield lay
    for wire in wires:
        wire.close()


@pytest.fixture
def database_wire(transactional_db: None, cut: Callable[[str, int], Wire]) -> Wire:
    """A wire to PostgreSQL."""
    known = connection.settings_dict
    return cut(str(known["HOST"] or "127.0.0.1"), int(known["PORT"] or 5432))


@pytest.fixture
def broker_wire(broker: str, cut: Callable[[str, int], Wire]) -> Wire:
    """A wire to the broker."""
    parts = urlsplit(broker)
    return cut(parts.hostname or "127.0.0.1", parts.port or 5672)


def until(condition: Callable[[], Any], seconds: float = 300) -> Any:
    """Wait until something is so, and return it; fails when it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {condition}")
