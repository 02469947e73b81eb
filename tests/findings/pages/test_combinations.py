"""The overview's top combinations: public × privileged × egress, the worst first."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from findings.pages._scope import ALL, Choice, Picked
from findings.pages.overview.combinations import combinations
from inventory.models import Account
from inventory.record import conclude
from inventory.search.lists import FUNCTIONS
from tests.cast import DAY_TWO, Cast, postures

EVERYTHING = Picked(ALL, [], Account.objects.none())


def told(cast: Cast, **changed: dict[str, Any]) -> list[Any]:
    """The combinations after these postures were changed."""
    rows = postures(cast.functions)
    for row in rows:
        for column, value in changed.get(row.function.name, {}).items():
            setattr(row, column, value)
    conclude(rows)
    return combinations(Picked(ALL, [], Account.objects.all()))


def test_strangers_with_power_are_told_as_a_chain(cast: Cast) -> None:
    (one,) = told(cast)
    assert (one.function.name, one.origin, one.level, one.out) == ("thumbnails", "internet", "write", "open egress")


def test_the_product_ranks_not_one_ladder_alone(cast: Cast) -> None:
    names = [
        one.function.name
        for one in told(
            cast,
            thumbnails={"egress": "none"},
            janitor={"invoke": "public_anonymous", "egress": "internet"},
            checkout={"invoke": "external", "privilege": "near-admin", "egress": "internet"},
        )
    ]
    assert names == ["janitor", "checkout", "thumbnails"]


def test_what_strangers_do_not_reach_or_what_changes_nothing_is_none(cast: Cast) -> None:
    assert told(cast, thumbnails={"privilege": "read"}) == []
    assert told(cast, thumbnails={"reach": "private"}) == []
    assert told(cast, thumbnails={"invoke": "unknown"}) == []


def test_the_policy_that_gives_the_most_is_named(cast: Cast) -> None:
    because = {"privilege": [
        {"power": "data_read", "via": "reports: statement 1", "escalation": ""},
        {"power": "admin", "via": "arn:aws:iam::aws:policy/AdministratorAccess: statement 1", "escalation": ""},
    ]}  # fmt: skip
    (one,) = told(cast, thumbnails={"privilege": "admin", "because": because})
    assert one.power == "AdministratorAccess"


def test_its_link_finds_it(cast: Cast) -> None:
    (one,) = told(cast)
    found = FUNCTIONS.search(one.query, cast.analyst, DAY_TWO).rows()
    assert [row.name for row in found] == ["thumbnails"]
    limited = combinations(Picked(Choice("provider:aws", "AWS", "provider:aws"), [], Account.objects.all()))
    assert limited[0].query.endswith("provider:aws")


def test_the_overview_shows_it_and_says_when_there_is_none(client: Client, cast: Cast) -> None:
    client.force_login(cast.analyst)
    told(cast)
    shown = client.get("/").content.decode()
    assert "Top combinations" in shown
    assert "open egress" in shown
    told(cast, thumbnails={"privilege": "read"})
    assert "No function that strangers may call has been found to change anything." in client.get("/").content.decode()


def test_a_card_that_fails_takes_nothing_with_it(client: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(scope: Picked) -> list[Any]:
        raise ValueError("unforeseen")

    client.force_login(cast.analyst)
    monkeypatch.setattr("findings.pages.overview.combinations", fails)
    shown = client.get("/")
    assert shown.status_code == 200
    assert "Newest changes" in shown.content.decode()
