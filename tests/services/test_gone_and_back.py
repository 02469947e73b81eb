"""A database or a broker that goes away and comes back: told plainly meanwhile, and nobody has to do anything."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import FRANKFURT, MANAGEMENT
from collectors.tasks import start_run, tick
from inventory.models import Account, Function, User
from tests.services.conftest import StartWeb, StartWorker, database_url, send_through, through, until
from tests.services.cut import Wire

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
    # Mended before the tick: the scheduler works on the same database, and finds nothing while it is away.
    database_wire.mend()
    tick()
    again = until(lambda: finished(account, Run.State.SUCCEEDED))
    run.refresh_from_db()
    assert (run.state, again.attempt, worker.poll()) == (Run.State.LOST, 2, None)
    assert Function.objects.filter(account=account, gone_at=None).exists()


#: Seconds within which a page says that the database is away, and is itself again once it is back (R-17).
TOLD_WITHIN, BACK_WITHIN = 2, 10


@pytest.fixture
def web(start_web: StartWeb, database_wire: Wire) -> Callable[[str], Answer]:
    """Pages whose way to the database can be cut; gives status and text of an address."""
    return start_web(DATABASE_URL=database_url(database_wire.port)).get


def timed(web: Callable[[str], Answer], address: str) -> tuple[int, str, float]:
    """An answer, and the seconds it took."""
    began = time.monotonic()
    return (*web(address), time.monotonic() - began)


def test_pages_without_their_database_say_so_and_come_back_by_themselves(
    account: Account, web: Callable[[str], Answer], database_wire: Wire
) -> None:
    assert web("/accounts/")[0] == 200
    database_wire.cut()
    with ThreadPoolExecutor(4) as readers:  # as many as the web process answers side by side
        asked = ["/accounts/", f"/accounts/{account.pk}/"] * (REQUESTS // 2)
        answers = list(readers.map(lambda address: timed(web, address), asked))
    assert {status for status, _, _ in answers} == {503}
    told = [text for _, text, _ in answers]
    assert not [text for text in told if "Traceback" in text or "psycopg" in text or "OperationalError" in text]
    assert max(seconds for _, _, seconds in answers) <= TOLD_WITHIN
    assert web("/healthz")[0] == 200, "the process itself is well"
    status, health = web("/readyz")
    assert (status, json.loads(health)["database"]) == (503, "no answer")
    database_wire.mend()
    until(lambda: web("/accounts/")[0] == 200, BACK_WITHIN)


def test_a_database_that_does_not_answer_at_all_is_told_in_time(
    account: Account, web: Callable[[str], Answer], database_wire: Wire
) -> None:
    assert web("/accounts/")[0] == 200
    database_wire.cut()
    database_wire.hold()
    status, _, seconds = timed(web, "/accounts/")
    assert status == 503
    assert seconds <= TOLD_WITHIN + 3, "the driver waits for two seconds, for each address of the host"
    database_wire.mend()
    until(lambda: web("/accounts/")[0] == 200, BACK_WITHIN)


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
