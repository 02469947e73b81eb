"""The list of accounts and connecting another one."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from collectors import asked
from collectors.models import ConnectionTest
from collectors.provider import BadConnection
from inventory.models import Account
from tests.collectors.pages.conftest import World


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def line(page: str, name: str) -> str:
    """The words of one account's line of the list."""
    (found,) = [row for row in page.split("<tr data-row>")[1:] if name in row]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def test_each_account_says_how_current_it_is_and_what_is_missing(viewer: Client, world: World) -> None:
    page = viewer.get("/accounts/").content.decode()
    lab, prod = line(page, "acme-lab"), line(page, "acme-prod")
    assert "partial" in lab and "0/2" in lab
    assert f'href="/accounts/{world.lab.pk}/#missing">2<' in page
    assert "fresh" in prod and "1/1" in prod and "partial" not in prod


def test_counts_of_an_account_that_is_not_read_completely_are_at_least(viewer: Client, world: World) -> None:
    assert "≥" in text(viewer.get("/accounts/?q=lab"))
    assert "≥" not in text(viewer.get("/accounts/?q=prod"))


def test_a_never_read_account_has_an_unknown_number_of_functions_not_none(viewer: Client, db: None) -> None:
    Account.objects.create(provider="aws", native_id="333333333333", name="acme-new")
    page = text(viewer.get("/accounts/"))
    assert "never" in page and "unknown" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [("q=222222", {"acme-lab"}), ("state=fresh", {"acme-prod"}), ("state=partial", {"acme-lab"}),
     ("provider=gcp", set()), ("state=nonsense", {"acme-lab", "acme-prod"})],
)  # fmt: skip
def test_filters(viewer: Client, world: World, query: str, shown: set[str]) -> None:
    page = text(viewer.get(f"/accounts/?{query}"))
    assert {name for name in ("acme-lab", "acme-prod") if name in page} == shown


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_the_number_of_queries_does_not_grow_with_the_accounts(viewer: Client, world: World) -> None:
    few = queries(viewer, "/accounts/")
    for number in range(40):
        Account.objects.create(provider="aws", native_id=f"4{number:011}", name=f"more-{number}")
    assert queries(viewer, "/accounts/") == few


def test_a_visitor_is_sent_to_sign_in(client: Client, world: World) -> None:
    for address in ("/accounts/", f"/accounts/{world.lab.pk}/", "/runs/", f"/runs/{world.run.pk}/", "/accounts/add/"):
        assert client.get(address).url.startswith("/sign-in/"), address  # type: ignore[attr-defined]


def test_only_operators_connect_accounts(viewer: Client, db: None) -> None:
    assert viewer.get("/accounts/add/aws/").status_code == 403
    assert viewer.post("/accounts/add/aws/", {}).status_code == 403
    assert "Connect an account" not in text(viewer.get("/accounts/"))


ANSWERS = {"native_id": "123456789012", "name": "acme-prod", "stance": "own", "every_minutes": "30", "group": "shop"}


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Connection tests that were sent to a worker."""
    sent: list[int] = []
    monkeypatch.setattr("collectors.trial.try_connection.delay", sent.append)
    return sent


def test_connecting_keeps_the_checked_connection_and_tests_it(
    operator: Client, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Any] = []

    def checked(*question: Any) -> dict[str, Any]:
        told.append(question)
        return {"regions": ["eu-west-1"]}

    monkeypatch.setattr("collectors.pages._forms.checked_connection", checked)
    answer = operator.post("/accounts/add/aws/", ANSWERS | {"regions": "eu-west-1", "external_id": "fanlight-x"})
    account = Account.objects.get()
    assert answer.headers["Location"] == f"/accounts/{account.pk}/"
    assert (account.native_id, account.connection, account.every_minutes) == (
        "123456789012",
        {"regions": ["eu-west-1"]},
        30,
    )
    assert account.group and account.group.name == "shop"
    assert account.due_at is not None
    assert told == [("aws", "123456789012", {"regions": "eu-west-1"})], "an external id without a role is not sent"
    assert queued == [ConnectionTest.objects.get().pk]


def test_what_is_wrong_with_a_connection_is_said_in_the_form(operator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> dict[str, Any]:
        raise BadConnection("'12345' is no AWS account id: give its 12 digits, without dashes.")

    monkeypatch.setattr("collectors.pages._forms.checked_connection", refused)
    answer = operator.post("/accounts/add/aws/", ANSWERS | {"native_id": "12345"})
    assert answer.status_code == 422
    assert "is no AWS account id: give its 12 digits" in text(answer).replace("&#x27;", "'")
    assert not Account.objects.exists()


def test_an_account_is_connected_once(operator: Client, world: World) -> None:
    answer = operator.post("/accounts/add/aws/", ANSWERS | {"native_id": "222222222222"})
    assert "connected already" in text(answer)


def test_the_form_says_the_same_as_the_command_because_it_asks_the_same_code(db: None) -> None:
    answer = ask({"ask": "connection", "provider": "aws", "native_id": "nonsense", "answers": {}})
    assert "12 digits" in answer["wrong"]
    answer = ask(
        {"ask": "connection", "provider": "aws", "native_id": "123456789012", "answers": {"regions": "eu-west-1"}}
    )
    assert answer["answer"]["regions"] == ["eu-west-1"]


def ask(question: dict[str, Any]) -> dict[str, Any]:
    out = StringIO()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sys.stdin", StringIO(json.dumps(question)))
        call_command("provider", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_a_provider_that_does_not_exist_gives_a_sentence() -> None:
    with pytest.raises(BadConnection):
        asked.checked_connection("nimbus", "1", {})


def test_the_permissions_to_grant_are_asked_for_once() -> None:
    asked._remembered_permissions.cache_clear()
    first = asked.permissions_document("aws", {})
    assert "lambda:ListFunctions" in first
    asked.permissions_document("aws", {})
    assert asked._remembered_permissions.cache_info().hits == 1
