"""All accounts of the sandbox, and workers that are killed and restarted: the end is that of an undisturbed run."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Count, F
from django.utils import timezone

from collectors.collect import collect_now
from collectors.models import Run
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.schedule import ATTEMPTS
from collectors.tasks import tick
from config.demo import connect_accounts
from inventory.models import Account, AccountGroup, Binding, Function, Grant, Posture, Resource, Snapshot
from tests.services.conftest import StartWorker, until

GOOD = (Run.State.SUCCEEDED, Run.State.PARTIAL)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=20).serve(day=6) as running:
        yield running


def inventory() -> dict[str, Any]:
    """All that is known, without the times at which it was learnt."""
    of = ("account__provider", "account__native_id")
    resources = Resource.objects.annotate(stored=Count("snapshots"))
    return {
        "resources": sorted(resources.values_list(*of, "kind", "native_id", "latest__digest", "gone_at", "stored")),
        "functions": sorted(Function.objects.values_list(*of, "name", "runtime", "resource__native_id")),
        "bindings": sorted(Binding.objects.values_list("function__resource__native_id").annotate(Count("pk"))),
        "grants": sorted(Grant.objects.values_list("identity__resource__native_id").annotate(Count("pk"))),
        "postures": sorted(Posture.objects.values_list(*(f"function__{name}" for name in of), "function__name",
                                                       "privilege", "invoke", "deploy")),
    }  # fmt: skip


def differences(these: dict[str, list[Any]], those: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What one has and the other has not, by table."""
    apart = {name: sorted(set(these[name]) ^ set(those[name]), key=str) for name in these}
    return {name: rows for name, rows in apart.items() if rows}


def kill(worker: subprocess.Popen[bytes]) -> None:
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def so_many_are_done(count: int) -> bool:
    return Run.objects.filter(state__in=GOOD).count() >= count


def all_ended_well() -> bool:
    """Every account has a good run, and none goes on."""
    # What was partial for a passing reason would be tried again and again, as it should; here the end is waited for.
    Account.objects.filter(runs__state__in=GOOD).update(due_at=None)
    tick()
    done = Run.objects.filter(state__in=GOOD).values("account").distinct().count()
    return done == Account.objects.count() and not Run.objects.active().exists()


def test_kills_and_restarts_change_nothing_in_the_end(sandbox: RunningSandbox, start_worker: StartWorker) -> None:
    connect_accounts(sandbox.url)
    for account in Account.objects.all():
        assert collect_now(account).state in GOOD, Run.objects.latest("pk").error
    calm = inventory()
    assert Account.objects.count() > 12 and len(calm["functions"]) > 25
    forget()
    connect_accounts(sandbox.url)
    Account.objects.update(due_at=timezone.now(), every_minutes=7 * 24 * 60)

    workers = [start_worker(), start_worker()]
    tick()
    for _ in range(ATTEMPTS - 1):  # once more, and a run would be parked
        until(partial(so_many_are_done, Run.objects.filter(state__in=GOOD).count() + 2))
        until(lambda: Run.objects.filter(state=Run.State.RUNNING).exists() or all_ended_well())
        for worker in workers:
            kill(worker)
        # The clock is not waited for: what dead workers had begun showed no life for long, what they had fetched from
        # the queue and not begun was not taken for long.
        long_ago = timezone.now() - timedelta(minutes=10)
        Run.objects.filter(state=Run.State.RUNNING).update(beat_at=long_ago)
        Run.objects.filter(state=Run.State.QUEUED).update(queued_at=long_ago, beat_at=None)
        workers = [start_worker(), start_worker()]
        tick()
    workers[0].terminate()
    until(all_ended_well)

    assert differences(inventory(), calm) == {}
    lost = Run.objects.filter(state=Run.State.LOST)
    assert lost.exists(), "the kills met runs that were going on"
    assert not Run.objects.filter(error_class="parked").exists()
    planned = Run.objects.filter(state__in=GOOD, trigger="schedule").values("account")
    assert not planned.annotate(good=Count("pk")).filter(good__gt=1).exists(), "a lost run was queued again once"
    assert not Snapshot.objects.exclude(resource__latest=F("pk")).exists(), "nothing was written twice"


def forget() -> None:
    """An installation as it was before its first account."""
    Resource.objects.update(latest=None)
    for model in (Run, Posture, Binding, Grant, Function, Snapshot, Resource, Account, AccountGroup):
        model._default_manager.all().delete()
