"""The compliance pages: what they count, of which accounts, of which day; and their exports."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from findings.compliance import keep_stands
from findings.evaluate import judge_account
from inventory.models import Account, Assignment, AuditEntry, User
from tests.cast import DAY_TWO, Cast

FSBP = "/compliance/aws-fsbp/"


@pytest.fixture
def page(cast: Cast, client: Client) -> Client:
    judge_account(cast.account, DAY_TWO)
    client.force_login(cast.analyst)
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return str(body.decode())


def lines(client: Client, address: str = FSBP) -> dict[str, dict[str, int]]:
    shown = client.get(address).context["lines"]
    return {one["line"].answered.control.id: {word: n for word, n, _ in one["counts"]} for one in shown}


def test_the_first_page_lists_frameworks_with_their_controls(page: Client) -> None:
    shown = {one.slug: one for one in page.get("/compliance/").context["glances"]}
    assert len(shown["cis-aws-compute"].lines) == 12
    assert shown["aws-fsbp"].failing >= 1
    assert shown["cis-azure-3.0"].failing == 0, "there is no Azure account"
    assert shown["cis-azure-3.0"].passing == 0


def test_a_number_leads_to_exactly_as_many_functions(page: Client) -> None:
    for id, counts in lines(page).items():
        for word, number in counts.items():
            found = page.get(f"{FSBP}{id}/?stand={word}").context["page"].paginator.count
            assert found == number, f"{id} {word}"


def test_a_control_that_no_rule_answers_says_so_and_passes_nothing(page: Client) -> None:
    assert "not answered" in text(page, "/compliance/cis-azure-2.1/")
    assert "Nobody can tell from here" in text(page, "/compliance/cis-azure-2.1/9.5/")


def test_there_is_no_other_framework_or_control(page: Client) -> None:
    assert page.get("/compliance/nonsense/").status_code == 404
    assert page.get("/compliance/aws-fsbp/Lambda.99/").status_code == 404


def test_only_what_a_person_may_see_is_counted(page: Client, cast: Cast) -> None:
    other = Account.objects.create(provider="aws", native_id="210987654321", name="acme-dev")
    stranger = User.objects.create_user("stranger", role="")
    Assignment.objects.create(user=stranger, role="viewer", account=other)
    page.force_login(stranger)
    assert sum(sum(counts.values()) for counts in lines(page).values()) == 0
    assert "acme-prod" not in text(page, FSBP)
    assert "acme-prod" not in text(page, f"{FSBP}export.csv")
    assert page.get(f"{FSBP}?account={cast.account.pk}").context["asked"].account is None


def test_a_past_day_shows_what_was_kept_or_says_that_nothing_was(page: Client) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    keep_stands(yesterday)
    assert "numbers kept of that day" in text(page, f"{FSBP}?on={yesterday:%Y-%m-%d}")
    assert lines(page, f"{FSBP}?on={yesterday:%Y-%m-%d}") == lines(page)
    assert "Nothing was kept of that day" in text(page, f"{FSBP}?on=2020-01-01")
    assert "is no day" in text(page, f"{FSBP}?on=2026-02-31")


def test_the_exports_tell_each_control_and_are_written_down(page: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(text(page, f"{FSBP}export.csv"))))
    assert [row["control"] for row in rows] == [f"Lambda.{number}" for number in (1, 2, 3, 5, 6, 7)]
    assert {row["account_name"] for row in rows} == {"acme-prod"}
    told, *more = [json.loads(line) for line in text(page, f"{FSBP}export.jsonl").splitlines()]
    assert told["framework"] == "AWS Foundational Security Best Practices"
    assert [row["failed"] for row in more] == [int(row["failed"]) for row in rows]
    assert AuditEntry.objects.filter(action="export", after__contains="compliance").count() == 2
