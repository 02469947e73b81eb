"""The report for paper: trust first, only what one may see, and nothing a printer could not show."""

from __future__ import annotations

import pytest
from django.test import Client

from findings.evaluate import judge_account
from inventory.models import Account, Assignment, AuditEntry, User
from tests.cast import DAY_TWO, Cast


@pytest.fixture
def page(cast: Cast, client: Client) -> Client:
    judge_account(cast.account, DAY_TWO)
    client.force_login(cast.analyst)
    return client


def text(client: Client, query: str = "", status: int = 200) -> str:
    answer = client.get(f"/report/?{query}")
    assert answer.status_code == status
    return str(answer.content.decode())


def test_it_says_first_how_far_it_can_be_trusted(page: Client) -> None:
    told = text(page)
    order = [told.index(f">{head}<") for head in ("How far this can be trusted", "In numbers", "Top combinations")]
    assert order == sorted(order)
    assert "0 of 1 accounts were read completely" in told, "the cast was read long ago"
    assert "At least" in told


def test_bars_have_their_numbers_in_a_table(page: Client) -> None:
    bars = page.get("/report/").context["by_severity"].bars
    assert [bar.word for bar in bars] == ["critical", "high", "medium", "low", "info"]
    assert sum(bar.number for bar in bars) == page.get("/report/").context["total"] > 0
    assert text(page).count("<rect") == 5


def test_an_account_a_framework_and_a_query_narrow_it(page: Client, cast: Cast) -> None:
    everything = page.get("/report/").context["total"]
    other = Account.objects.create(provider="aws", native_id="210987654321", name="acme-dev")
    assert page.get(f"/report/?account={other.pk}").context["total"] == 0
    assert page.get(f"/report/?account={cast.account.pk}").context["total"] == everything
    assert 0 < page.get("/report/?q=severity:critical").context["total"] < everything
    of_control = page.get("/report/?framework=cis-aws-compute")
    assert 0 < of_control.context["total"] < everything
    assert len(of_control.context["lines"]) == 12
    both = page.get("/report/?framework=cis-aws-compute&q=severity:critical").context["total"]
    assert both < of_control.context["total"]


def test_a_query_that_is_none_is_told(page: Client) -> None:
    assert "The query could not be answered" in text(page, "q=severity:worse", 400)


def test_it_is_written_down_and_shows_only_what_one_may_see(page: Client, cast: Cast) -> None:
    text(page)
    assert AuditEntry.objects.filter(action="export", after__contains="report").count() == 1
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    stranger = User.objects.create_user("stranger", role="")
    Assignment.objects.create(user=stranger, role="viewer", account=other)
    page.force_login(stranger)
    assert "acme-prod" not in text(page, f"account={cast.account.pk}")
    assert "thumbnails" not in text(page)


def test_without_any_account_nothing_is_known(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("analyst"))
    assert "so nothing is known" in text(client)
