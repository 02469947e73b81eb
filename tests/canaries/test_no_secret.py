"""R-30: secrets that stand in a cloud's answers are kept nowhere and said nowhere, whatever is asked of us."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from collectors.models import Run
from collectors.tasks import collect_account
from findings.models import Alert, Delivery, Finding
from findings.pages.function.view import TABS
from inventory.models import Account, Function, RawAnswer, Resource, Snapshot
from tests.canaries.canaries import CANARIES
from tests.canaries.conftest import World
from tests.canaries.scan import found_in, found_in_database, found_in_files, found_in_queue
from tests.routes import OBJECTS, OURSELVES, PLAIN, Route, routes

pytestmark = pytest.mark.django_db
Kwargs = dict[str, Any]
#: Of each kind of object so many are looked at in pages: the tables are searched whole.
FEW = 2


def test_every_canary_was_told_to_a_collector_that_read_on(world: World) -> None:
    assert sorted(set(CANARIES) - set(world.garden.told)) == []
    assert {run.state for run in world.runs} <= {Run.State.SUCCEEDED, Run.State.PARTIAL}
    assert {function.account.provider for function in Function.objects.all()} == {"aws", "gcp", "azure"}
    assert RawAnswer.objects.exists(), "raw answers are kept, so that they are searched, too"
    assert Snapshot.objects.filter(number__gt=1).exists() and Finding.objects.exists()


def test_no_row_of_any_table_holds_one(world: World) -> None:
    assert found_in_database() == {}


def test_what_was_free_text_is_kept_with_the_token_masked(world: World) -> None:
    """Nothing would be easier than to keep no text at all."""
    kept = " ".join(str(row.document) for row in Snapshot.objects.all())
    kept += str(list(Function.objects.values_list("tags", flat=True)))
    for words in ("Nightly copy; password=[masked]", "old key [masked: stripe key]", "[masked: aws access key id]"):
        assert words in kept
    assert "[masked: azure storage key]" in kept and "Bearer [masked" in kept


def test_log_queue_results_and_files_hold_none(world: World) -> None:
    assert len(world.logs.getvalue()) > 1_000, "the log was listened to"
    assert found_in(world.logs.getvalue()) == set()
    assert sum(len(one) for one in world.messages()) >= 3, "runs were queued"
    assert found_in_queue(world.messages()) == set()
    assert settings.CELERY_TASK_IGNORE_RESULT and not getattr(settings, "CELERY_RESULT_BACKEND", None)
    assert found_in_files([world.files, Path(settings.VAR_DIR)]) == {}


def test_what_an_alert_sends_holds_none(world: World) -> None:
    assert world.post.posts
    assert found_in(world.post.posts) == set()


COMMANDS = [
    ("accounts", "list", "--format", "json"),
    ("changes", "--format", "json", "--limit", "1000"),
    ("evaluate",),
    *(("export", "--format", form) for form in ("ocsf", "sarif", "csv", "json")),
    *(("findings", "--format", form) for form in ("table", "json", "jsonl", "csv")),
    *(("search", "", "--format", form) for form in ("table", "json", "jsonl", "csv")),
    *(("identities", "--format", form) for form in ("table", "json", "jsonl", "csv")),
]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_command_prints_one(world: World, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    call_command(*words)
    out, err = capsys.readouterr()
    assert out
    assert found_in([out, err]) == set()


@pytest.mark.parametrize("command", ["show", "history", "access"])
def test_no_command_about_one_function_prints_one(
    world: World, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    for function in few(Function.objects.all()):
        call_command(command, function.uid, "--format", "json")
    out, err = capsys.readouterr()
    assert out
    assert found_in([out, err]) == set()


def few(rows: Any, provider: str = "account__provider") -> list[Any]:
    """Some of each cloud."""
    return [row for slug in ("aws", "gcp", "azure") for row in rows.filter(**{provider: slug}).order_by("pk")[:FEW]]


def functions() -> Iterator[Kwargs]:
    yield from ({"uid": row.uid} for row in few(Function.objects.filter(gone_at=None)))


def kind(*kinds: str) -> Callable[[], Iterator[Kwargs]]:
    return lambda: ({"uid": row.uid} for row in few(Resource.objects.filter(kind__in=kinds)))


def rows(model: Any, provider: str = "account__provider") -> Callable[[], Iterator[Kwargs]]:
    return lambda: ({"pk": row.pk} for row in few(model.objects.all(), provider))


def tabs() -> Iterator[Kwargs]:
    yield from ({**one, "tab": tab} for one in functions() for tab in TABS)


def revisions() -> Iterator[Kwargs]:
    changed = Snapshot.objects.filter(number=2, resource__kind="function")
    for row in few(changed, "resource__account__provider") or few(
        Snapshot.objects.filter(resource__kind="function"), "resource__account__provider"
    ):
        yield {"uid": row.resource.uid, "number": row.number}


def graphs(of: Callable[[], Iterator[Kwargs]]) -> Callable[[], Iterator[Kwargs]]:
    return lambda: ({**one, "ending": ending} for one in of() for ending in ("svg", "json"))


#: Pages about what our own people made and no cloud said: a search's triage, an address for deliveries.
OURS = {"api-triage-job", "settings-receiver", "triage-job", "triage-job-progress"}
#: Routes of something that an account has → what to fill them with, by the beginning of their names.
FILLED: dict[str, Callable[[], Iterator[Kwargs]]] = {
    "account": rows(Account, "provider"),
    "api-alert": lambda: ({"pk": row.pk} for row in Alert.objects.all()),
    "api-deliveries": lambda: ({"pk": row.pk} for row in Alert.objects.all()),
    "api-finding": rows(Finding),
    "api-function": functions,
    "api-identity": kind("identity"),
    "api-run": rows(Run),
    "api-snapshot": revisions,
    "finding": rows(Finding),
    "function-graph-file": graphs(functions),
    "function-revision": revisions,
    "function-tab": tabs,
    "function": functions,
    "identity": kind("identity"),
    "identity-graph-file": graphs(kind("identity")),
    "policy": kind("policy"),
    "run": rows(Run),
    "settings-alert": lambda: ({"pk": row.pk} for row in Alert.objects.all()),
    "settings-delivery": lambda: ({"pk": row.pk} for row in Delivery.objects.all()),
    "settings-history": kind("account", "settings"),
}


def addresses(route: Route) -> Iterator[str]:
    """Every address of a route that is looked at; none for what belongs to no account of a cloud."""
    if route.name in PLAIN:
        yield reverse(route.name, kwargs=dict(PLAIN[route.name]))
    elif not route.parts:
        yield reverse(route.name)
    elif route.name not in OURSELVES and route.name not in OURS:
        beginning = max((one for one in (*FILLED, "functions") if route.name.startswith(one)), key=len)
        fill = functions if beginning == "functions" else FILLED[beginning]
        yield from (reverse(route.name, kwargs=kwargs) for kwargs in fill())


OPENED = [route for route in routes() if not route.foreign and "GET" in (route.needs or {})]


@pytest.mark.parametrize("route", OPENED, ids=lambda route: route.name)
def test_no_page_no_export_and_no_answer_of_the_api_shows_one(world: World, route: Route) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.admin)
    for address in addresses(route):
        answer = client.get(address)
        assert answer.status_code != 500, address
        body = b"".join(answer) if answer.streaming else answer.content
        assert found_in([body, dict(answer.headers)]) == set(), address


def test_pages_about_objects_are_among_what_was_opened(world: World) -> None:
    opened = {route.name: list(addresses(route)) for route in OPENED if route.name in OBJECTS}
    assert [name for name, found in opened.items() if not found and name not in {*OURS, "account-test-result"}] == []
    texts = [Client().get(address).status_code for address in opened["function"]]
    assert set(texts) == {302}, "they are no pages for anybody"


def test_an_error_with_a_secret_in_it_tells_a_reference_only(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: Any, **_kwargs: Any) -> Any:
        variables = {canary.place: canary.text for canary in CANARIES.values()}
        raise ValueError(f"{len(variables)} variables could not be shown")

    monkeypatch.setattr("findings.pages.function.view.subject_of", broken)
    client = Client(raise_request_exception=False)
    client.force_login(world.admin)
    uid = next(iter(functions()))["uid"]
    answer = client.get(reverse("function-tab", kwargs={"uid": uid, "tab": "raw"}))
    assert answer.status_code == 500
    assert re.search(r"Reference", answer.content.decode())
    out, err = capsys.readouterr()
    assert found_in([answer.content, world.logs.getvalue(), out, err]) == set()


def test_a_collector_that_meets_a_secret_and_breaks_keeps_its_sentence_without_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our own defect, while it has the answer in its hands."""
    token = CANARIES["azure binding"].text

    def broken(*_args: Any) -> Any:
        raise KeyError(f"unexpected {token}")

    account = Account.objects.get(provider="azure")
    run = Run.objects.get(account=account, state=Run.State.QUEUED)
    monkeypatch.setattr("collectors.providers.azure.provider.Azure.normalize", broken)
    collect_account(run.pk)
    run.refresh_from_db()
    assert run.state in (Run.State.PARTIAL, Run.State.FAILED)
    assert found_in_database() == {}
    assert found_in(world.logs.getvalue()) == set()
