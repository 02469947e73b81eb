"""What alerts find in the logs: once, for their owner only, held in quiet hours, many as one."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import DatabaseError

from findings import gathering, losing
from findings.gathering import HOUR, PACE, PARKED, gather, heights, with_news
from findings.models import Alert, Delivery, Finding, FindingEvent, Loss, Notice
from findings.states import State
from inventory.models import Account, Assignment, Change, Resource, Role, Scope, User
from tests.cast import DAY_ONE, Cast
from tests.findings.alerts.conftest import AT, MakeAlert, gathered, happens

pytestmark = pytest.mark.django_db


def kinds(alert: Alert) -> list[str]:
    return sorted(alert.notices.values_list("kind", flat=True))


def test_a_new_finding_is_told_once(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert()
    happens(cast.functions["mailer"])
    assert len(gathered(alert)) == 1
    assert gathered(alert) == [], "what was told is not told again"
    happens(cast.functions["mailer"], what="comment")
    assert gathered(alert) == [], "a comment is no new finding"
    happens(cast.functions["mailer"], what="reopened")
    assert len(gathered(alert)) == 1


def test_what_was_there_before_the_alert_is_not_told(cast: Cast, make_alert: MakeAlert) -> None:
    happens(cast.functions["mailer"])
    assert gathered(make_alert()) == []


def test_a_finding_that_was_opened_and_seen_worse_is_one_thing(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert()
    happens(cast.functions["mailer"])
    happens(cast.functions["mailer"], what="seen worse")
    gathered(alert)
    assert kinds(alert) == ["finding"]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"severity": "critical"}, 0),
        ({"severity": "high"}, 1),
        ({"query": "rule:public_invoke"}, 1),
        ({"query": "rule:can_escalate,no_owner"}, 0),
        ({"query": "function:mailer severity:>=medium"}, 1),
        ({"query": "name:mailer", "list_name": "functions"}, 1),
        ({"query": "name:checkout", "list_name": "functions"}, 0),
        ({"events": ["change"]}, 0),
    ],
)
def test_only_what_is_asked_for_is_told(
    cast: Cast, make_alert: MakeAlert, told: dict[str, object], expected: int
) -> None:
    alert = make_alert(**told)
    happens(cast.functions["mailer"])
    assert len(gathered(alert)) == expected


def test_what_was_closed_before_anybody_looked_is_not_told(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert()
    happens(cast.functions["mailer"], state=State.RESOLVED)
    assert gathered(alert) == []


def test_an_owner_who_may_not_see_the_account_is_told_nothing(cast: Cast, make_alert: MakeAlert) -> None:
    elsewhere = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    stranger = User.objects.create_user("a stranger", role="")
    Assignment.objects.create(user=stranger, role=Role.ADMIN, account=elsewhere)
    alert = make_alert(owner=stranger, events=["finding", "change", "coverage", "expiring"])
    happens(cast.functions["mailer"])
    Scope.objects.filter(account=cast.account).update(state="failed")
    losing.reckon(AT)
    assert gathered(alert) == []


def test_changes_are_told_and_those_that_only_became_readable_are_not(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(events=["change"])
    resource = cast.functions["mailer"].resource
    for event in ("changed", "readable"):
        Change.objects.create(resource=resource, account=cast.account, event=event, resource_kind="function", at=AT)
    gathered(alert)
    assert kinds(alert) == ["change"]


def test_a_change_by_which_the_risk_rose_can_be_asked_for_alone(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(events=["risk"], list_name="functions", query="name:mailer")
    for name, risk in (("mailer", "up"), ("mailer", "none"), ("checkout", "up")):
        Change.objects.create(
            resource=cast.functions[name].resource, account=cast.account, event="changed", resource_kind="function",
            at=AT, risk=risk,
        )  # fmt: skip
    gathered(alert)
    assert kinds(alert) == ["risk"]


def test_an_acceptance_that_ends_soon_is_told_once(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(events=["expiring"])
    ends: dict[str, Any] = {"state": State.ACCEPTED, "until": AT + timedelta(days=5)}
    happens(cast.functions["mailer"], **ends)
    happens(cast.functions["checkout"], state=State.ACCEPTED, until=AT + timedelta(days=50))
    assert len(gathered(alert)) == 1
    assert gathered(alert, AT + timedelta(days=1)) == []
    assert kinds(alert) == ["expiring"]


def test_lost_coverage_is_one_alert_an_account_however_many_regions(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(events=["coverage"])
    for number in range(8):
        Scope.objects.create(account=cast.account, name=f"region-{number}", state="failed", reason="Token expired.")
    assert losing.reckon(AT) == 1
    assert losing.reckon(AT + HOUR) == 0, "what is lost already is not lost again"
    assert len(gathered(alert)) == 1
    assert "Token expired." in Loss.objects.get().says


def test_regions_of_a_reading_that_is_under_way_wait_for_its_end(cast: Cast, make_alert: MakeAlert) -> None:
    Scope.objects.create(account=cast.account, name="one", state="failed")
    busy = Scope.objects.create(account=cast.account, name="two", reading_run=7, reading_since=AT)
    assert losing.reckon(AT) == 0
    Scope.objects.filter(pk=busy.pk).update(reading_run=None, reading_since=None, state="failed")
    assert losing.reckon(AT) == 1
    assert Loss.objects.get().scopes == ["one", "two"]


def test_coverage_that_came_back_and_is_lost_again_is_told_again(cast: Cast, make_alert: MakeAlert) -> None:
    scope = Scope.objects.create(account=cast.account, name="one", state="denied")
    assert losing.reckon(AT) == 1
    Scope.objects.filter(pk=scope.pk).update(state="complete")
    losing.reckon(AT + HOUR)
    assert Loss.objects.get().until == AT + HOUR
    Scope.objects.filter(pk=scope.pk).update(state="partial")
    assert losing.reckon(AT + 2 * HOUR) == 1
    Scope.objects.create(account=cast.account, name="another", state="failed")
    assert losing.reckon(AT + 3 * HOUR) == 1, "another region is news, also while the first is still lost"


def test_much_that_vanished_at_once_is_one_alert(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(events=["coverage"])
    scope = Scope.objects.filter(account=cast.account)[0]
    for number in range(12):
        Resource.objects.create(
            kind="function", provider="aws", account=cast.account, scope=scope, listing="functions", missed=1,
            uid=f"{number:016}", native_id=f"arn:{number}", name=f"f{number}", first_seen=DAY_ONE, seen_at=DAY_ONE,
            changed_at=DAY_ONE, missing_since=AT,
        )  # fmt: skip
    assert losing.reckon(AT) == 1
    assert losing.reckon(AT + HOUR) == 0
    assert len(gathered(alert)) == 1
    assert Loss.objects.get().says.startswith("12 resources vanished at once")


NIGHT = {"quiet_from": time(22), "quiet_until": time(7), "time_zone": "Europe/Paris"}


@pytest.mark.parametrize(("hour", "quiet"), [(20, False), (21, True), (23, True), (5, True), (6, False), (12, False)])
def test_quiet_hours_are_those_of_the_place_and_go_over_midnight(hour: int, quiet: bool) -> None:
    alert = Alert(**NIGHT)
    assert alert.is_quiet(datetime(2026, 1, 15, hour, 30, tzinfo=UTC)) is quiet, "Paris is an hour ahead in winter"


@pytest.mark.parametrize(("month", "day", "hour", "quiet"), [
    (3, 29, 4, True), (3, 29, 5, False),  # the clock went forward that night: seven in Paris is five in UTC
    (10, 25, 5, True), (10, 25, 6, False),  # and back: seven is six
])  # fmt: skip
def test_quiet_hours_keep_to_the_wall_clock_when_it_is_changed(month: int, day: int, hour: int, quiet: bool) -> None:
    assert Alert(**NIGHT).is_quiet(datetime(2026, month, day, hour, 30, tzinfo=UTC)) is quiet


def test_quiet_hours_within_a_day() -> None:
    alert = Alert(quiet_from=time(12), quiet_until=time(13))
    assert alert.is_quiet(AT)
    assert not alert.is_quiet(AT + HOUR)
    assert not Alert(quiet_from=time(12), quiet_until=time(12)).is_quiet(AT), "no time at all"


def test_what_happens_in_quiet_hours_comes_as_one_message_after_them(cast: Cast, make_alert: MakeAlert) -> None:
    alert = make_alert(**NIGHT)
    night = datetime(2026, 3, 4, 23, 0, tzinfo=UTC)
    for number, name in enumerate(("mailer", "checkout", "janitor")):
        happens(cast.functions[name])
        assert gathered(alert, night + number * HOUR) == []
    assert alert.pk in with_news(heights(), night), "it is not forgotten"
    (made,) = gathered(alert, datetime(2026, 3, 5, 6, 1, tzinfo=UTC))
    assert Delivery.objects.get(pk=made).total == 3


def test_a_thousand_findings_at_once_are_a_few_messages(cast: Cast, make_alert: MakeAlert) -> None:
    alert, mailer = make_alert(), cast.functions["mailer"]
    Finding.objects.bulk_create(
        Finding(resource=mailer.resource, function=mailer, account=cast.account, rule=f"rule_{number}", severity="high",
                rank=3, digest="0", abouts="0", first_seen=AT, opened_at=AT, last_seen=AT, risk=0)
        for number in range(1_000)
    )  # fmt: skip
    FindingEvent.objects.bulk_create(FindingEvent(finding=one, at=AT, what="opened") for one in Finding.objects.all())
    gathered(alert)
    assert 1 <= Delivery.objects.count() <= 20
    assert sum(Delivery.objects.values_list("total", flat=True)) == 1_000


def test_findings_that_trickle_in_never_make_more_messages_than_the_pace(cast: Cast, make_alert: MakeAlert) -> None:
    alert, mailer = make_alert(), cast.functions["mailer"]
    for minute in range(40):
        happens(mailer, what="reopened")
        gathered(alert, AT + timedelta(minutes=minute))
    assert Delivery.objects.count() == PACE
    gathered(alert, AT + timedelta(minutes=61))
    assert sum(Delivery.objects.values_list("total", flat=True)) == 40, "the rest comes as one"
    assert Delivery.objects.count() == PACE + 1


def test_fewer_than_wanted_are_not_told_and_forgotten_after_a_day(cast: Cast, make_alert: MakeAlert) -> None:
    alert, mailer = make_alert(least=3), cast.functions["mailer"]
    happens(mailer)
    assert gathered(alert) == []
    later = AT + timedelta(hours=25)
    for _ in range(2):
        happens(mailer, what="reopened")
        assert gathered(alert, later) == []
    happens(mailer, what="reopened")
    (made,) = gathered(alert, later)
    assert Delivery.objects.get(pk=made).total == 3


def test_an_alert_whose_query_cannot_be_read_says_so_and_stops_no_other(cast: Cast, make_alert: MakeAlert) -> None:
    broken, sound = make_alert(name="broken", query="severity:terrible"), make_alert(name="sound")
    happens(cast.functions["mailer"])
    assert gathered(broken) == []
    assert "cannot be read" in broken.fault
    assert len(gathered(sound)) == 1
    Alert.objects.filter(pk=broken.pk).update(query="")
    assert len(gathered(broken)) == 1, "nothing was lost in the meantime"
    assert broken.fault == ""


def test_an_alert_that_never_ends_is_parked(cast: Cast, make_alert: MakeAlert, monkeypatch: pytest.MonkeyPatch) -> None:
    poison, sound = make_alert(name="poison"), make_alert(name="sound")
    happens(cast.functions["mailer"])

    def fails(*_: object) -> list[Notice]:
        raise DatabaseError("out of memory")

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "_news", fails)
        for _ in range(PARKED):
            with pytest.raises(DatabaseError):
                gather(poison.pk, heights(), AT)
    assert with_news(heights(), AT) == [sound.pk]
    assert gather(poison.pk, heights(), AT) == []


def test_marks_and_notices_are_written_together_or_not_at_all(
    cast: Cast, make_alert: MakeAlert, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert = make_alert()
    happens(cast.functions["mailer"])

    def fails(*_: object) -> list[int]:
        raise DatabaseError("gone")

    with monkeypatch.context() as patched:
        patched.setattr(gathering, "_deliveries", fails)
        with pytest.raises(DatabaseError):
            gather(alert.pk, heights(), AT)
    assert Notice.objects.count() == 0
    assert len(gathered(alert)) == 1
