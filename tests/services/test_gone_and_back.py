"""A database or a broker that goes away and comes back: told plainly meanwhile, and nobody has to do anything."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import FRANKFURT, MANAGEMENT
from collectors.tasks import start_run, tick
from inventory.models import Account, Function, User
from tests.services.conftest import StartWorker, database_url, send_through, through, until
from tests.services.cut import Wire, free_port

REQUESTS = 50
Answer = tuple[int, str]


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=40).serve(day=6) as running:
        yield running


@pytest.fixture
def account(transactional_db: None, sandbox: RunningSandbox) -> Account:
    way = {"endpoint": sandbox.url, "access_key_id": f"FANLIGHT{MANAGEMENT}", "regions": [FRANKFURT]}
    return Account.objects.create(provider="aws", native_id=MANAGEMENT, name="management", connection=way)


def finished(account: Account, state: str) -> Run | None:
    return Run.objects.filter(account=account, state=state).first()


def test_a_run_whose_database_went_away_is_done_again_by_the_same_worker(
    account: Account, sandbox: RunningSandbox, start_worker: StartWorker, database_wire: Wire
) -> None:
    sandbox.fault("lambda:ListFunctions", "hang")
    worker = start_worker(DATABASE_URL=database_url(database_wire.port))
    run = start_run(account, "schedule")
    until(lambda: Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).exists())
    database_wire.cut()
    sandbox.faults.clear()
    # Nobody shows life; the clock is not waited for.
    Run.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=5))
    tick()
    database_wire.mend()
    again = until(lambda: finished(account, Run.State.SUCCEEDED))
    run.refresh_from_db()
    assert (run.state, again.attempt, worker.poll()) == (Run.State.LOST, 2, None)
    assert Function.objects.filter(account=account, gone_at=None).exists()


@pytest.fixture
def web(environment: dict[str, str], database_wire: Wire) -> Iterator[Callable[[str], Answer]]:
    """Pages served by gunicorn, read by an admin; gives status and text of an address."""
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="x"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "--bind", f"127.0.0.1:{port}"]
    more = {"DATABASE_URL": database_url(database_wire.port), "FANLIGHT_WEB_WORKERS": "1"}
    process = subprocess.Popen(
        [*command, "config.wsgi"], env=environment | more, cwd=settings.BASE_DIR,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def get(address: str) -> Answer:
        link = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            # Machines that ask for health do not sign in.
            link.request("GET", address, headers={} if address.endswith("z") else {"Cookie": cookie})
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            link.close()

    try:
        until(lambda: get("/healthz")[0] == 200)
        yield get
    finally:
        process.terminate()
        process.wait(60)


def test_pages_without_their_database_say_so_and_come_back_by_themselves(
    account: Account, web: Callable[[str], Answer], database_wire: Wire
) -> None:
    assert web("/accounts/")[0] == 200
    database_wire.cut()
    with ThreadPoolExecutor(8) as readers:
        answers = list(readers.map(web, ["/accounts/", f"/accounts/{account.pk}/"] * (REQUESTS // 2)))
    assert {status for status, _ in answers} == {503}
    assert not [text for _, text in answers if "Traceback" in text or "psycopg" in text or "OperationalError" in text]
    assert web("/healthz")[0] == 200, "the process itself is well"
    status, told = web("/readyz")
    assert (status, json.loads(told)["database"]) == (503, "no answer")
    database_wire.mend()
    until(lambda: web("/accounts/")[0] == 200)


def test_without_the_broker_pages_are_read_and_nothing_scheduled_is_lost(
    account: Account, start_worker: StartWorker, broker: str, broker_wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off = through(broker, broker_wire.port)
    send_through(monkeypatch, cut_off)
    worker = start_worker(CELERY_BROKER_URL=cut_off)
    first = start_run(account, "person")
    until(lambda: finished(account, Run.State.SUCCEEDED))
    broker_wire.cut()
    client = Client()
    client.force_login(User.objects.create_superuser("ada", password="x"))
    assert client.get("/accounts/").status_code == 200
    Run.objects.filter(pk=first.pk).update(queued_at=timezone.now() - timedelta(hours=1))
    said = client.post(f"/accounts/{account.pk}/collect/")
    assert "task queue does not answer" in " ".join(str(one) for one in get_messages(said.wsgi_request))
    due = timezone.now() - timedelta(minutes=1)
    Account.objects.update(due_at=due)
    tick()
    assert Account.objects.get().due_at == due, "the account stays due"
    assert not Run.objects.active().exists(), "nothing waits for a message that was never sent"
    broker_wire.mend()
    tick()
    until(lambda: Run.objects.filter(trigger="schedule", state=Run.State.SUCCEEDED).exists())
    assert worker.poll() is None, "the worker that was cut off did it"
