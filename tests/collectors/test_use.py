"""How often functions are called: asked once a day, never a reason for a run to fail, and never a change."""

from datetime import date, timedelta

import pytest
from pytest_django import Settings

from collectors.collect import collect_now
from collectors.models import Run
from collectors.provider import Denied, Unsupported
from collectors.use import reduced, window
from inventory.facts import Unread, UseFact
from inventory.models import Account, Change, Scope, ScopeCoverage, Snapshot, Use
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, entries

pytestmark = pytest.mark.django_db

HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)
FROM = date(2025, 11, 30)


def fact(name: str, **told: object) -> UseFact:
    return UseFact(f"fake:function:{name}", FROM, **told)  # type: ignore[arg-type]


def use_of(name: str) -> Use:
    return Use.objects.get(function__name=name)


def test_the_last_day_and_the_sums_of_a_month_are_kept() -> None:
    begin, end = window(DAY)
    assert (begin.date(), end.date()) == (date(2025, 11, 30), date(2026, 3, 3))
    calls = {date(2025, 11, 29): 9.0, date(2026, 1, 31): 5.0, date(2026, 2, 1): 2.0, date(2026, 3, 1): 3.0,
             date(2026, 3, 2): 0.0}  # fmt: skip
    told = reduced("f", DAY, calls, {date(2026, 3, 1): 1.0})
    assert (told.looked_from, told.invoked_on) == (FROM, date(2026, 3, 1))
    assert (told.invocations, told.errors) == (5, 1)
    assert reduced("f", DAY, {date(2025, 11, 29): 9.0}, None) == UseFact("f", FROM, None, 0, None)


def test_use_is_kept_beside_the_function_and_makes_no_change(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(3)
    fake.use["east"] = [
        fact("f000", invoked_on=date(2026, 3, 1), invocations=40, errors=2),
        fact("f001", existed_on=date(2025, 1, 1), invocations=0, errors=0),
        fact("f002", invocations=0, errors=0),
        fact("nobody"),
    ]  # fmt: skip
    collect_now(account, DAY)
    assert (use_of("f000").unused_days, use_of("f000").invocations, use_of("f000").errors) == (1, 40, 2)
    # Not called in the whole window; and no longer known than since today.
    assert (use_of("f001").unused_days, use_of("f001").known_since) == (92, date(2025, 1, 1))
    assert (use_of("f002").unused_days, use_of("f002").known_since) == (0, DAY.date())
    assert Use.objects.count() == 3
    covered = ScopeCoverage.objects.get(part="invocations")
    assert (covered.state, covered.optional, covered.count) == ("complete", True, 4)
    snapshots, changes = Snapshot.objects.count(), Change.objects.count()
    fake.use["east"] = [fact("f000", invoked_on=date(2026, 3, 3), invocations=50)]
    collect_now(account, DAY + ONE_DAY)
    assert use_of("f000").invoked_on == date(2026, 3, 3)
    assert (Snapshot.objects.count(), Change.objects.count()) == (snapshots, changes)


def test_it_is_asked_once_a_day(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(1)
    asked: list[int] = []
    fake.use["east"] = [lambda: asked.append(1), fact("f000")]
    for later in (timedelta(), HOUR, 23 * HOUR, ONE_DAY, ONE_DAY + HOUR):
        collect_now(account, DAY + later)
    assert len(asked) == 2
    assert ScopeCoverage.objects.get(part="invocations").at == DAY + ONE_DAY


@pytest.mark.parametrize(
    ("fault", "state"),
    [(Denied("No.", "fake:Metrics"), "denied"), (Unsupported("What?"), "not applicable"), (KeyError("x"), "failed")],
)
def test_what_cannot_be_read_is_unknown_and_fails_nothing(
    account: Account, fake: FakeCloud, fault: Exception, state: str
) -> None:
    fake.scopes["east"]["functions"] = entries(2)
    fake.use["east"] = [fact("f000", invoked_on=date(2026, 3, 1), invocations=4)]
    collect_now(account, DAY)
    fake.use["east"] = [fault]
    run = collect_now(account, DAY + ONE_DAY)
    assert run.state == Run.State.SUCCEEDED
    assert Scope.objects.get().state == "complete"
    assert ScopeCoverage.objects.get(part="invocations").state == state
    assert (use_of("f000").invoked_on, use_of("f000").read_at) == (date(2026, 3, 1), DAY)
    assert not Use.objects.filter(function__name="f001").exists()


def test_one_function_without_metrics_keeps_what_was_told_and_why(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(1)
    fake.use["east"] = [fact("f000", invoked_on=date(2026, 3, 1), invocations=4)]
    collect_now(account, DAY)
    fake.use["east"] = [fact("f000", unread=Unread("Broken.", error_class="bad answer"))]
    collect_now(account, DAY + ONE_DAY)
    row = use_of("f000")
    assert (row.unread["reason"], row.read_at, row.invocations) == ("Broken.", DAY, 4)
    assert ScopeCoverage.objects.get(part="invocations").count == 0


def test_a_day_that_left_the_window_stays_known(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(1)
    fake.use["east"] = [fact("f000", invoked_on=date(2025, 12, 1), invocations=0)]
    collect_now(account, DAY)
    fake.use["east"] = [UseFact("fake:function:f000", date(2025, 12, 20), invocations=0)]
    collect_now(account, DAY + 20 * ONE_DAY)
    assert (use_of("f000").invoked_on, use_of("f000").unused_days) == (date(2025, 12, 1), 111)


def test_a_person_asks_again_for_what_was_refused(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(1)
    fake.use["east"] = [Denied("No.", "fake:Metrics")]
    collect_now(account, DAY, trigger="schedule")
    fake.use["east"] = [fact("f000")]
    collect_now(account, DAY + HOUR, trigger="schedule")
    assert not Use.objects.exists()
    collect_now(account, DAY + 2 * HOUR, trigger="person")
    assert Use.objects.exists()


def test_it_can_be_turned_off(account: Account, fake: FakeCloud, settings: Settings) -> None:
    fake.scopes["east"]["functions"] = entries(1)
    fake.use["east"] = [fact("f000")]
    settings.READ_METRICS = False
    collect_now(account, DAY)
    told = ScopeCoverage.objects.get(part="invocations")
    assert (told.state, "FANLIGHT_READ_METRICS" in told.reason) == ("not applicable", True)
    settings.READ_METRICS = True
    account.connection = {"no_metrics": True}
    account.save()
    collect_now(account, DAY + ONE_DAY)
    assert "no_metrics" in ScopeCoverage.objects.get(part="invocations").reason
    assert not Use.objects.exists()
