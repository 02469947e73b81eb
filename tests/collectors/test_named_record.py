"""What a reading of single functions may not do: call anything gone, or be written over by a run that began before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.collect import collect_now
from collectors.models import Run, WantedRead
from collectors.named import read_named
from collectors.provider import Unreachable
from collectors.receiving.reading import ATTEMPTS, read_wanted
from inventory.clock import now
from inventory.models import Account, Function, Resource
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, entry

pytestmark = pytest.mark.django_db(transaction=True)
LATER = DAY + timedelta(minutes=5)


def wanted(account: Account, name: str) -> WantedRead:
    return WantedRead.objects.create(account=account, scope="east", native_id=name, asked_at=DAY, due_at=DAY)


def memory(name: str) -> int | None:
    return Function.objects.get(name=name).memory_mb


def test_a_function_that_vanished_is_gone_only_when_its_scope_was_read(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a"), entry("b")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("b")]
    wanted(account, "fake:function:a")
    started: list[str] = []

    def start(of: Account, scope: str) -> Run:
        started.append(scope)
        assert not Resource.objects.exclude(gone_at=None).exists()
        return collect_now(of, LATER, trigger="event", only_scope=scope)

    due = Account.objects.get().due_at
    assert read_wanted(account, now(), start) is None
    assert started == ["east"]
    assert Resource.objects.get(name="a").gone_at == LATER and Resource.objects.get(name="b").gone_at is None
    assert Account.objects.get().due_at == due, "an event must not put the schedule off"


def test_a_run_that_began_before_the_event_writes_nothing_older_over_it(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("a"), entry("b")]
    collect_now(account, DAY)
    changed = {"config": {"runtime": "python3.13", "memory_mb": 512}}
    fake.scopes["east"]["functions"] = [entry("a", **changed), entry("b"), entry("c")]
    seen = read_named(account, "east", ["fake:function:a", "fake:function:c"], LATER)
    assert seen.fault is None and len(seen.outcome.changed) == 1 and len(seen.outcome.added) == 1
    # What the run read before: the old function, and no new one yet.
    fake.scopes["east"]["functions"] = [entry("a"), entry("b")]
    collect_now(account, LATER - timedelta(minutes=1))
    assert memory("a") == 512
    assert Resource.objects.get(name="c").gone_at is None
    collect_now(account, LATER + timedelta(minutes=1))
    assert memory("a") == 128 and Resource.objects.get(name="c").gone_at is not None


def test_what_fails_in_passing_is_tried_again_later_and_then_left_to_the_next_run(
    account: Account, fake: FakeCloud
) -> None:
    fake.scopes["east"]["functions"] = [entry("a")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [Unreachable("It does not answer.")]
    wanted(account, "fake:function:a")
    at = now()
    for number in range(ATTEMPTS):
        following = read_wanted(account, at, lambda of, scope: pytest.fail("no run for what may pass"))
        if number + 1 < ATTEMPTS:
            assert following and following.fault == "It does not answer." and following.due_at > at
            at = following.due_at
    assert following is None and Resource.objects.get().gone_at is None
