"""The panel that tells how often a function is called, and what it says where nobody knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from inventory.models import Function, Use
from tests.cast import DAY_TWO, Cast

pytestmark = pytest.mark.django_db


def panel(client: Client, cast: Cast, name: str) -> str:
    """The words of the panel."""
    text = client.get(f"/functions/{cast.functions[name].uid}/").content.decode()
    return text.split('id="use-title"')[1].split("</section>")[0]


def told(name: str, **columns: object) -> None:
    day = DAY_TWO.date()
    kept = {"read_at": DAY_TWO, "looked_from": day - timedelta(days=92), "known_since": day - timedelta(days=400)}
    Use.objects.create(function=Function.objects.get(name=name), **{**kept, **columns})


def test_the_overview_tells_the_last_day_and_the_sums(analyst: Client, cast: Cast) -> None:
    told("checkout", invoked_on=DAY_TWO.date() - timedelta(days=2), unused_days=2, invocations=1200, errors=1)
    shown = panel(analyst, cast, "checkout")
    assert "2026-03-01" in shown
    assert "1,200 invocations" in shown
    assert "1 error" in shown


def test_not_within_90_days_is_said_only_of_what_was_there_so_long(analyst: Client, cast: Cast) -> None:
    told("janitor", unused_days=92)
    told("thumbnails", unused_days=3, known_since=DAY_TWO.date() - timedelta(days=3))
    assert "not within the last 92 days" in panel(analyst, cast, "janitor")
    young = panel(analyst, cast, "thumbnails")
    assert "not since it is known, 3 d" in young
    assert "within the last" not in young


def test_what_was_not_read_is_unknown_with_its_reason(analyst: Client, cast: Cast) -> None:
    assert "not asked about it yet" in panel(analyst, cast, "checkout")
    told("mailer", read_at=None, unread={"reason": "CloudWatch refused."})
    shown = panel(analyst, cast, "mailer")
    assert "unknown" in shown
    assert "CloudWatch refused." in shown
