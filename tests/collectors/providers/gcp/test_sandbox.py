"""The sandbox's Google Cloud, as a second opinion: everything it serves is understood, every day of its life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from collectors.collect import collect_now
from collectors.models import Run
from collectors.providers.gcp import PROVIDER
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.gcp import organisation
from inventory.models import Account, Function, Identity, Resource, ScopeCoverage, Snapshot
from tests.collectors.conftest import DAY

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def larkfield() -> Iterator[RunningSandbox]:
    with Sandbox().serve() as running:
        yield running


@pytest.fixture
def account(larkfield: RunningSandbox) -> Account:
    project = organisation.SHOP
    connection = PROVIDER.connection(project, {"endpoint": larkfield.url, "anonymous": True})
    return Account.objects.create(provider="gcp", native_id=project, name=project, connection=connection)


def test_everything_it_serves_is_read_and_nothing_is_left_over(account: Account) -> None:
    run = collect_now(account, DAY)
    assert run.state == Run.State.SUCCEEDED
    assert not ScopeCoverage.objects.exclude(state="complete").values_list("scope__name", "part", "reason")
    assert not Resource.objects.exclude(unread={}).values_list("native_id", "unread")
    kinds = set(Function.objects.values_list("kind", flat=True))
    assert kinds == {"Cloud Function (1st gen)", "Cloud Function (2nd gen)", "Cloud Run function"}
    assert Identity.objects.filter(grants__isnull=False).exists()


def test_the_same_day_twice_makes_no_history_and_the_next_does(account: Account, larkfield: RunningSandbox) -> None:
    collect_now(account, DAY)
    written = Snapshot.objects.count()
    collect_now(account, DAY + HOUR)
    assert Snapshot.objects.count() == written
    for day in (1, 2, 3):
        larkfield.day = day
        collect_now(account, DAY + timedelta(days=day))
    assert Snapshot.objects.count() > written
    assert not Snapshot.objects.filter(renormalized=True).exists()
