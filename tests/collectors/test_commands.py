"""The commands: what they print, what they store, how they exit, and the sentence when they are used wrongly."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import override_settings

from collectors.collect import collect_now
from collectors.models import Run
from collectors.provider import BadCredentials, Check, Denied, Discovered
from collectors.schedule import begin, claim_run
from inventory.models import Account, Function, RawAnswer, Snapshot
from tests.collectors.conftest import DAY
from tests.collectors.fake import FakeCloud, FakeProvider, entries, entry

pytestmark = pytest.mark.django_db

NUMBER = "123456789012"


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def refused(*words: str) -> tuple[int, str]:
    """Exit code and sentence of a command that fails; it must have printed nothing as its answer."""
    out = io.StringIO()
    with pytest.raises(CommandError) as fault:
        call_command(*words, stdout=out)
    assert out.getvalue() == ""
    return fault.value.returncode, str(fault.value)


def table(*words: str) -> list[dict[str, Any]]:
    return list(json.loads(said(*words, "--format", "json")))


def test_adding_an_account_stores_what_was_typed(fake: FakeCloud) -> None:
    told = said(
        "accounts", "add", "aws", NUMBER, "--endpoint", "http://127.0.0.1:5000", "--regions", "us-east-1,eu-west-1",
        "--name", "acme-prod", "--group", "shop", "--role", "reader", "--external-id", "x-1", "--every", "15",
        "--with", "extra=1",
    )  # fmt: skip
    account = Account.objects.get()
    assert "collect --account 123456789012 --wait" in told
    assert (account.name, account.every_minutes, str(account.group)) == ("acme-prod", 15, "shop")
    assert account.due_at is not None
    assert account.connection == {
        "endpoint": "http://127.0.0.1:5000",
        "regions": ["us-east-1", "eu-west-1"],
        "role_arn": f"arn:aws:iam::{NUMBER}:role/reader",
        "external_id": "x-1",
        "extra": "1",
    }


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("aws", "12-34"), "12 digits"),
        (("oracle", NUMBER), "known are: aws"),
        (("aws", NUMBER, "--every", "0"), "minutes"),
        (("aws", NUMBER, "--with", "novalue"), "NAME=VALUE"),
    ],
)
def test_adding_wrongly_is_told_in_a_sentence_and_stores_nothing(
    fake: FakeCloud, words: tuple[str, ...], sentence: str
) -> None:
    code, told = refused("accounts", "add", *words)
    assert code == 2
    assert sentence in told
    assert "\n" not in told
    assert not Account.objects.exists()


def test_an_account_is_connected_once(account: Account, fake: FakeCloud) -> None:
    code, told = refused("accounts", "add", "aws", NUMBER)
    assert (code, "connected already" in told) == (2, True)
    assert Account.objects.count() == 1


def test_the_list_of_accounts(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = entries(3)
    collect_now(account, DAY)
    (row,) = table("accounts", "list")
    assert (row["native_id"], row["functions"], row["last_run"]) == (NUMBER, 3, "succeeded")
    assert "acme-prod" in said("accounts", "list")
    assert said("accounts", "list", "--format", "csv").startswith("provider,native_id,name")


def test_testing_a_connection_prints_the_checklist(account: Account, fake: FakeCloud) -> None:
    fake.checks = [
        Check("ListFunctions", "ok", 0.1),
        Check("GetUsage", "denied", 0.1, "", "fake:GetUsage", optional=True),
    ]
    assert [row["outcome"] for row in table("accounts", "test", "acme-prod")] == ["ok", "denied"]


def test_testing_a_connection_that_lacks_something_needed_fails(account: Account, fake: FakeCloud) -> None:
    fake.checks = [Check("ListFunctions", "denied", 0.1, "", "fake:List")]
    with pytest.raises(CommandError, match="ListFunctions") as fault:
        said("accounts", "test", NUMBER)
    assert fault.value.returncode == 1


def test_testing_an_account_that_cannot_be_entered_says_why(account: Account, fake: FakeCloud) -> None:
    fake.refusal = BadCredentials("The role cannot be assumed.", "sts:AssumeRole")
    assert refused("accounts", "test", NUMBER) == (1, "The role cannot be assumed. Missing permission: sts:AssumeRole.")
    assert refused("accounts", "test", "nobody")[0] == 2


def test_discovering_lists_the_organisation_and_adds_on_request(account: Account, fake: FakeCloud) -> None:
    account.connection = {"role_arn": f"arn:aws:iam::{NUMBER}:role/reader", "endpoint": "http://127.0.0.1:5000"}
    account.save()
    fake.directory = [
        Discovered(NUMBER, "acme-prod", "ACTIVE"),
        Discovered("210987654321", "acme-data", "ACTIVE", "root/data"),
        Discovered("333333333333", "acme-old", "SUSPENDED"),
    ]
    rows = table("accounts", "discover", "aws", "--from", "acme-prod")
    assert [row["connected"] for row in rows] == ["yes", "no", "no"]
    assert Account.objects.count() == 1
    rows = table("accounts", "discover", "aws", "--from", "acme-prod", "--add", "--group", "found")
    assert [row["connected"] for row in rows] == ["yes", "added", "no"]
    added = Account.objects.get(native_id="210987654321")
    assert added.connection == {
        "role_arn": "arn:aws:iam::210987654321:role/reader",
        "endpoint": "http://127.0.0.1:5000",
    }
    assert str(added.group) == "found"


def test_collecting_and_waiting_says_how_each_scope_went(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"global": {"roles": []}, "east": {"functions": entries(3)}}
    rows = table("collect", "--account", NUMBER, "--wait")
    assert [(row["scope"], row["state"], row["added"]) for row in rows] == [
        ("east", "complete", 3),
        ("global", "complete", 0),
    ]
    assert Function.objects.count() == 3


def test_collecting_incompletely_exits_with_one(account: Account, fake: FakeCloud) -> None:
    fake.scopes = {"west": {"functions": [Denied("No.", "fake:List")]}, "east": {"functions": entries(3)}}
    out = io.StringIO()
    with pytest.raises(CommandError) as fault:
        call_command("collect", "--wait", "--format", "json", stdout=out)
    assert fault.value.returncode == 1
    assert {row["scope"]: row["state"] for row in json.loads(out.getvalue())} == {"east": "complete", "west": "denied"}


def test_collecting_what_is_being_collected_says_so(account: Account, fake: FakeCloud) -> None:
    begin(claim_run(account, "schedule").pk)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("collect", "--wait", stdout=out)
    assert "already running" in out.getvalue()


def test_collecting_without_waiting_queues(account: Account, fake: FakeCloud) -> None:
    with override_settings(CELERY_TASK_ALWAYS_EAGER=True):
        (row,) = table("collect", "--account", "acme-prod")
    assert row["run"] == Run.objects.get().pk


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("collect", "--account", "nobody"), "No account is called 'nobody'"),
        (("collect", "--provider", "oracle"), "known are: aws"),
        (("renormalize", "--account", "nobody"), "No account"),
    ],
)
def test_naming_what_is_not_there_is_wrong_use(
    account: Account, fake: FakeCloud, words: tuple[str, ...], sentence: str
) -> None:
    code, told = refused(*words)
    assert code == 2
    assert sentence in told


def test_collecting_nothing_is_wrong_use(db: None, fake: FakeCloud) -> None:
    assert refused("collect")[0] == 2


def test_a_name_of_two_accounts_asks_for_the_id(account: Account, fake: FakeCloud) -> None:
    Account.objects.create(provider="aws", native_id="2", name="acme-prod")
    code, told = refused("collect", "--account", "acme-prod")
    assert (code, "several" in told) == (2, True)


def test_a_region_that_is_not_there_is_told(account: Account, fake: FakeCloud) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("collect", "--wait", "--scope", "mars-1", stdout=out)
    assert "no scope 'mars-1'" in out.getvalue()


def test_a_database_that_is_away_is_one_sentence(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused\nstack")

    monkeypatch.setattr("collectors.management.commands.collect.chosen", away)
    assert refused("collect")[1].startswith("The database does not answer (connection refused)")


def test_renormalizing_changes_no_history(account: Account, provider: FakeProvider, fake: FakeCloud,
                                          monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    fake.scopes["east"]["functions"] = [entry("a", tags={"k": "v"}), entry("b")]
    collect_now(account, DAY)
    assert RawAnswer.objects.count() == 2
    normalize = provider.normalize

    def newer(listing: str, raw: Any) -> Any:
        return normalize(listing, {**raw, "config": {"runtime": raw["config"]["runtime"].upper()}})

    monkeypatch.setattr(provider, "normalize", newer)
    assert table("renormalize") == [{"account": "acme-prod", "read": 0, "otherwise": 0, "failed": 0}]
    monkeypatch.setattr(provider, "normalizer", 2)
    assert table("renormalize") == [{"account": "acme-prod", "read": 2, "otherwise": 2, "failed": 0}]
    assert Snapshot.objects.count() == 2
    assert Snapshot.objects.get(resource__name="a").document == {
        "config": {"runtime": "PYTHON3.13"},
        "tags": {"k": "v"},
    }
    assert Function.objects.get(name="a").runtime == "PYTHON3.13"
    run = collect_now(account)
    assert run.totals["changed"] == 0
    assert Snapshot.objects.count() == 2


def test_a_run_renormalizes_first_so_that_our_change_is_not_taken_for_the_clouds(
    account: Account, provider: FakeProvider, fake: FakeCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.scopes["east"]["functions"] = [entry("a"), entry("b")]
    collect_now(account, DAY)
    normalize = provider.normalize
    monkeypatch.setattr(provider, "normalize", lambda listing, raw: normalize(listing, {**raw, "architectures": {}}))
    monkeypatch.setattr(provider, "normalizer", 2)
    fake.scopes["east"]["functions"] = [entry("a"), entry("b", config={"memory_mb": 512})]
    run = collect_now(account)
    assert run.totals["changed"] == 1
    assert Snapshot.objects.get(resource__name="b", number=2).changed == ["config"]
    assert Snapshot.objects.count() == 3


@pytest.mark.parametrize(("days", "left"), [(14, 1), (0, 0)])
def test_pruning_removes_old_raw_answers_and_never_a_snapshot(
    account: Account, fake: FakeCloud, days: int, left: int
) -> None:
    fake.scopes["east"]["functions"] = [entry("old")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("old", light=True), entry("new")]
    collect_now(account)
    with override_settings(KEEP_RAW_DAYS=days):
        said("prune")
    assert RawAnswer.objects.count() == left
    assert Snapshot.objects.count() == 2


def test_pruning_old_history_keeps_what_stands(account: Account, fake: FakeCloud) -> None:
    fake.scopes["east"]["functions"] = [entry("still"), entry("moving")]
    collect_now(account, DAY)
    fake.scopes["east"]["functions"] = [entry("still"), entry("moving", config={"memory_mb": 512})]
    collect_now(account, DAY.replace(day=3))
    with override_settings(KEEP_HISTORY_DAYS=30):
        said("prune")
    assert set(Snapshot.objects.values_list("resource__name", "number")) == {("still", 1), ("moving", 2)}
