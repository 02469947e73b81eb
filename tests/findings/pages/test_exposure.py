"""The exposure page: who is let in from outside, whom of them we trust, and how much of it we could see."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from findings.evaluate import judge_account
from inventory.models import Account, AccountGroup, Assignment, AuditEntry, ExposedBinding, Trust, User
from tests.cast import CHECKOUT_ROLE, DAY_TWO, NUMBER, REGION, Cast, access, function, native_id, record_day

Json = Any
PARTNER, VENDOR, SISTER = "999988887777", "555566667777", "210987654321"
DAY_THREE = DAY_TWO + timedelta(days=1)


def let_in(principal: Json, name: str, action: str = "lambda:InvokeFunction", **condition: Json) -> Json:
    told = {"Sid": "s", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": native_id(name)}
    return told | ({"Condition": condition} if condition else {})


@pytest.fixture
def exposed(cast: Cast) -> Cast:
    """The cast on a third day, judged: a partner in two functions, a vendor that may deploy, a sister account, all."""
    Account.objects.create(provider="aws", native_id=SISTER, name="acme-dev")
    Account.objects.create(provider="aws", native_id=PARTNER, name="Friendly Partner", stance="third-party")
    told = {
        "feed": [let_in({"AWS": PARTNER}, "feed"), let_in({"AWS": SISTER}, "feed")],
        "orders": [let_in({"AWS": f"arn:aws:iam::{PARTNER}:root"}, "orders")],
        "deploys": [let_in({"AWS": VENDOR}, "deploys", "lambda:UpdateFunctionCode")],
        "open": [let_in("*", "open", StringLike={"aws:UserAgent": "shop*"})],
        "hooks": [let_in({"Service": "s3.amazonaws.com"}, "hooks")],
    }
    seen = [function(name, CHECKOUT_ROLE, access=access(*statements)) for name, statements in told.items()]
    record_day(cast.account, REGION, DAY_THREE, seen, "functions")
    judge_account(cast.account, DAY_THREE)
    return cast


@pytest.fixture
def operator(exposed: Cast, client: Client) -> Client:
    client.force_login(User.objects.create_user("operator", password="operator-of-prod-1", role="operator"))
    return client


@pytest.fixture
def page(exposed: Cast, client: Client) -> Client:
    client.force_login(exposed.analyst)
    return client


def names(client: Client, query: str = "") -> set[str]:
    """The functions on the page, with their principals' parties."""
    rows = client.get(f"/exposure/?{query}").context["rows"]
    return {f"{row.binding.function.name} {row.binding.party}".strip() for row in rows}


def counts(client: Client, query: str = "") -> list[tuple[int, int]]:
    return [(tab["count"], tab["trusted"]) for tab in client.get(f"/exposure/?{query}").context["tabs"]]


def trust(party: str, days: float = 30, **more: Json) -> Trust:
    at = timezone.now() - timedelta(days=1)
    told = {"provider": "aws", "party": party, "reason": "a contract", "by_name": "operator", "at": at}
    return Trust.objects.create(until=timezone.now() + timedelta(days=days), **(told | more))


def test_each_tab_lists_its_own_and_counts_them(page: Client) -> None:
    assert names(page) == {"open"}
    assert names(page, "tab=external") == {f"feed {PARTNER}", f"feed {SISTER}", f"orders {PARTNER}"}
    assert names(page, "tab=internal") == {"hooks"}
    assert counts(page) == [(1, 0), (3, 0), (1, 0)]


def test_deployers_are_a_list_of_their_own(page: Client) -> None:
    assert names(page, "tab=external&who=deployers") == {f"deploys {VENDOR}"}
    assert counts(page, "who=deployers") == [(0, 0), (1, 0), (0, 0)]


def test_an_account_is_named_where_it_is_known_and_said_to_be_unknown_where_not(page: Client) -> None:
    known = page.get("/exposure/?tab=external").content.decode()
    assert "Friendly Partner" in known
    assert "acme-dev" in known
    assert f"unknown account {VENDOR}" in page.get("/exposure/?tab=external&who=deployers").content.decode()


def test_a_condition_that_does_not_restrict_who_is_said_not_to(page: Client) -> None:
    assert "does not restrict who" in page.get("/exposure/").content.decode()


def test_the_name_of_an_account_that_somebody_may_not_see_is_not_told(exposed: Cast, client: Client) -> None:
    narrow = User.objects.create_user("narrow", password="narrow-of-prod-1", role="")
    Assignment.objects.create(user=narrow, role="viewer", account=exposed.account)
    client.force_login(narrow)
    text = client.get("/exposure/?tab=external").content.decode()
    assert f"unknown account {PARTNER}" in text
    assert "Friendly Partner" not in text


