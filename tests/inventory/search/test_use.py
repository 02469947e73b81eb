"""Searching and sorting by when a function was last called; unknown is in neither an answer nor its negation."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from inventory.columns import FUNCTION_COLUMNS, chosen_columns, plain_row
from inventory.models import Function, Use
from inventory.present import present_functions
from inventory.search.lists import FUNCTIONS
from inventory.search.parse import ParseError
from inventory.system_user import EVERYTHING
from tests.cast import DAY_TWO as NOW
from tests.cast import Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(cast: Cast) -> Cast:
    """checkout: two days ago, thumbnails: 100 days ago, janitor: never in 92 days; of mailer nothing is known."""
    today = NOW.date()
    rows = {"checkout": (2, 2, 40), "thumbnails": (100, 100, 0), "janitor": (None, 92, 0)}
    for name, (ago, unused, invocations) in rows.items():
        Use.objects.create(
            function=Function.objects.get(name=name), read_at=NOW, looked_from=today - timedelta(days=92),
            known_since=today - timedelta(days=300), unused_days=unused, invocations=invocations,
            invoked_on=None if ago is None else today - timedelta(days=ago),
        )  # fmt: skip
    Use.objects.create(function=Function.objects.get(name="mailer"), unread={"reason": "Broken."})
    return cast


def found(cast: Cast, query: str, sort: str = "") -> list[str]:
    rows = FUNCTIONS.search(query, EVERYTHING, NOW).sorted_rows(sort)
    known = {"checkout", "thumbnails", "janitor", "mailer"}
    return [row.name for row in rows if row.name in known]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("invoked:<30d", {"checkout"}),
        ("invoked:>30d", {"thumbnails"}),
        ("invoked:never", {"janitor"}),
        ("invoked:unknown", {"mailer"}),
        ("-invoked:<30d", {"thumbnails", "janitor"}),
        ("unused:>=90d", {"thumbnails", "janitor"}),
        ("unused:<90d", {"checkout"}),
        ("-unused:>=90d", {"checkout"}),
        ("unused:unknown", {"mailer"}),
        ("unknown:invoked", {"mailer"}),
    ],
)
def test_what_is_asked_of_use_is_found(used: Cast, query: str, names: set[str]) -> None:
    assert set(found(used, query)) == names


def test_a_day_finds_that_day(used: Cast) -> None:
    day: date = NOW.date() - timedelta(days=2)
    assert found(used, f"invoked:{day}") == ["checkout"]
    assert found(used, f"invoked:{day + timedelta(days=1)}") == []


def test_the_list_is_sorted_by_days_without_a_call_and_unknown_comes_last(used: Cast) -> None:
    assert found(used, "", "invoked") == ["checkout", "janitor", "thumbnails", "mailer"]
    assert found(used, "", "-invoked") == ["thumbnails", "janitor", "checkout", "mailer"]


def test_a_word_that_is_no_time_is_refused(used: Cast) -> None:
    with pytest.raises(ParseError):
        found(used, "invoked:often")


def test_columns_tell_the_day_and_the_days_since(used: Cast) -> None:
    columns = chosen_columns(FUNCTION_COLUMNS, ["name", "invoked", "invocations"])
    rows = {row["name"]: plain_row(columns, row) for row in present_functions(Function.objects.all(), ())}
    day = NOW.date() - timedelta(days=2)
    assert rows["checkout"] == {"name": "checkout", "invoked": f"{day} (2 d)", "invocations": 40}
    assert rows["janitor"]["invoked"] == "not in 92 d"
    assert rows["mailer"]["invoked"] is None
