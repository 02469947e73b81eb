"""The list of runs and one run's page."""

import pytest
from django.test import Client
from django.utils import timezone

from collectors.models import Run, RunScope
from inventory.facts import Coverage, ReadState
from inventory.record import open_scope
from tests.cast import CHECKOUT_ROLE, function
from tests.collectors.pages.conftest import NOW, REASON, World
from tests.collectors.pages.test_accounts import queries, text


def test_a_run_says_what_it_cost_and_what_went_wrong_where(viewer: Client, world: World) -> None:
    page = text(viewer.get(f"/runs/{world.run.pk}/")).replace("&#x27;", "'")
    assert "partial" in page and "2 of 2 scopes in 2 min" in page
    assert REASON in page and "lambda:ListFunctions" in page
    assert "Grant the permissions" in page


def test_a_finished_run_does_not_ask_for_more(viewer: Client, world: World) -> None:
    assert b"hx-trigger" not in viewer.get(f"/runs/{world.run.pk}/").content


def test_a_running_one_asks_every_two_seconds_until_it_has_ended(viewer: Client, world: World) -> None:
    run = Run.objects.create(
        account=world.prod, state=Run.State.RUNNING, queued_at=timezone.now(), started_at=timezone.now()
    )
    for name, finished in (("a", timezone.now()), ("b", timezone.now()), ("c", None), ("d", None)):
        RunScope.objects.create(run=run, name=name, state="complete" if finished else "running", finished_at=finished)
    page = viewer.get(f"/runs/{run.pk}/progress/").content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert '<progress class="meter" max="4" value="2"' in page
    assert 'data-spoken="50 percent of the scopes are read."' in page
    Run.objects.filter(pk=run.pk).update(state=Run.State.SUCCEEDED, finished_at=timezone.now())
    assert "hx-trigger" not in viewer.get(f"/runs/{run.pk}/progress/").content.decode()


def test_a_queued_run_waits_for_a_worker(viewer: Client, world: World) -> None:
    run = Run.objects.create(account=world.prod, queued_at=timezone.now())
    assert "Waiting for a worker" in text(viewer.get(f"/runs/{run.pk}/"))


def test_what_the_run_brought_is_listed(viewer: Client, world: World) -> None:

    run = Run.objects.create(
        account=world.prod, state=Run.State.SUCCEEDED, queued_at=NOW, started_at=NOW, finished_at=NOW, at=NOW
    )
    recorder = open_scope(world.prod, "eu-west-1", NOW, run=run.pk)
    recorder.store([function("checkout", CHECKOUT_ROLE)])
    recorder.close([Coverage("functions", ReadState.COMPLETE, listing=True)])
    page = text(viewer.get(f"/runs/{run.pk}/"))
    assert "added" in page and "checkout" in page


@pytest.mark.django_db(transaction=True)
def test_one_scope_can_be_read_again(operator: Client, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("collectors.tasks.collect_account.delay", lambda run: None)
    answer = operator.post(f"/runs/{world.run.pk}/retry/", {"scope": "us-east-1"})
    again = Run.objects.get(account=world.lab, state=Run.State.QUEUED)
    assert again.only_scope == "us-east-1"
    assert answer.headers["Location"] == f"/runs/{again.pk}/"


def test_a_scope_that_the_run_does_not_have_is_not_found(operator: Client, world: World) -> None:
    assert operator.post(f"/runs/{world.run.pk}/retry/", {"scope": "mars-1"}).status_code == 404


def test_a_viewer_may_not_read_again(viewer: Client, world: World) -> None:
    assert viewer.post(f"/runs/{world.run.pk}/retry/", {"scope": "us-east-1"}).status_code == 403
    assert "Read again" not in text(viewer.get(f"/runs/{world.run.pk}/"))


def test_the_list_can_be_limited_and_paged(viewer: Client, world: World) -> None:
    for _ in range(60):
        Run.objects.create(account=world.prod, state=Run.State.SUCCEEDED, queued_at=timezone.now())
    page = viewer.get("/runs/").content.decode()
    assert page.count("<tr data-row>") == 50 and "before=" in page
    assert viewer.get("/runs/?state=partial").content.decode().count("<tr data-row>") == 1
    assert viewer.get(f"/runs/?account={world.lab.pk}").content.decode().count("<tr data-row>") == 1
    assert viewer.get("/runs/?account=x&before=y&state=z").status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_runs(viewer: Client, world: World) -> None:
    few = queries(viewer, "/runs/")
    for _ in range(20):
        Run.objects.create(account=world.prod, state=Run.State.SUCCEEDED, queued_at=timezone.now())
    assert queries(viewer, "/runs/") == few


def test_the_newest_run_comes_first(viewer: Client, world: World) -> None:
    at = timezone.now()
    for _ in range(6):
        Run.objects.create(account=world.lab, state=Run.State.FAILED, queued_at=at, started_at=at, finished_at=at)
    newest = Run.objects.filter(account=world.lab).order_by("-id").values_list("id", flat=True)
    listed = [row.run.pk for row in viewer.get(f"/accounts/{world.lab.pk}/").context["runs"]]
    assert listed == list(newest[:5])
    numbers = [row.run.pk for row in viewer.get("/runs/").context["rows"]]
    assert numbers == sorted(numbers, reverse=True)