def test_bindings_of_accounts_that_somebody_may_not_see_are_not_there(exposed: Cast, client: Client) -> None:
    elsewhere = AccountGroup.objects.create(name="elsewhere")
    stranger = User.objects.create_user("stranger", password="stranger-of-prod-1", role="")
    Assignment.objects.create(user=stranger, role="viewer", group=elsewhere)
    client.force_login(stranger)
    assert counts(client) == [(0, 0), (0, 0), (0, 0)]
    assert b"feed" not in b"".join(client.get("/exposure.csv?tab=external").streaming_content)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("external:known", {f"feed {PARTNER}", f"orders {PARTNER}"}),
        ("external:unknown", set()),
        (f"external:{PARTNER}", {f"feed {PARTNER}", f"orders {PARTNER}"}),
        ('external:"friendly partner"', {f"feed {PARTNER}", f"orders {PARTNER}"}),
        ("own:yes", {f"feed {SISTER}"}),
        ("external:untrusted function:feed", {f"feed {PARTNER}"}),
        ("-function:feed", {f"orders {PARTNER}"}),
        ("action:own", set()),
        ("narrows:none certain:yes latent:no", {f"feed {PARTNER}", f"feed {SISTER}", f"orders {PARTNER}"}),
        (f"account:{NUMBER} orders", {f"orders {PARTNER}"}),
        ("via:*policy* principal:*:root", {f"orders {PARTNER}"}),
        ("exposure:organisation", {f"feed {SISTER}"}),
        ("since:2026-03-04", {f"feed {PARTNER}", f"feed {SISTER}", f"orders {PARTNER}"}),
        ("privilege:admin", set()),
    ],
)
def test_the_list_can_be_searched(page: Client, query: str, found: set[str]) -> None:
    assert names(page, f"tab=external&q={quote(query)}") == found


def test_a_query_that_is_none_says_what_is_wrong(page: Client) -> None:
    answer = page.get("/exposure/?q=narrows:perhaps")
    assert answer.status_code == 400
    assert "One of yes, no, unknown, none" in answer.content.decode()


def test_the_matrix_counts_each_pair_and_leads_to_its_rows(page: Client) -> None:
    told = page.get("/exposure/?tab=external&view=matrix").context["matrix"]
    assert [account.native_id for account, _ in told.accounts] == [NUMBER]
    assert {line.party.native_id: line.total for line in told.lines} == {PARTNER: 2, SISTER: 1}
    (count, address), *_ = told.lines[0].cells
    rows = page.get(address).context["rows"]
    assert len(rows) == count == 2


def test_trust_marks_a_binding_and_takes_it_out_of_the_count_until_it_expires(page: Client) -> None:
    record = trust(PARTNER)
    assert counts(page)[1] == (1, 2)
    assert len(names(page, "tab=external")) == 3, "a trusted binding stays visible"
    assert names(page, "tab=external&q=trusted:yes") == {f"feed {PARTNER}", f"orders {PARTNER}"}
    Trust.objects.filter(pk=record.pk).update(until=timezone.now() - timedelta(hours=1))
    assert counts(page)[1] == (3, 0)
    assert "trust expired" in page.get("/exposure/?tab=external").content.decode()


def test_trust_in_the_same_number_in_another_cloud_counts_for_nothing(page: Client) -> None:
    trust(PARTNER, provider="gcp")
    assert counts(page)[1] == (3, 0)


def send(client: Client, party: str = PARTNER, days: int = 30, **more: str) -> Any:
    until = (datetime.now(UTC) + timedelta(days=days)).date().isoformat()
    told = {
        "provider": "aws",
        "party": party,
        "reason": "Contract 77",
        "until": until,
        "back": "/exposure/?tab=external",
    }
    return client.post("/exposure/trust/", told | more)


def test_an_operator_trusts_an_account_and_ends_it_and_the_record_stays(operator: Client) -> None:
    answer = send(operator)
    assert (answer.status_code, answer["Location"]) == (302, "/exposure/?tab=external")
    record = Trust.objects.get()
    assert (record.party, record.reason, record.by_name) == (PARTNER, "Contract 77", "operator")
    assert record.until - record.at <= timedelta(days=365)
    assert "trusted already" in send(operator).content.decode()
    operator.post("/exposure/trust/end/", {"provider": "aws", "party": PARTNER, "reason": "contract ended"})
    record.refresh_from_db()
    assert (record.state(timezone.now()), record.ended_by_name, record.end_reason) == (
        "ended", "operator", "contract ended",
    )  # fmt: skip
    assert counts(operator)[1] == (3, 0)
    assert "contract ended" in operator.get("/exposure/trusted/").content.decode()
    assert [entry.action for entry in AuditEntry.objects.filter(name=f"aws {PARTNER}")] == ["trust", "trust"]
    assert send(operator).status_code == 302, "it can be trusted again"
    assert Trust.objects.count() == 2


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"days": 400}, "A day from"),
        ({"days": -1}, "A day from"),
        ({"reason": "  "}, "This field is required"),
        ({"party": SISTER}, "one of ours"),
    ],
)
def test_what_is_no_trust_is_refused_with_a_reason(operator: Client, told: dict[str, Any], says: str) -> None:
    assert says in send(operator, **told).content.decode()
    assert not Trust.objects.exists()


