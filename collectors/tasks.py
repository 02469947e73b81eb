"""What workers and the scheduler do: collect an account, tick once a minute, clear away what is old."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_init, worker_shutting_down
from django.conf import settings
from django.db import OperationalError, connection, transaction
from kombu.exceptions import OperationalError as BrokerAway

from collectors.collect import collect
from collectors.function import collect_function
from collectors.models import Pulse, Run, WantedRead
from collectors.prune import prune_old
from collectors.receiving.reading import read_wanted
from collectors.schedule import AlreadyRunning, NotDue, begin, claim_run, find_lost, trigger_now, untaken
from inventory.clock import now
from inventory.models import Account, User

log = structlog.get_logger(__name__)

BEAT_SECONDS = 20.0


class QueueAway(Exception):
    """The broker does not answer, so no worker can be told; nothing was started."""

    def __init__(self) -> None:
        super().__init__(
            "The task queue does not answer, so no collection could be started. Try again when it is back."
        )


def start_run(
    account: Account, trigger: str, user: User | None = None, only_scope: str = "", if_due: bool = False,
    only_function: str = "",
) -> Run:  # fmt: skip
    """Queue a collection of an account; raises AlreadyRunning (one at a time), QueueAway, and `if_due` NotDue."""
    run = claim_run(account, trigger, user, only_scope, if_due=if_due, only_function=only_function)
    transaction.on_commit(lambda: send(run))
    run.refresh_from_db()
    return run


def send(run: Run) -> None:
    """Tell the workers of a queued run; one that cannot be told is failed, so that nothing waits for it."""
    try:
        collect_account.delay(run.pk)
    except (BrokerAway, ConnectionError) as fault:
        away = QueueAway()
        Run.objects.filter(pk=run.pk, state=Run.State.QUEUED).update(
            state=Run.State.FAILED, finished_at=now(), error_class="queue", error=str(away)
        )
        raise away from fault


@shared_task(name="collectors.tasks.collect_account", acks_late=True)
def collect_account(run_id: int) -> None:
    """Collect the account of a queued run; a message that comes twice finds the run taken and does nothing."""
    if not begin(run_id):
        return
    run = Run.objects.select_related("account").get(pk=run_id)
    with beating(run):
        run = collect_function(run) if run.only_function else collect(run, leaving)
    if run.state == Run.State.QUEUED:
        send(run)


#: Set in a worker's main process when it is told to end; its children, forked later, see it too.
_ending: Any = None


@worker_init.connect
def _prepare_to_end(**_: Any) -> None:
    global _ending
    _ending = multiprocessing.Event()


@worker_shutting_down.connect
def _begin_to_end(**_: Any) -> None:
    if _ending is not None:
        _ending.set()


def leaving() -> bool:
    """Whether this worker was told to end (SIGTERM): its run is handed back rather than waited for."""
    return _ending is not None and bool(_ending.is_set())


@contextmanager
def beating(run: Run) -> Iterator[None]:
    """Show that this worker lives also while one step (judging a large scope) takes long."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        yield
        return
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_SECONDS):
            _show_life(run)

    thread = threading.Thread(target=beat, name=f"beat {run.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()


def _show_life(run: Run) -> None:
    try:
        Run.objects.filter(pk=run.pk, state=Run.State.RUNNING).update(beat_at=now())
    except OperationalError:
        log.warning("beat_missed", run=run.pk)
    finally:
        connection.close()


@shared_task(name="collectors.tasks.read_events", acks_late=True)
def read_events(account_id: int) -> None:
    """Read what events asked for in an account; comes again when more of it falls due."""
    account = Account.objects.filter(pk=account_id, paused=False).first()
    if account is None:
        return
    following = read_wanted(account, now(), _start_for_event)
    if following is not None and not settings.CELERY_TASK_ALWAYS_EAGER:
        tell_of_events(account_id, max(1.0, (following.due_at - now()).total_seconds()))


def _start_for_event(account: Account, scope: str) -> Run | None:
    try:
        return start_run(account, "event", only_scope=scope)
    except AlreadyRunning:
        return None


def tell_of_events(account_id: int, seconds: float) -> None:
    """Have a worker read what is wanted in an account in so many seconds; a tick sees to it when the queue is away."""
    try:
        read_events.apply_async(args=(account_id,), countdown=seconds)
    except (BrokerAway, ConnectionError) as fault:
        log.error("queue_away", account=account_id, error=str(fault))


@shared_task(name="collectors.tasks.tick")
def tick() -> None:
    """Once a minute: queue lost runs again, send what no worker took, and start the accounts that are due."""
    Pulse.beat("tick", now())
    for run in [*find_lost(), *untaken()]:
        _send_quietly(run)
    for pk in WantedRead.objects.filter(due_at__lte=now(), taken_at=None).values_list("account", flat=True).distinct():
        tell_of_events(pk, 0)
    for account in Account.objects.filter(paused=False, due_at__lte=now()).order_by("due_at"):
        try:
            start_run(account, trigger_now(account), if_due=True)
        except (AlreadyRunning, NotDue):
            continue
        except QueueAway as away:
            # The account stays due; the next tick tries again.
            log.error("queue_away", error=str(away))
            return


def _send_quietly(run: Run) -> None:
    try:
        send(run)
    except QueueAway as away:
        log.error("queue_away", run=run.pk, error=str(away))


@shared_task(name="collectors.tasks.prune")
def prune() -> None:
    """Every few hours: clear away what is older than it is kept."""
    at = now()
    log.info("pruned", **prune_old(at))
    Pulse.beat("prune", at)
