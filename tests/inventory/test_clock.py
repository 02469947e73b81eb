"""The clock that pages go by: the database's, as it was when the last connection was made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.utils import timezone

from inventory import clock

AHEAD = timedelta(minutes=10)


@pytest.fixture
def database_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection was made to a database whose clock is ten minutes ahead of ours."""
    monkeypatch.setattr(clock, "_apart", timedelta())
    answer: Any = SimpleNamespace(fetchone=lambda: (timezone.now() + AHEAD,))
    driver = SimpleNamespace(execute=lambda sql: answer)
    clock.compare_clocks(SimpleNamespace(vendor="postgresql", connection=driver))


@pytest.mark.usefixtures("database_ahead")
def test_pages_go_by_the_database_s_clock() -> None:
    assert abs(clock.about_now() - (timezone.now() + AHEAD)) < timedelta(seconds=5)


@pytest.mark.usefixtures("database_ahead")
def test_what_happened_just_now_is_not_ahead() -> None:
    written = timezone.now() + AHEAD  # by the database's clock
    page = Template("{% load fanlight %}{% when at %}").render(Context({"at": written}))
    assert ">just now<" in page


def test_what_a_package_stamped_by_a_clock_that_is_ahead_is_just_now() -> None:
    page = Template("{% load fanlight %}{% since at %}{% since none %}")
    assert ">just now<" in page.render(Context({"at": timezone.now() + AHEAD, "none": None}))
    known = {"at": datetime(2026, 1, 1, tzinfo=UTC), "now": datetime(2026, 1, 2, tzinfo=UTC), "none": None}
    assert "24 h ago" in page.render(Context(known))
    assert "never" in page.render(Context(known))


@pytest.mark.django_db
def test_a_new_connection_measures_how_far_the_clocks_are_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_apart", timedelta(hours=1))
    clock.compare_clocks(connection)
    if connection.vendor == "postgresql":
        assert abs(clock.about_now() - clock.now()) < timedelta(seconds=5)
