"""A reading without change writes the same few rows however many resources there are; an abort writes none."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory.models import Account, Resource, Snapshot
from inventory.record import known_of, open_scope
from inventory.record.batch import Batch
from tests.inventory.record.told import DAY, HOUR, function, functions, read, role

pytestmark = pytest.mark.django_db


def writes(account: Account, count: int, hour: int, **about: object) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        read(account, functions(count, **about), DAY + hour * HOUR)
    return [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


@pytest.mark.parametrize("about", [{}, {"detail_read": True}, {"detail_read": True, "raw": {"a": 1}}])
def test_a_reading_without_change_writes_the_same_whatever_the_size(account: Account, about: dict[str, object]) -> None:
    read(account, functions(400, **about))
    at_400 = writes(account, 400, 1, **about)
    read(account, functions(20, **about), DAY + 2 * HOUR)
    read(account, functions(20, **about), DAY + 3 * HOUR)
    at_20 = writes(account, 20, 4, **about)
    assert len(at_400) == len(at_20) <= 6
    assert not any("inventory_resource" in sql or "inventory_snapshot" in sql for sql in at_400)


def test_how_deeply_all_were_read_is_kept_once_for_all(account: Account) -> None:
    read(account, functions(50, detail_read=True))
    outcome = read(account, functions(50, detail_read=True), DAY + HOUR)
    assert outcome.touched == set()
    scope = Resource.objects.get(name="f000").scope
    assert {known.detail_at for known in known_of(scope).values()} == {DAY + HOUR}
    assert set(Resource.objects.values_list("detail_at", flat=True)) == {DAY}


def test_how_deeply_some_were_read_is_kept_of_those(account: Account) -> None:
    read(account, functions(3, detail_read=True))
    read(account, [function("f000", detail_read=True), *functions(3, core_read=False)[1:]], DAY + HOUR)
    scope = Resource.objects.get(name="f000").scope
    known = {native_id[-4:]: one for native_id, one in known_of(scope).items()}
    assert known["f000"].detail_at == DAY + HOUR
    assert known["f001"].detail_at == known["f001"].core_at == DAY


def test_a_batch_is_stored_whole_or_not_at_all(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the worker was killed between any two of a batch's steps."""
    read(account, [*functions(3), role("r", "a:b")])
    news = [*functions(5, config={"memory_mb": 999}, bindings=["*"], raw={"x": 1}), role("r", "a:b", "c:d")]
    steps = ["_create", "_snapshot", "_note", "_project", "_adopt"]
    for number, step in enumerate(steps, start=1):
        with monkeypatch.context() as patch:
            patch.setattr(Batch, step, killed)
            recorder = open_scope(account, "east", DAY + number * HOUR, run=number)
            with pytest.raises(Killed), transaction.atomic():
                recorder.store(news)
        assert Snapshot.objects.count() == 4, step
        assert Resource.objects.count() == 4, step
    read(account, news, DAY + 10 * HOUR)
    assert Snapshot.objects.count() == 4 + 6


class Killed(BaseException):
    """The worker is no more."""


def killed(*_: object) -> None:
    raise Killed
