"""When an account is collected, what happens to lost runs, and that only one runs at a time."""

import random
import threading
from datetime import timedelta
from typing import Any

import pytest
import structlog
from django.db import connection, transaction
from django.test import override_settings
from kombu.exceptions import OperationalError as BrokerAway

from collectors import collect as collecting
from collectors import tasks
from collectors.collect import collect_now
from collectors.models import Pulse, Run
from collectors.provider import BadCredentials, Denied, Throttled
from collectors.schedule import (
    ATTEMPTS,
    LOST_AFTER,
    AlreadyRunning,
    begin,
    cancel,
    claim_run,
    next_due,
    trigger_now,
    untaken,
)
from collectors.tasks import QueueAway, collect_account, start_run, tick
from inventory.clock import now
from inventory.models import Account, Function, Resource, Snapshot
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, entries, entry

pytestmark = pytest.mark.django_db

LONG_AGO = LOST_AFTER + timedelta(seconds=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The runs that workers were told of, in the place of a queue."""
    queue: list[int] = []
    monkeypatch.setattr(collect_account, "delay", queue.append)
    monkeypatch.setattr(transaction, "on_commit", lambda call, **_: call())
    return queue


def age(run: Run, by: timedelta) -> None:
    Run.objects.filter(pk=run.pk).update(beat_at=now() - by, queued_at=now() - by)


def test_an_account_has_one_run_at_a_time(account: Account, sent: list[int]) -> None:
    first = start_run(account, "schedule")
    with pytest.raises(AlreadyRunning) as busy:
        start_run(account, "person")
    assert busy.value.run == first
    assert sent == [first.pk]


@pytest.mark.django_db(transaction=True)
def test_fifty_starts_at_once_make_one_run(account: Account) -> None:
    outcomes: list[str] = []

    def start() -> None:
        try:
            claim_run(account, "schedule")
            outcomes.append("started")
        except AlreadyRunning:
            outcomes.append("refused")
        finally:
            connection.close()

    if connection.vendor == "sqlite":
        pytest.skip("a database in memory has no second connection that waits; PostgreSQL shows it")
    threads = [threading.Thread(target=start) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 49 + ["started"]
    assert Run.objects.count() == 1


def test_a_message_that_comes_twice_is_worked_once(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(1)
    run = claim_run(account, "schedule")
    with override_settings(CELERY_TASK_ALWAYS_EAGER=True):
        collect_account(run.pk)
        fake.order.clear()
        collect_account(run.pk)
    assert fake.order == []
    assert Run.objects.get().state == Run.State.SUCCEEDED


def test_a_queue_that_does_not_answer_is_told_and_leaves_nothing_waiting(
    account: Account, monkeypatch: pytest.MonkeyPatch, sent: list[int]
) -> None:
    def away(_: int) -> None:
        raise BrokerAway("connection refused")

    monkeypatch.setattr(collect_account, "delay", away)
    with pytest.raises(QueueAway):
        start_run(account, "person")
    assert (Run.objects.get().state, Run.objects.get().error_class) == (Run.State.FAILED, "queue")
    Account.objects.update(due_at=now())
    tick()
    assert Account.objects.get().due_at is not None
    assert Account.objects.get().due_at <= now()  # type: ignore[operator]


def test_the_tick_starts_what_is_due_and_not_what_is_paused_or_not_due(account: Account, sent: list[int]) -> None:
    Account.objects.update(due_at=now())
    later = {"provider": "aws", "due_at": now() + timedelta(hours=1)}
    Account.objects.create(native_id="2", name="later", **later)
    Account.objects.create(provider="aws", native_id="3", name="paused", due_at=now(), paused=True)
    Account.objects.create(provider="aws", native_id="4", name="parked", due_at=None)
    tick()
    tick()
    assert [Run.objects.get(pk=pk).account_id for pk in sent] == [account.pk]
    assert Pulse.objects.get(name="tick")


def test_a_lost_run_is_marked_and_queued_again_once(account: Account, sent: list[int]) -> None:
    run = claim_run(account, "person")
    begin(run.pk)
    tick()
    assert sent == []
    age(run, LONG_AGO)
    tick()
    tick()
    run.refresh_from_db()
    again = Run.objects.get(pk=sent[0])
    assert run.state == Run.State.LOST
    assert (again.attempt, again.trigger, again.state) == (2, "person", Run.State.QUEUED)
    assert len(sent) == 1


def test_a_run_that_kills_its_worker_again_and_again_is_parked(account: Account, sent: list[int]) -> None:
    Account.objects.update(due_at=now() + timedelta(hours=1))
    run = claim_run(account, "schedule")
    for _ in range(ATTEMPTS):
        run = Run.objects.active().get()
        begin(run.pk)
        age(run, LONG_AGO)
        tick()
    run.refresh_from_db()
    assert (run.state, run.error_class, run.attempt) == (Run.State.FAILED, "parked", ATTEMPTS)
    assert not Run.objects.active().exists()
    assert Account.objects.get().due_at is None
    other = Account.objects.create(provider="aws", native_id="9", name="other", due_at=now())
    tick()
    assert Run.objects.get(pk=sent[-1]).account == other


def test_a_lost_run_does_not_stand_in_the_way_of_a_person(account: Account, sent: list[int]) -> None:
    run = claim_run(account, "schedule")
    begin(run.pk)
    age(run, LONG_AGO)
    start_run(account, "person")
    run.refresh_from_db()
    assert run.state == Run.State.LOST


def test_a_message_that_the_broker_lost_is_sent_again(account: Account, sent: list[int]) -> None:
    run = claim_run(account, "schedule")
    assert untaken() == []
    Run.objects.update(queued_at=now() - timedelta(minutes=6))
    assert untaken() == [run]
    assert untaken() == []


def test_the_next_run_follows_the_schedule_with_jitter(account: Account, fake: FakeCloud) -> None:
    collect_now(account, DAY)
    waits = [(next_due(account, random.Random(seed)) - now()).total_seconds() / 60 for seed in range(50)]
    assert 53 < min(waits) < 58
    assert 62 < max(waits) < 67


def test_after_failures_the_pauses_grow_to_an_hour_with_full_jitter(account: Account, fake: FakeCloud) -> None:
    account.every_minutes = 24 * 60
    account.save()
    fake.scopes["east"]["functions"] = [Throttled("Too many.")]
    longest = []
    for number in range(9):
        collect_now(account, DAY + timedelta(minutes=number))
        waits = [(next_due(account, random.Random(seed)) - now()).total_seconds() / 60 for seed in range(200)]
        longest.append(max(waits))
        assert min(waits) < 0.1 * longest[-1]
    for found, expected in zip(longest, [1, 2, 4, 8, 16, 32, 60, 60, 60], strict=True):
        assert 0.9 * expected < found <= expected
    assert trigger_now(account) == "retry"
    fake.scopes["east"]["functions"] = []
    collect_now(account, DAY + timedelta(hours=1))
    assert (next_due(account) - now()).total_seconds() > 20 * 3600
    assert trigger_now(account) == "schedule"


def test_a_missing_permission_is_not_asked_again_sooner(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"east": {"functions": [Denied("No.")]}, "west": {"functions": []}}
    collect_now(account, DAY)
    assert (next_due(account) - now()).total_seconds() > 50 * 60


def test_bad_credentials_are_tried_again_with_growing_pauses(account: Account, fake: FakeCloud) -> None:
    fake.refusal = BadCredentials("Expired.")
    for _ in range(3):
        run = collect_now(account)
    assert run.error_class == "credentials"
    assert (next_due(account) - now()).total_seconds() <= 4 * 60


def test_a_retry_gives_way_to_the_schedule_when_that_is_due(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [Throttled("Too many.")]
    collect_now(account, DAY, trigger="schedule")
    assert trigger_now(account) == "retry"
    Run.objects.update(queued_at=now() - timedelta(minutes=61))
    assert trigger_now(account) == "schedule"


def test_a_killed_worker_leaves_what_the_next_run_completes(account: Account, fake: FakeCloud) -> None:
    """SIGKILL in the middle of a run: some batches are stored, the scope was never closed."""

    class Killed(BaseException):
        pass

    fake.scopes["east"]["functions"] = entries(700)
    store = collecting.Collection._store

    def store_and_die(self: collecting.Collection, *batch: Any) -> None:
        store(self, *batch)
        raise Killed

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(collecting.Collection, "_store", store_and_die)
        collect_now(account, DAY)
    assert 0 < Function.objects.count() < 700
    Run.objects.update(beat_at=now() - LONG_AGO)
    run = collect_now(account, DAY + timedelta(minutes=5))
    assert run.state == Run.State.SUCCEEDED
    assert Function.objects.filter(gone_at=None).count() == 700
    assert Snapshot.objects.count() == 700
    assert Resource.objects.exclude(latest=None).count() == 700


def test_a_run_can_be_cancelled(account: Account, fake: FakeCloud) -> None:
    run = claim_run(account, "person")
    assert cancel(run)
    assert not begin(run.pk)
    assert not cancel(run)


def test_a_command_takes_over_a_run_that_is_only_queued(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a")]
    queued = claim_run(account, "person")
    assert collect_now(account, DAY) == queued
    assert not begin(queued.pk)


def test_a_worker_shows_that_it_lives_while_a_step_takes_long(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = claim_run(account, "person")
    beaten = threading.Event()
    monkeypatch.setattr(tasks, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(tasks, "_show_life", lambda _: beaten.set())
    with tasks.beating(run):
        assert beaten.wait(5)


def test_a_worker_that_is_told_to_end_hands_its_run_back(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(3)
    run = claim_run(account, "schedule")
    begin(run.pk)
    run.refresh_from_db()
    assert collecting.collect(run, lambda: True).state == Run.State.QUEUED
    assert begin(run.pk)
    run.refresh_from_db()
    assert collecting.collect(run).state == Run.State.SUCCEEDED
    assert Function.objects.count() == 3


def test_every_line_of_a_run_tells_which_run_it_is_also_from_the_readers_threads(
    account: Account, fake: FakeCloud
) -> None:
    told: list[dict[str, Any]] = []

    def speak() -> None:
        told.append({"event": "from the cloud", **structlog.contextvars.get_contextvars()})

    fake.scopes["east"]["functions"] = [entry("a"), speak]
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        run = collect_now(account, DAY)
    told += [dict(line) for line in lines if line["event"].startswith("run_")]
    assert [line["event"] for line in told] == ["from the cloud", "run_began", "run_ended"]
    assert {(line["run"], line["account"]) for line in told} == {(run.pk, account.native_id)}
    assert structlog.contextvars.get_contextvars() == {}, "the next task of this worker is another run"


def test_an_account_that_is_read_while_the_tick_goes_on_is_not_read_again(
    account: Account, sent: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tick found it due; before its turn came, a run that was going on ended."""
    Account.objects.update(due_at=now() - timedelta(minutes=1))

    def ended_meanwhile(found: Account) -> str:
        Account.objects.filter(pk=found.pk).update(due_at=now() + timedelta(hours=1))
        return "schedule"

    monkeypatch.setattr(tasks, "trigger_now", ended_meanwhile)
    tick()
    assert (sent, Run.objects.count()) == ([], 0)
