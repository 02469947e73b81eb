"""R-14: a worker killed at each write it makes, before it and within its transaction: the next ends as if nothing was.

Which writes there are, an undisturbed run tells; each is a point of its own, so that no chance decides what is tried.
"""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import Count, F

from collectors.collect import collect, collect_now
from collectors.models import Run
from collectors.schedule import begin, find_lost
from inventory.clock import now
from inventory.models import Account, Binding, Function, Grant, Posture, Resource, Scope, Snapshot
from tests.collectors.faults.conftest import FUNCTIONS

pytestmark = pytest.mark.django_db(transaction=True)

POINTS = 20
#: Verb and table of a statement that changes something.
_WRITE = re.compile(r'^\s*(INSERT(?: OR IGNORE)? INTO|UPDATE|DELETE FROM) "(\w+)"')
Execute = Callable[..., Any]


def write_of(sql: str) -> str:
    found = _WRITE.match(sql)
    return f"{found[1].split()[0]} {found[2]}" if found else ""


def noting(seen: list[str]) -> Execute:
    """Note each kind of write at its first time."""

    def execute(run: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:
        write = write_of(sql)
        if write and write not in seen:
            seen.append(write)
        return run(sql, params, many, context)

    return execute


def killing(point: str, after: bool) -> Execute:
    """End this process at that write, as the kernel would: nothing is tidied up."""

    def execute(run: Execute, sql: str, params: Any, many: bool, context: Any) -> Any:
        hit = write_of(sql) == point
        if hit and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = run(sql, params, many, context)
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return execute


def collect_killed(account: Account, point: str, after: bool) -> bool:
    """Whether a process that collects the account was killed there."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(killing(point, after)):
                collect_now(account)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def complete_lost(account: Account) -> Run:
    """What the scheduler and the next worker do, when nobody showed life for long."""
    long_ago = now() - timedelta(minutes=10)
    Run.objects.filter(state=Run.State.RUNNING).update(beat_at=long_ago)
    again = find_lost()
    if not again:  # it was killed before it began, or after it had ended
        return collect_now(account)
    assert len(again) == 1, "it is queued again once"
    assert begin(again[0].pk)
    return collect(Run.objects.get(pk=again[0].pk))


def stored() -> dict[str, Any]:
    rows = Resource.objects.annotate(number=Count("snapshots"))
    return {
        "resources": sorted(rows.values_list("native_id", "latest__digest", "number", "gone_at")),
        "bindings": sorted(Binding.objects.values_list("function__name").annotate(Count("pk"))),
        "grants": sorted(Grant.objects.values_list("identity__resource__native_id").annotate(Count("pk"))),
        "judged": sorted(Posture.objects.values_list("function__name", "privilege", "invoke", "deploy")),
        "scopes": sorted(Scope.objects.values_list("name", "state")),
    }


def forget() -> None:
    """The account as it was before its first reading."""
    Resource.objects.update(latest=None)
    for model in (Run, Posture, Binding, Grant, Function, Snapshot, Resource, Scope):
        model._default_manager.all().delete()


@pytest.mark.usefixtures("proxy")
def test_a_worker_killed_at_any_of_its_writes_changes_nothing_in_the_end(
    aws_account: Account, moto_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws_account.connection.update(regions=["eu-west-1"], endpoint=moto_url)
    aws_account.save()
    writes: list[str] = []
    with connection.execute_wrapper(noting(writes)):
        assert collect_now(aws_account).state == Run.State.SUCCEEDED
    calm = stored()
    assert len(calm["judged"]) == FUNCTIONS
    points = [(write, after) for after in (True, False) for write in writes][:POINTS]
    assert len(points) == POINTS, writes
    for point, after in points:
        forget()
        name = f"{'after' if after else 'before'} {point}"
        assert collect_killed(aws_account, point, after), f"nobody was killed {name}"
        assert not Snapshot.objects.exclude(number=1).exists(), name
        assert not Snapshot.objects.exclude(resource__latest=F("pk")).exists(), f"half-written {name}"
        assert complete_lost(aws_account).state == Run.State.SUCCEEDED, name
        assert stored() == calm, name