def test_the_longest_trust_is_a_year(operator: Client) -> None:
    assert send(operator, days=365).status_code == 302
    record = Trust.objects.get()
    assert timedelta(days=364) < record.until - record.at <= timedelta(days=365)


@pytest.mark.parametrize("party", ["", "x" * 256])
def test_a_party_that_is_none_is_not_there(operator: Client, party: str) -> None:
    assert send(operator, party=party).status_code == 404


def test_only_operators_of_all_accounts_say_whom_we_trust(exposed: Cast, page: Client) -> None:
    assert send(page).status_code == 403
    assert page.post("/exposure/trust/end/", {"provider": "aws", "party": PARTNER}).status_code == 403
    shown = page.get(f"/exposure/trust/?provider=aws&party={PARTNER}").content.decode()
    assert "needs the role operator" in shown
    one = User.objects.create_user("one", password="one-of-prod-1", role="")
    Assignment.objects.create(user=one, role="operator", account=exposed.account)
    page.force_login(one)
    assert send(page).status_code == 403
    assert not Trust.objects.exists()


def test_the_form_leads_nowhere_else(operator: Client) -> None:
    assert send(operator, back="https://elsewhere.example/")["Location"] == "/exposure/?tab=external"


def test_exports_hold_exactly_the_rows(page: Client) -> None:
    trust(PARTNER)
    answer = page.get("/exposure.jsonl?tab=external&q=external:trusted")
    first, *rows = [json.loads(line) for line in b"".join(answer.streaming_content).decode().splitlines()]  # type: ignore[attr-defined]
    assert (first["tab"], first["accounts"]) == ("external", 3)
    assert {(row["function"], row["external_name"], row["trusted"]) for row in rows} == {
        ("feed", "Friendly Partner", True), ("orders", "Friendly Partner", True),
    }  # fmt: skip
    answer = page.get("/exposure.csv?tab=external")
    head, *lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert head.startswith("function,native_id,uid")
    assert len(lines) == 3


def test_an_empty_tab_is_no_all_clear_while_accounts_are_not_read(page: Client) -> None:
    text = page.get("/exposure/?who=deployers").content.decode()
    assert "No public binding in 0 of 3 accounts" in text
    assert "This is no all-clear" in text


def test_functions_of_which_it_is_unknown_are_counted(cast: Cast, client: Client) -> None:
    client.force_login(cast.analyst)
    answer = client.get("/exposure/")
    assert answer.context["unknown"] == 1
    assert "Of 1 function it is" in answer.content.decode()


def test_who_did_it_is_told_from_the_log_of_the_time_in_which_it_came(cast: Cast, client: Client) -> None:
    judge_account(cast.account, DAY_TWO)
    row = ExposedBinding.objects.get(function__name="thumbnails")
    assert (row.since, row.since_exact) == (DAY_TWO, True)
    client.force_login(cast.analyst)
    text = client.get("/exposure/").content.decode()
    assert "an-engineer" in text


def test_the_page_is_in_the_navigation(page: Client) -> None:
    assert 'href="/exposure/" data-go="e"' in page.get("/").content.decode()


def test_the_access_tab_tells_since_when_and_whose_account_it_is(exposed: Cast, page: Client) -> None:
    uid = ExposedBinding.objects.filter(function__name="orders").values_list("function__uid", flat=True)[0]
    text = page.get(f"/functions/{uid}/access/").content.decode()
    assert "Friendly Partner" in text
    assert "About it" in text, "an analyst may look at the records, and not trust"
    assert "to=1" in text, "the function was added on the third day, so that is when it began"


def test_operators_are_offered_to_trust_an_account_on_the_access_tab(exposed: Cast, operator: Client) -> None:
    uid = ExposedBinding.objects.filter(function__name="deploys").values_list("function__uid", flat=True)[0]
    text = operator.get(f"/functions/{uid}/access/").content.decode()
    assert f"unknown account {VENDOR}" in text
    assert "Trust this account…" in text
    assert f"back=/functions/{uid}/access/" in text.replace("%2F", "/")
