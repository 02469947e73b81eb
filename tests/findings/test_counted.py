"""Lists, facets and totals are the same whether the counts tell them or all findings are looked through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from findings import counted
from findings.daily_counts import course, courses
from findings.models import Finding, FindingCount
from findings.search import FINDINGS
from findings.severity import Severity
from findings.states import State
from inventory.models import Account, AccountGroup, Assignment, User
from inventory.search.facets import facets
from tests.cast import DAY_ONE, NUMBER
from tests.findings.toy import Put, reported, toy

DAY = timedelta(days=1)
ANSWERED = (
    "", "severity:medium", "severity:>=high", "-severity:critical", "state:any", "state:set-aside", "state:closed",
    "rule:large", "-rule:large", "provider:aws", "account:other", "account:nowhere", "assignee:ann", "assignee:none",
    "is:assigned", "is:mine", "subject:limits", "severity:medium OR rule:larger", "group:shop",
    "rule:large state:accepted account:acme-prod",
)  # fmt: skip
LOOKED_THROUGH = ("shop", "region:eu-central-1", "is:overdue", "opened:<7d", "function:store", "rule:large is:new")


@pytest.fixture
def ann(account: Account, shelve: Put) -> User:
    shelve(toy(), toy("larger", 3000, severity=Severity.HIGH))
    other = Account.objects.create(
        provider="aws", native_id=f"{int(NUMBER) + 1}", name="other", group=AccountGroup.objects.create(name="shop")
    )
    for one in (account, other):
        reported(one, DAY_ONE, shop=4096, store=1024, tidy=128, mail=700)
        reported(one, DAY_ONE + DAY, shop=4096, store=1024, tidy=600, mail=100)
    person = User.objects.create_user("ann", role="analyst")
    rows = Finding.objects.filter(account=account)
    rows.filter(rule="larger").assign(person, by=person, at=DAY_ONE)
    rows.filter(function__name="store").accept(by=person, until=DAY_ONE + 9 * DAY, because="So.", at=DAY_ONE)
    Finding.objects.filter(account=other, rule="large").work_on(State.IN_REVIEW, by=person, at=DAY_ONE)
    return person


def asked(query: str, user: User) -> Any:
    return FINDINGS.search(query, user, timezone.now())


@pytest.mark.parametrize("few", [0, 5000])
def test_what_counts_answer_is_what_looking_through_finds(ann: User, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "FEW", few)
    for query in ANSWERED:
        search = asked(query, ann)
        found = counted.by_rule(search)
        assert found == counted.looked_through(search), query
        assert counted.total(search) == search.rows().count(), query


def test_what_counts_do_not_know_is_left_to_the_findings(ann: User) -> None:
    for query in LOOKED_THROUGH:
        search = asked(query, ann)
        assert counted.by_rule(search) is None and counted.total(search) is None, query


def test_facets_are_the_same(ann: User) -> None:
    names = list(FINDINGS.facets)
    for query in ANSWERED + LOOKED_THROUGH:
        search = asked(query, ann)
        assert facets(search, names, source=counted.for_facet) == facets(search, names), query


def test_who_sees_one_account_counts_that_only(ann: User, account: Account) -> None:
    guest = User.objects.create_user("guest", role="")
    Assignment.objects.create(user=guest, role="viewer", account=account)
    search = asked("state:any", guest)
    assert counted.total(search) == Finding.objects.filter(account=account).count() > 0
    assert counted.by_rule(search) == counted.looked_through(search)


def test_without_a_free_word_the_page_reads_no_finding_but_the_first_and_last(
    ann: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counted, "FEW", 0)
    client.force_login(ann)
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/findings/?facets=1&view=").status_code == 200
    read = [one["sql"] for one in seen if 'FROM "findings_finding" ' in one["sql"]]
    assert read and all("SELECT U0" in sql or "LIMIT 1" in sql for sql in read), read


def test_severities_come_by_gravity_and_rules_by_their_titles(ann: User, client: Client) -> None:
    client.force_login(ann)
    told = {one["name"]: one["facet"].choices for one in client.get("/findings/facets/").context["facets"]}
    assert [choice.value for choice in told["severity"]] == ["critical", "high", "medium"]
    assert [choice.count for choice in told["severity"]] == sorted(choice.count for choice in told["severity"])
    assert {choice.label for choice in told["rule"]} == {"It has much memory"}
    assert {choice.value for choice in told["rule"]} == {"large", "larger"}


def test_each_rule_tells_what_was_opened_and_closed_on_which_day(ann: User, client: Client) -> None:
    accounts = Account.objects.all()
    told = courses(accounts, DAY_ONE + 2 * DAY)["large"]
    assert (told.opened, told.closed) == (8, 2)
    assert told.drawn_opened.count("M") == 2 and told.drawn_closed.count("M") == 1
    assert "v-12h" in told.drawn_opened and "v4h" in told.drawn_closed, "6 reach the edge, 2 a third of it"
    assert courses(accounts, DAY_ONE + 40 * DAY) == {}
    every = course(accounts, DAY_ONE + 2 * DAY)
    assert len(every.days) == 30 and (every.opened, every.closed) == (10, 2)
    Finding.objects.update(opened_at=timezone.now())
    client.force_login(ann)
    assert FindingCount.objects.exists() and client.get("/findings/").status_code == 200
