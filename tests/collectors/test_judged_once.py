"""A run hands over to judging once, and nothing that was read stays unjudged, whatever ends the run."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from collectors import collect as collecting
from collectors.collect import collect_now
from collectors.models import Run
from collectors.schedule import cancel
from inventory.clock import now
from inventory.models import Account, Resource
from inventory.record import HandOver, scopes_recorded
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, entry, role

HOUR = timedelta(hours=1)


@pytest.fixture
def handed_over() -> Iterator[list[set[str]]]:
    """The names of the resources of each hand-over to judging, as it comes; heard here in the judge's place."""
    told: list[set[str]] = []

    def hear(sender: Any, touched: frozenset[int], **_: Any) -> None:
        told.append(set(Resource.objects.filter(pk__in=touched).values_list("name", flat=True)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scopes_recorded, "receivers", [])
        patch.setattr(scopes_recorded, "sender_receivers_cache", {})
        scopes_recorded.connect(hear, weak=False)
        yield told


THREE_SCOPES = {
    "global": {"roles": [role("admin", "*")]}, "east": {"functions": [entry("a")]}, "west": {"functions": [entry("b")]}
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_an_account_is_judged_once_when_all_its_scopes_are_read(
    account: Account, fake: FakeCloud, handed_over: list[set[str]]
) -> None:
    fake.scopes = THREE_SCOPES
    collect_now(account, DAY)
    assert handed_over == [{"admin", "a", "b"}]
    collect_now(account, DAY + HOUR)
    assert len(handed_over) == 1, "nothing was new"


@pytest.mark.django_db(transaction=True)
def test_a_long_run_is_judged_while_it_goes_on(
    account: Account, fake: FakeCloud, handed_over: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collecting, "JUDGE_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(collecting, "JUDGE_SHARE", 1)
    fake.scopes = THREE_SCOPES
    collect_now(account, DAY)
    assert handed_over[0] == {"admin"}
    assert set().union(*handed_over[1:]) == {"a", "b"}


@pytest.mark.django_db(transaction=True)
def test_what_a_cancelled_run_had_read_is_judged(
    account: Account, fake: FakeCloud, handed_over: list[set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.scopes = THREE_SCOPES
    close = collecting.Collection._close

    def close_and_cancel(self: collecting.Collection, *rest: Any) -> None:
        close(self, *rest)
        cancel(self.run)
        self.progress._beat(force=True)

    monkeypatch.setattr(collecting.Collection, "_close", close_and_cancel)
    assert collect_now(account, DAY).state == Run.State.CANCELLED
    assert handed_over == [{"admin"}]


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_left_unjudged_the_next_run_has_judged(
    account: Account, fake: FakeCloud, handed_over: list[set[str]]
) -> None:
    """A worker that was told to end hands its run back; one that is killed after the last scope is found lost."""

    class Killed(BaseException):
        pass

    def killed(self: HandOver) -> None:
        raise Killed

    fake.scopes = THREE_SCOPES
    with pytest.MonkeyPatch.context() as patch, pytest.raises(Killed):
        patch.setattr(HandOver, "send_on_commit", killed)
        collect_now(account, DAY)
    assert not handed_over
    Run.objects.update(beat_at=now() - timedelta(minutes=5))
    collect_now(account, DAY + HOUR)
    assert handed_over == [{"admin", "a", "b"}], "although nothing had changed since"
    collect_now(account, DAY + 2 * HOUR)
    assert len(handed_over) == 1
