"""A collection that goes through a broker and a worker ends as one that does not."""

import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from collectors.models import ConnectionTest, Pulse, Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import FRANKFURT, MANAGEMENT
from collectors.tasks import start_run, tick
from collectors.trial import ask_for_trial
from inventory.models import Account, Function
from tests.services.conftest import StartWorker, until


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=60).serve(day=6) as running:
        yield running


@pytest.fixture
def account(transactional_db: None, sandbox: RunningSandbox) -> Account:
    way = {"endpoint": sandbox.url, "access_key_id": f"FANLIGHT{MANAGEMENT}", "regions": [FRANKFURT]}
    return Account.objects.create(provider="aws", native_id=MANAGEMENT, name="management", connection=way)


def ended(run: Run) -> Run | None:
    run.refresh_from_db()
    return run if run.finished_at else None


def test_a_run_goes_through_the_broker_and_is_recorded(account: Account, start_worker: StartWorker) -> None:
    start_worker()
    asked = start_run(account, "person")
    run = until(lambda: ended(asked))
    assert run.state == Run.State.SUCCEEDED, run.error
    assert account.scopes.filter(state="complete").exists()
    assert Function.objects.filter(account=account).exists()
    account.refresh_from_db()
    assert account.last_good_at is not None


def test_the_tick_starts_what_is_due(account: Account, start_worker: StartWorker) -> None:
    Account.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    start_worker()
    tick.delay()
    until(lambda: Pulse.objects.filter(name="tick").exists())
    until(lambda: Run.objects.filter(account=account, finished_at__isnull=False).exists())
    assert Run.objects.get().trigger == "schedule"


def test_the_connection_test_is_done_by_the_worker(account: Account, start_worker: StartWorker) -> None:
    start_worker()
    test = ask_for_trial(account, None)
    until(lambda: ConnectionTest.objects.get(pk=test.pk).finished_at)
    test.refresh_from_db()
    assert test.error == ""
    assert {check["outcome"] for check in test.checks if not check["optional"]} == {"ok"}


def test_a_killed_worker_leaves_a_run_that_another_finishes(
    account: Account, sandbox: RunningSandbox, start_worker: StartWorker
) -> None:
    sandbox.fault("lambda:ListFunctions", "hang")
    first = start_worker()
    run = start_run(account, "person")
    until(lambda: Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).exists())
    first.send_signal(signal.SIGKILL)
    first.wait()
    sandbox.faults.clear()
    # The clock is not waited for: the last sign of life is made to be long ago.
    Run.objects.filter(pk=run.pk).update(beat_at=timezone.now() - timedelta(minutes=5))
    start_worker()
    tick.delay()
    again = until(lambda: Run.objects.filter(account=account, attempt=2, finished_at__isnull=False).first())
    run.refresh_from_db()
    assert (run.state, again.state) == (Run.State.LOST, Run.State.SUCCEEDED)
    names = list(Function.objects.filter(account=account).values_list("resource__native_id", flat=True))
    assert len(names) == len(set(names)) > 0


def test_the_database_here_is_the_one_for_teams(broker: str) -> None:
    assert connection.vendor == "postgresql"
