"""Twenty accounts, and workers that are killed, restarted and cut off: the end is that of an undisturbed installation.

Both read two days of the estate's life with two workers over the queue, so that there is a history to compare, too.
"""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db.models import Count, F, Q
from django.utils import timezone

from collectors.accounts import add_account
from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.twin import second, twin_of
from collectors.schedule import ATTEMPTS
from collectors.tasks import tick
from config.demo import connect_accounts
from findings.models import Footing
from findings.tasks import look_again
from inventory.models import Account, Snapshot
from tests.services.conftest import StartWorker, through, until
from tests.services.cut import Wire
from tests.services.installation import differences, everything

GOOD = (Run.State.SUCCEEDED, Run.State.PARTIAL)
ACCOUNTS, DAYS = 20, (3, 6)
Clouds = tuple[RunningSandbox, RunningSandbox]


@pytest.fixture
def clouds() -> Iterator[Clouds]:
    """Two organisations with small estates; some hours off, so that nothing gets a day older meanwhile."""
    sandbox = Sandbox(size=20, base=timezone.now() - timedelta(days=DAYS[-1], hours=7))
    with sandbox.serve() as one, twin_of(sandbox).serve() as other:
        yield one, other


def connect(clouds: Clouds) -> None:
    """All accounts of the first organisation, and as many of the second as make twenty."""
    known = connect_accounts(clouds[0].url)
    for account in known[: ACCOUNTS - len(known)]:
        way = json.loads(second(json.dumps(account.connection))) | {"endpoint": clouds[1].url}
        add_account(account.provider, second(account.native_id), way, name=second(account.name))


def move(clouds: Clouds, day: int) -> None:
    """It is this day of both organisations' lives, and every account is to be read."""
    for sandbox in clouds:
        sandbox.day = day
        sandbox.requests.clear()
    Account.objects.update(due_at=timezone.now(), paused=False, every_minutes=0)
    tick()
    # What was partial would be tried again and again, as it should; here each account is read once a day.
    Account.objects.update(paused=True)


def all_stand_well() -> bool:
    """Whether nobody is to be judged again any more; whoever is, is asked for through the queue."""
    look_again()
    return not Footing.objects.filter(Q(asked_at__isnull=False) | ~Q(moves=F("compared"))).exists()


def newest() -> dict[int, Run]:
    """The last run of each account."""
    return {run.account_id: run for run in Run.objects.order_by("pk")}


def all_ended_well() -> bool:
    """Whether every account's last run is a good one."""
    tick()
    return not left()


def left() -> int:
    """How many accounts are still to be read."""
    return sum(run.state not in GOOD for run in newest().values())


def are_left_at_most(count: int) -> bool:
    return left() <= count


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def time_passes() -> None:
    """The clock is not waited for: what a dead worker had begun showed no life for long, what it had fetched and not
    begun was not taken for long."""
    long_ago = timezone.now() - timedelta(minutes=10)
    Run.objects.filter(state=Run.State.RUNNING).update(beat_at=long_ago)
    Run.objects.filter(state=Run.State.QUEUED).update(queued_at=long_ago, beat_at=None)
    tick()


def undisturbed(clouds: Clouds, start_worker: StartWorker) -> None:
    workers = [start_worker(), start_worker()]
    for day in DAYS:
        move(clouds, day)
        until(all_ended_well)
        until(all_stand_well)
    for worker in workers:
        kill(worker)


def disturbed(clouds: Clouds, start_worker: StartWorker, wire: Wire) -> None:
    """On each day both workers are killed twice, and their broker goes away and comes back."""
    workers = [start_worker(), start_worker()]
    for day in DAYS:
        move(clouds, day)
        for turn in range(ATTEMPTS - 1):  # once more, and a run would be parked
            until(partial(are_left_at_most, ACCOUNTS - 5 * (turn + 1)))
            until(lambda: Run.objects.filter(state=Run.State.RUNNING).count() > 1 or not left())
            for worker in workers:
                kill(worker)
            time_passes()
            workers = [start_worker(), start_worker()]
        until(partial(are_left_at_most, ACCOUNTS // 4))
        wire.cut()
        wire.mend()
        until(all_ended_well)
        until(all_stand_well)


def test_kills_and_restarts_change_nothing_in_the_end(
    clouds: Clouds, start_worker: StartWorker, broker: str, broker_wire: Wire
) -> None:
    connect(clouds)
    assert Account.objects.count() == ACCOUNTS
    undisturbed(clouds, start_worker)
    # What depends on the order in which accounts were read was evened out by judging again whom it concerns.
    calm = everything()
    assert all(calm.values()), {name: len(rows) for name, rows in calm.items() if not rows}

    call_command("flush", interactive=False, verbosity=0)
    connect(clouds)
    disturbed(clouds, partial(start_worker, CELERY_BROKER_URL=through(broker, broker_wire.port)), broker_wire)

    apart = differences(everything(), calm)
    assert not apart, json.dumps(apart, default=str, indent=1)
    assert Run.objects.filter(state=Run.State.LOST).count() > 3, "the kills met runs that were going on"
    assert not Run.objects.filter(error_class="parked").exists()
    planned = Run.objects.filter(state__in=GOOD, trigger="schedule").values("account")
    twice = planned.annotate(good=Count("pk")).filter(good__gt=len(DAYS))
    assert not twice.exists(), "a lost run was queued again once"
    latest = Snapshot.objects.filter(resource__latest=F("pk")).count()
    assert latest == Snapshot.objects.values("resource").distinct().count()
