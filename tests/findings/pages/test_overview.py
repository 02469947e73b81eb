"""The overview tells numbers only where it knows them."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from findings.models import Finding
from findings.pages import _feed
from findings.pages import overview as page
from findings.pages._scope import ALL, Choice, Picked
from findings.pages.overview.daily import Day, daily, drawn
from findings.pages.overview.figures import Figure, figures
from findings.pages.overview.headroom import Limit, limits
from findings.pages.overview.trend import trend
from inventory.clock import now
from inventory.models import Account, Function, Posture, Scope
from inventory.search.edit import term_text
from inventory.search.lists import FUNCTIONS
from tests.cast import DAY_TWO, Cast

NOW = DAY_TWO + timedelta(hours=1)


def told(complete: bool = True) -> dict[str, Figure]:
    everything = Picked(ALL, [], Account.objects.all())
    return {figure.title: figure for figure in figures(everything, complete, NOW)}


def test_the_numbers_count_present_functions(cast: Cast) -> None:
    numbers = told()
    assert numbers["Functions"].count == 5
    assert numbers["Functions"].note == "+0 −1 in 7 d"
    assert numbers["Publicly invocable"].count == 1
    assert numbers["Admin-privileged"].count == 1
    assert numbers["With unread parts"].count == 1
    assert numbers["Changed in 24 h"].count == 2


def test_a_number_that_may_be_too_low_says_at_least(cast: Cast) -> None:
    assert told()["Publicly invocable"].at_least, "who may invoke invoices is unknown"
    assert not told()["Admin-privileged"].at_least
    assert told(complete=False)["Admin-privileged"].at_least
    assert told(complete=False)["Functions"].at_least


def test_what_was_never_worked_out_is_unknown_and_not_zero(cast: Cast) -> None:
    Posture.objects.all().delete()
    assert told()["Publicly invocable"].count is None
    assert told()["Functions"].count == 5


def test_a_first_reading_adds_nothing(cast: Cast) -> None:
    chart = daily(Account.objects.all(), NOW)
    assert sum(day.added for day in chart.days) == 0
    assert chart.days[-1] == Day(DAY_TWO.date(), added=0, changed=2, removed=1)


def test_bars_fill_the_drawing_and_never_leave_it() -> None:
    chart = drawn([Day(DAY_TWO.date(), 3, 20, 1), Day(DAY_TWO.date(), 0, 0, 0)])
    assert min(bar.y for bar in chart.bars) >= 0
    assert {bar.kind for bar in chart.bars} == {"changed", "added", "removed"}
    assert all(round(bar.y + bar.height, 1) <= chart.height for bar in chart.bars)


def test_headroom_needs_what_is_used_and_the_whole() -> None:
    told = {"concurrent": 1000, "unreserved": 100, "code_bytes": 80, "code_used_percent": 45}
    assert list(limits(told)) == [Limit("Concurrency reserved", 90, 1000), Limit("Code storage", 45, 80, "bytes")]
    assert [limit.is_near for limit in limits(told)] == [True, False]
    assert list(limits({"concurrent": 1000, "code_bytes": 80})) == []


def test_every_number_leads_to_a_query_that_the_language_knows(cast: Cast) -> None:
    for figure in told().values():
        for query in (figure.query, figure.note_query, Choice("", "", term_text("group", 'a "b" c')).query):
            FUNCTIONS.search(query, cast.analyst, NOW).rows().count()
    for query, _ in page.FIRST_SEARCHES:
        FUNCTIONS.search(query, cast.analyst, NOW).rows().count()


def test_a_number_and_the_list_behind_it_agree(cast: Cast) -> None:
    for figure in told().values():
        assert figure.count == FUNCTIONS.search(figure.query, cast.analyst, NOW).rows().count(), figure.title


def test_the_page_shows_coverage_numbers_and_newest_changes(analyst: Client) -> None:
    text = analyst.get("/").content.decode()
    assert "Publicly invocable" in text
    assert "Invoker added: everyone (*)" in text
    assert "0/1" in text, "the cast was read long ago: nothing may be called fresh"
    assert "may be too low" in text


def test_everything_current_says_so(analyst: Client, cast: Cast) -> None:
    now = timezone.now()
    Scope.objects.update(read_at=now, complete_at=now, state="complete")
    text = analyst.get("/").content.decode()
    assert "1/1" in text
    assert "Everything shown is current." in text


def test_a_failing_card_leaves_the_others(analyst: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise DatabaseError("canceling statement due to statement timeout")

    monkeypatch.setattr(page, "figures", fails)
    answer = analyst.get("/")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "The numbers could not be worked out." in text
    assert "statement timeout" not in text
    assert "Newest changes" in text


def test_an_empty_installation_is_led_through_three_steps(client: Client, django_user_model: type, db: None) -> None:
    client.force_login(django_user_model.objects.create_user("first"))  # type: ignore[attr-defined]
    assert "Three steps to see every function" in client.get("/").content.decode()


def test_visitors_see_nothing(client: Client, cast: Cast) -> None:
    answer = client.get("/")
    assert answer.status_code == 302
    assert "/sign-in/" in answer["Location"]


def test_the_same_change_of_many_functions_is_one_line(cast: Cast) -> None:
    changes = _feed.newest(Account.objects.all(), 50)
    assert [change.resource.name for change in changes][:1]
    twice = _feed.folded([*changes, *changes])
    assert len(twice) == len(changes)
    assert all(len(change.others) == 1 for change in twice)


def test_queries_do_not_grow_with_the_inventory(
    analyst: Client, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(24):
        analyst.get("/")
    assert Function.objects.count() == 6


@pytest.mark.parametrize(("first_read", "opened"), [(timedelta(minutes=5), 0), (timedelta(days=3), 1)])
def test_what_a_first_reading_found_was_not_opened_in_the_week(cast: Cast, first_read: timedelta, opened: int) -> None:
    at = now()
    Finding.objects.all().delete()
    reported = cast.functions["thumbnails"].resource
    Scope.objects.update(first_read_at=at - timedelta(days=90))
    Scope.objects.filter(pk=reported.scope_id).update(first_read_at=at - first_read)
    Finding.objects.create(
        resource=reported, account=cast.account, rule="public_invoke", severity="critical", rank=5, first_seen=at,
        opened_at=at, last_seen=at, risk=1,
    )  # fmt: skip
    found = trend(Account.objects.all(), cast.analyst, at)
    assert (found.grave_opened, found.first) == (opened, 1 - opened)
    Scope.objects.update(first_read_at=at - timedelta(days=90))
    assert trend(Account.objects.all(), cast.analyst, at).grave_opened == 1, "nobody was read first in the week"
