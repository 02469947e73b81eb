"""The cloud's log: read before the listings, so that they know what to ask again; never trusted when it has a gap."""

from datetime import timedelta

import pytest

from collectors.collect import collect_now
from collectors.models import Run
from collectors.provider import Denied, LogPage
from inventory.facts import ActivityFact
from inventory.models import Account, Activity, Resource, Scope, ScopeCoverage
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, entries

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def event(number: int, subject: str, at: object = DAY) -> ActivityFact:
    return ActivityFact(f"e{number}", DAY, "UpdateFunctionCode", subject, "someone", "person")


def test_the_log_is_read_first_and_names_what_to_ask_again(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(2)
    collect_now(account, DAY)
    later = DAY + HOUR
    fake.log["east"] = [LogPage([event(1, "fake:function:f001")], None), LogPage([], later)]
    collect_now(account, later)
    memory = fake.memories["east"]
    assert memory.named == frozenset({"fake:function:f001"})
    assert set(memory.known) == {"fake:function:f000", "fake:function:f001"}
    assert memory.known["fake:function:f000"].core_at == DAY
    assert Activity.objects.get().resource == Resource.objects.get(name="f001")
    assert fake.since["east"] == DAY
    assert Scope.objects.get().activity_until == later


@pytest.mark.parametrize("fault", [Denied("No.", "fake:Log"), KeyError("Events")])
def test_a_log_that_cannot_be_read_skips_nothing_and_fails_nothing(
    account: Account, fake: FakeCloud, fault: Exception
) -> None:
    fake.scopes["east"]["functions"] = entries(2)
    fake.log["east"] = [LogPage([event(1, "x")], None), fault]
    run = collect_now(account, DAY)
    assert fake.memories["east"].named is None
    assert Scope.objects.get().activity_until is None
    assert ScopeCoverage.objects.get(part="activity").optional
    assert run.state == Run.State.SUCCEEDED


def test_a_log_with_a_gap_names_nothing(account: Account, fake: FakeCloud) -> None:
    collect_now(account, DAY)
    collect_now(account, DAY + timedelta(days=120))
    assert fake.memories["east"].named is None


def test_activity_of_a_function_met_only_now_is_linked_to_it(account: Account, fake: FakeCloud) -> None:
    fake.log["east"] = [LogPage([event(1, "fake:function:f000")], DAY)]
    fake.scopes["east"]["functions"] = entries(1)
    collect_now(account, DAY)
    assert Activity.objects.get().resource == Resource.objects.get(name="f000")
