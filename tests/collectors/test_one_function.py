"""“Collect now” of one function: read alone, in a run of its own, refused with a reason where it cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from collectors.accounts import add_account
from collectors.clouds import cloud
from collectors.collect import collect_now
from collectors.models import Run
from collectors.pages.function import BY_NAME
from collectors.sandbox import RunningSandbox, Sandbox
from collectors.sandbox.estate.aws.accounts import IRELAND, SHOP
from collectors.schedule import find_lost
from inventory.models import Account, AuditEntry, Change, Resource, Scope, User

pytestmark = pytest.mark.django_db(transaction=True)

#: The estate's fourth day, on which "thumbnails" is opened to everyone, is now; its third was yesterday.
NOW = timezone.now().replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
def sandbox() -> Iterator[RunningSandbox]:
    with Sandbox(size=40, base=NOW - timedelta(days=4)).serve(day=3) as running:
        yield running


@pytest.fixture
def account(sandbox: RunningSandbox, settings: Any) -> Account:
    """An account of the estate, read as a whole yesterday; workers work at once."""
    way = {"endpoint": sandbox.url, "access_key_id": f"FANLIGHT{SHOP}", "regions": IRELAND}
    made = add_account("aws", SHOP, way, name="shop")
    assert collect_now(made, YESTERDAY).state == "succeeded"
    settings.CELERY_TASK_ALWAYS_EAGER = True
    return made


@pytest.fixture
def operator(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("omar", role="operator"))
    return client


def function(name: str) -> Resource:
    return Resource.objects.get(kind="function", name=name)


def collect(client: Client, name: str) -> Any:
    return client.post(f"/collect/{function(name).uid}/")


def progress(client: Client, run: Run) -> str:
    return " ".join(client.get(f"/runs/{run.pk}/progress/").content.decode().split())


def test_one_function_is_read_alone_and_what_changed_is_said(
    sandbox: RunningSandbox, account: Account, operator: Client
) -> None:
    planned, before = Account.objects.get(pk=account.pk).due_at, dict(Resource.objects.values_list("pk", "latest"))
    sandbox.day, asked = 4, len(sandbox.requests)
    answer = collect(operator, "thumbnails")
    run = Run.objects.get(trigger="function")
    assert answer["Location"] == f"/runs/{run.pk}/"
    assert (run.state, run.only_scope, run.error) == ("succeeded", IRELAND, "")
    assert run.requested_by and run.requested_by.username == "omar"
    row = function("thumbnails")
    moved = {pk for pk, latest in Resource.objects.values_list("pk", "latest") if before.get(pk) != latest}
    assert moved == {row.pk}, "no other resource is touched"
    assert len(sandbox.requests) - asked < 40, "one function, not its region"
    lines = Change.objects.get(resource=row, snapshot__run=run.pk).lines
    told = progress(operator, run)
    assert f"{len(lines)} change" in told
    assert row.latest and f'href="/functions/{row.uid}/history/?to={row.latest.number}"' in told
    assert "data-poll" not in told
    assert Account.objects.get(pk=account.pk).due_at == planned, "the account is due when it was"
    entry = AuditEntry.objects.filter(action="collection").latest("number")
    assert entry.account == account.pk and "thumbnails" in entry.after


def test_that_nothing_changed_is_said(account: Account, operator: Client) -> None:
    collect(operator, "thumbnails")
    run = Run.objects.get(trigger="function")
    assert run.state == "succeeded" and run.totals["changed"] == 0
    assert "</a>: nothing changed." in progress(operator, run)
    assert "only one function of" in operator.get(f"/runs/{run.pk}/").content.decode()


def test_one_that_the_cloud_names_no_more_is_not_called_gone(
    sandbox: RunningSandbox, account: Account, operator: Client
) -> None:
    row = function("thumbnails")
    Resource.objects.filter(pk=row.pk).update(native_id=f"{row.native_id}-that-was-deleted")
    operator.post(f"/collect/{row.uid}/")
    run = Run.objects.get(trigger="function")
    assert (run.state, run.error_class) == ("failed", "not found")
    assert "only a reading of the whole scope can tell" in progress(operator, run)
    assert "was not read" in progress(operator, run)
    assert Resource.objects.get(pk=row.pk).gone_at is None


def test_a_cloud_that_refuses_is_told_and_the_function_keeps_what_is_known(
    sandbox: RunningSandbox, account: Account, operator: Client
) -> None:
    latest = function("thumbnails").latest_id
    account.connection = {**account.connection, "endpoint": "http://127.0.0.1:9"}
    account.save()
    collect(operator, "thumbnails")
    run = Run.objects.get(trigger="function")
    assert run.state == "failed" and run.error
    assert function("thumbnails").latest_id == latest
    assert "nothing changed" not in progress(operator, run)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("paused", "is paused: resume it"), ("gone", "It is gone"), ("never", "was never read as a whole"),
    ],
)  # fmt: skip
def test_what_cannot_be_collected_is_refused_with_the_reason(
    account: Account, operator: Client, how: str, said: str
) -> None:
    if how == "paused":
        Account.objects.update(paused=True)
    elif how == "gone":
        Resource.objects.filter(name="thumbnails").update(gone_at=NOW)
    else:
        Scope.objects.update(first_read_at=None)
    answer = operator.post(f"/collect/{function('thumbnails').uid}/", follow=True)
    assert said in answer.content.decode()
    assert not Run.objects.filter(trigger="function").exists()


def test_nobody_collects_one_again_and_again(account: Account, operator: Client) -> None:
    collect(operator, "thumbnails")
    answer = collect(operator, "thumbnails")
    assert answer.status_code == 429 and 1 <= int(answer["Retry-After"]) <= 60
    assert Run.objects.filter(trigger="function").count() == 1


def test_while_the_account_is_collected_that_run_is_shown(account: Account, operator: Client) -> None:
    going = Run.objects.create(account=account, queued_at=NOW)
    assert collect(operator, "thumbnails")["Location"] == f"/runs/{going.pk}/"


def test_only_who_may_collect_there_may(account: Account) -> None:
    client = Client()
    client.force_login(User.objects.create_user("vera", role="viewer"))
    assert collect(client, "thumbnails").status_code == 403
    client.force_login(User.objects.create_user("far", role=""))
    assert collect(client, "thumbnails").status_code in (403, 404)


def test_a_run_whose_worker_was_lost_reads_that_function_again(account: Account) -> None:
    long_ago = NOW - timedelta(hours=1)
    Run.objects.create(
        account=account, state="running", trigger="function", only_scope=IRELAND, only_function="arn:x",
        queued_at=long_ago, started_at=long_ago, beat_at=long_ago,
    )  # fmt: skip
    (again,) = find_lost()
    assert (again.only_scope, again.only_function, again.attempt) == (IRELAND, "arn:x", 2)


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_what_the_page_takes_for_readable_by_name_is_so(provider: str) -> None:
    assert {listing.name for listing in cloud(provider).named("any", ["x"])} <= BY_NAME
