"""A worker shows itself while it lives, and is forgotten when it was killed."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.utils import timezone

from collectors import workers
from collectors.models import Worker
from collectors.workers import FORGOTTEN, show

pytestmark = pytest.mark.django_db


def test_a_worker_is_one_row_that_stays_young(settings: object) -> None:
    show("celery@one", 4)
    first = Worker.objects.get()
    show("celery@one", 4)
    again = Worker.objects.get()
    assert (again.started_at, again.tasks_at_once) == (first.started_at, 4)
    assert again.at >= first.at


def test_a_killed_worker_is_forgotten_after_a_day() -> None:
    long_ago = timezone.now() - FORGOTTEN - timedelta(minutes=1)
    Worker.objects.create(name="celery@killed", started_at=long_ago, at=long_ago, version="x")
    show("celery@one", 4)
    assert [one.name for one in Worker.objects.all()] == ["celery@one"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_ends_takes_its_row_away() -> None:
    show("celery@one", 4)
    workers._end(sender=SimpleNamespace(hostname="celery@one"))
    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_costs_a_sign_of_life_and_not_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OperationalError("connection refused")

    workers._safely(away)
    workers._safely(show, "celery@one", 1)
    assert Worker.objects.count() == 1
