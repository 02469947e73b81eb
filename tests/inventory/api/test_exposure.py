"""Exposed bindings and trust over the API: what the page shows, no more, and by the same search language."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from findings.evaluate import judge_account
from inventory.models import Account, Assignment, Trust, User
from tests.cast import DAY_TWO, Cast
from tests.many import copy_mailer


@pytest.fixture
def world(cast: Cast) -> Cast:
    """Ten functions, each open to an outside account; every other of those is trusted."""
    copy_mailer(cast, 10)
    return cast


@pytest.fixture
def api(world: Cast, client: Client) -> Client:
    client.force_login(world.analyst)
    return client


def rows(client: Client, address: str) -> list[dict[str, Any]]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def test_a_query_finds_bindings_with_their_trust(api: Client) -> None:
    (row,) = rows(api, "/api/v1/exposure/?q=external:trusted function:copy-001")
    told = ("external_account", "trusted", "own", "level", "since_revision", "closed")
    assert [row[name] for name in told] == ["900000000001", True, False, "external", 2, ""]
    assert len(rows(api, "/api/v1/exposure/?q=external:untrusted")) == 5


def test_pages_follow_one_another(api: Client) -> None:
    first = api.get("/api/v1/exposure/?limit=6&count=1").json()
    assert (first["count"], len(first["results"])) == (10, 6)
    then = rows(api, first["next"])
    assert len({row["id"] for row in first["results"] + then}) == 10


def test_what_is_no_query_is_refused_with_its_place(api: Client) -> None:
    answer = api.get("/api/v1/exposure/?q=narrows:perhaps")
    assert answer.status_code == 400
    assert "One of yes, no" in str(answer.json()["errors"]["q"])


def test_records_of_trust_tell_their_state(api: Client) -> None:
    now = timezone.now()
    Trust.objects.create(provider="gcp", party="partner.example", reason="x", by_name="o", at=now - timedelta(days=9),
                         until=now - timedelta(days=1))  # fmt: skip
    (row,) = rows(api, "/api/v1/trust/?party=partner.example")
    assert (row["state"], row["by_name"], row["reason"]) == ("expired", "o", "x")
    assert {one["state"] for one in rows(api, "/api/v1/trust/?provider=aws")} == {"active"}


def test_bindings_of_another_account_are_not_told(world: Cast, client: Client) -> None:
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    stranger = User.objects.create_user("stranger", role="")
    Assignment.objects.create(user=stranger, role="admin", account=other)
    client.force_login(stranger)
    assert rows(client, "/api/v1/exposure/") == []


def test_what_was_judged_is_told(cast: Cast, client: Client) -> None:
    judge_account(cast.account, DAY_TWO)
    client.force_login(cast.analyst)
    (row,) = rows(client, "/api/v1/exposure/?q=tab:public")
    assert (row["function_name"], row["principal"], row["since_exact"]) == ("thumbnails", "*", True)
