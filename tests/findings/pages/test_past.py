"""The list and the tabs of a function as of an earlier time."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from findings.pages.function.view import TABS
from inventory.models import Account, Assignment, AuditEntry, ReadingGap, User
from tests.cast import DAY_ONE, Cast

THEN = f"{DAY_ONE + timedelta(hours=1):%Y-%m-%dT%H:%M}"


def text(client: Client, address: str, **asked: str) -> str:
    answer = client.get(address, asked)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_list_of_then_says_so_and_leads_back_to_now(analyst: Client) -> None:
    page = text(analyst, "/functions/", q="legacy", at=THEN)
    assert "As of 2 March 2026, 10:00 UTC." in page
    assert 'href="/functions/?q=legacy"' in page
    assert f"?at={THEN.replace(':', '%3A')}" in page
    assert "legacy" not in text(analyst, "/functions/").split('aria-label="Functions"')[1]


def test_every_link_of_the_list_keeps_the_time(analyst: Client) -> None:
    page = text(analyst, "/functions/", at=THEN, facets="1")
    kept = f"at={THEN.replace(':', '%3A')}"
    for begin in ('data-copy="', 'href="/functions.csv', 'href="/functions.jsonl'):
        place = page.index(begin)
        assert kept in page[place : page.index('"', place + len(begin))], begin


def test_what_is_known_of_now_only_is_told_and_not_answered(analyst: Client) -> None:
    answer = analyst.get("/functions/", {"q": "can:s3:GetObject", "at": THEN})
    assert answer.status_code == 400
    assert "can: is known of now only" in answer.content.decode()
    check = analyst.get("/search/functions/check/", {"q": "shared:>1", "at": THEN}).json()
    assert "known of now only" in check["message"]


def test_a_time_that_is_none_or_lies_ahead_is_told(analyst: Client) -> None:
    for wrong in ("soon", "2999-01-01"):
        answer = analyst.get("/functions/", {"at": wrong})
        assert answer.status_code == 400
        assert "no time" in answer.content.decode() or "lies ahead" in answer.content.decode()
        assert analyst.get("/functions.csv", {"at": wrong}).status_code == 400


def test_an_export_has_the_rows_of_then_and_names_the_time(analyst: Client) -> None:
    lines = b"".join(analyst.get("/functions.jsonl", {"q": "legacy", "at": THEN})).decode().splitlines()
    assert json.loads(lines[0])["as_of"].startswith("2026-03-02T10:00")
    assert [json.loads(line)["name"] for line in lines[1:]] == ["legacy"]
    assert json.loads(AuditEntry.objects.filter(action="export").latest("pk").after)["at"] == THEN


def test_gaps_and_accounts_not_yet_read_are_told(analyst: Client) -> None:
    # The cast's two readings are a day apart, which is longer than twice the interval.
    assert "acme-prod eu-west-1 (2 Mar 09:00 to 3 Mar 09:00)" in text(analyst, "/functions/", at=THEN)
    ReadingGap.objects.all().delete()
    assert "Not read around that time" not in text(analyst, "/functions/", at=THEN)
    assert "Nothing had been read yet of acme-prod" in text(analyst, "/functions/", at="2026-02-01")


def test_the_api_answers_of_then(analyst: Client) -> None:
    answer = analyst.get("/api/v1/functions/", {"q": "checkout", "at": THEN}).json()
    (row,) = answer["results"]
    now = analyst.get("/api/v1/functions/", {"q": "checkout"}).json()["results"][0]
    assert row["limits"]["memory_mb"] != now["limits"]["memory_mb"]
    assert row["bindings"] is None
    assert analyst.get("/api/v1/functions/", {"at": "soon"}).status_code == 400
    assert "q" in analyst.get("/api/v1/functions/", {"q": "shared:>1", "at": THEN}).json()["errors"]


@pytest.mark.parametrize("tab", [*TABS])
def test_each_tab_of_a_function_shows_that_time_and_leads_back(tab: str, analyst: Client, cast: Cast) -> None:
    address = f"/functions/{cast.functions['checkout'].uid}/{tab}/"
    page = text(analyst, address, at=THEN)
    assert "As of 2 March 2026, 10:00 UTC." in page
    assert f'href="{address}"' in page
    assert f"?at={THEN.replace(':', '%3A')}" in page


def test_the_settings_of_then_are_shown_with_the_revision_that_had_set_them(analyst: Client, cast: Cast) -> None:
    address = f"/functions/{cast.functions['checkout'].uid}/configuration/"
    now, then = text(analyst, address), text(analyst, address, at=THEN)
    assert "/history/?to=2" in now
    assert "/history/?to=2" not in then
    assert now.count("/history/?to=1") < then.count("/history/?to=1")


def test_a_function_that_went_later_is_there_then_and_one_not_yet_known_is_told(analyst: Client, cast: Cast) -> None:
    legacy = f"/functions/{cast.functions['legacy'].uid}/"
    assert "Gone since" in text(analyst, legacy)
    then = text(analyst, legacy, at=THEN)
    assert "Gone since" not in then
    assert "<dd>in " not in then, "a time of then is told against now"
    answer = analyst.get(legacy, {"at": "2026-02-01"}, follow=True)
    assert "Not known at that time" in answer.content.decode()


def test_a_tab_says_what_is_wrong_with_a_time(analyst: Client, cast: Cast) -> None:
    answer = analyst.get(f"/functions/{cast.functions['checkout'].uid}/", {"at": "soon"})
    assert answer.status_code == 400
    assert "is no time" in answer.content.decode()


def _of_another_account() -> User:
    other = Account.objects.create(provider="aws", native_id="210987654321", name="other")
    stranger = User.objects.create_user("stranger", role="")
    Assignment.objects.create(user=stranger, role="viewer", account=other)
    return stranger


def test_a_function_of_another_account_is_not_there_at_any_time(client: Client, cast: Cast) -> None:
    client.force_login(_of_another_account())
    assert client.get(f"/functions/{cast.functions['checkout'].uid}/", {"at": THEN}).status_code == 404
    assert "No function matches" in text(client, "/functions/", at=THEN)
