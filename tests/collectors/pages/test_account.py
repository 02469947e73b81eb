"""One account's page and what can be done on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from collectors.models import ConnectionTest, Run
from collectors.provider import BadCredentials, Check
from collectors.tasks import QueueAway
from collectors.trial import try_connection
from inventory.facts import Coverage, Kind, Observation, ReadState
from inventory.models import Account
from inventory.record import open_scope
from tests.collectors.pages.conftest import REASON, World
from tests.collectors.pages.test_accounts import queries, text


def messages_of(answer: Any) -> str:
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def test_it_says_what_could_not_be_read_why_and_what_to_grant(viewer: Client, world: World) -> None:
    page = text(viewer.get(f"/accounts/{world.lab.pk}/")).replace("&#x27;", "'")
    assert REASON in page
    assert "Missing permissions" in page
    assert "lambda:GetPolicy" in page and "lambda:ListFunctions" in page
    assert "0 of 2 read completely" in page


def test_a_viewer_sees_no_buttons_and_may_not_press_them(viewer: Client, world: World) -> None:
    page = text(viewer.get(f"/accounts/{world.lab.pk}/"))
    assert "Collect now" not in page and "Pause" not in page
    for action in ("collect", "test", "pause", "schedule"):
        assert viewer.post(f"/accounts/{world.lab.pk}/{action}/").status_code == 403, action


@pytest.mark.parametrize("action", ["collect", "test", "pause", "schedule"])
def test_looking_changes_nothing(operator: Client, world: World, action: str) -> None:
    assert operator.get(f"/accounts/{world.lab.pk}/{action}/").status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_scopes(viewer: Client, world: World) -> None:
    few = queries(viewer, f"/accounts/{world.lab.pk}/")
    for number in range(30):
        world.lab.scopes.create(name=f"region-{number}", state="complete")
    assert queries(viewer, f"/accounts/{world.lab.pk}/") == few


def test_an_account_that_is_not_there_is_not_found(viewer: Client, db: None) -> None:
    assert viewer.get("/accounts/99/").status_code == 404


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Runs that were sent to a worker."""
    runs: list[int] = []
    monkeypatch.setattr("collectors.tasks.collect_account.delay", runs.append)
    return runs


@pytest.mark.django_db(transaction=True)
def test_collect_now_starts_a_run_in_the_persons_name(operator: Client, world: World, sent: list[int]) -> None:
    answer = operator.post(f"/accounts/{world.prod.pk}/collect/")
    run = Run.objects.get(account=world.prod)
    assert answer.headers["Location"] == f"/runs/{run.pk}/"
    assert (run.state, run.trigger, run.requested_by and run.requested_by.username) == ("queued", "person", "omar")
    assert sent == [run.pk]


@pytest.mark.django_db(transaction=True)
def test_one_scope_is_collected_when_it_is_named_and_belongs_to_the_account(
    operator: Client, world: World, sent: list[int]
) -> None:
    scope = world.prod.scopes.get_or_create(name="eu-west-1")[0]
    assert operator.post(f"/accounts/{world.prod.pk}/collect/", {"scope": "nowhere"}).status_code == 404
    operator.post(f"/accounts/{world.prod.pk}/collect/", {"scope": scope.name})
    assert Run.objects.get(account=world.prod).only_scope == "eu-west-1"


@pytest.mark.django_db(transaction=True)
def test_a_second_click_leads_to_the_run_that_is_going_on(operator: Client, world: World, sent: list[int]) -> None:
    first = operator.post(f"/accounts/{world.prod.pk}/collect/")
    second = operator.post(f"/accounts/{world.prod.pk}/collect/")
    assert first.headers["Location"] == second.headers["Location"]
    assert Run.objects.filter(account=world.prod).count() == 1


def test_an_account_is_not_collected_again_and_again(operator: Client, world: World, sent: list[int]) -> None:
    Run.objects.create(
        account=world.prod, state=Run.State.SUCCEEDED, trigger="person", queued_at=timezone.now(),
        finished_at=timezone.now(),
    )  # fmt: skip
    for _ in range(5):
        answer = operator.post(f"/accounts/{world.prod.pk}/collect/")
        assert answer.status_code == 429
        assert "less than a minute ago" in answer.content.decode()
        assert 1 <= int(answer["Retry-After"]) <= 60
    assert sent == []


def test_a_queue_that_is_away_is_said_and_nothing_waits(
    operator: Client, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise QueueAway

    monkeypatch.setattr("collectors.pages._starting.start_run", away)
    answer = operator.post(f"/accounts/{world.prod.pk}/collect/")
    assert "task queue does not answer" in messages_of(answer)


def test_pausing_takes_it_off_the_schedule_and_resuming_makes_it_due(operator: Client, world: World) -> None:
    operator.post(f"/accounts/{world.prod.pk}/pause/", {"paused": "yes"})
    world.prod.refresh_from_db()
    assert (world.prod.paused, world.prod.due_at) == (True, None)
    assert "paused" in text(operator.get("/accounts/?q=prod"))
    operator.post(f"/accounts/{world.prod.pk}/pause/", {"paused": "no"})
    world.prod.refresh_from_db()
    assert world.prod.paused is False and world.prod.due_at is not None


def test_name_group_and_schedule_are_kept(operator: Client, world: World) -> None:
    answers = {"name": "production", "group": "shop", "stance": "trusted", "every_minutes": "15"}
    operator.post(f"/accounts/{world.prod.pk}/schedule/", answers)
    kept = Account.objects.select_related("group").get(pk=world.prod.pk)
    assert (kept.name, str(kept.group), kept.stance, kept.every_minutes) == ("production", "shop", "trusted", 15)


@pytest.mark.parametrize("minutes", ["0", "4", "-5", "999999999", "often"])
def test_a_nonsensical_schedule_is_refused(operator: Client, world: World, minutes: str) -> None:
    answers = {"name": "production", "group": "", "stance": "own", "every_minutes": minutes}
    answer = operator.post(f"/accounts/{world.prod.pk}/schedule/", answers)
    assert "Not kept" in messages_of(answer)
    assert Account.objects.get(pk=world.prod.pk).every_minutes == 60


class Cloud:
    """A provider whose second call is refused."""

    def connect(self, account: Any) -> str:
        return "session"

    def checks(self, session: str) -> list[Check]:
        return [
            Check("lambda:ListFunctions", "ok", 0.12),
            Check("lambda:GetPolicy", "denied", 0.05, "Refused: api_key=abcdefghijklmnop1234", "lambda:GetPolicy"),
        ]


@pytest.fixture
def asked_test(world: World) -> ConnectionTest:
    return ConnectionTest.objects.create(account=world.prod, asked_at=timezone.now())


def test_the_checklist_says_how_each_call_went(
    viewer: Client, asked_test: ConnectionTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collectors.trial.cloud", lambda slug: Cloud())
    try_connection(asked_test.pk)
    page = text(viewer.get(f"/accounts/{asked_test.account_id}/test-result/"))
    assert "1 of 2 calls were refused or failed" in page
    assert "lambda:GetPolicy" in page and "denied" in page


def test_a_connection_that_cannot_be_opened_is_told_in_a_sentence(
    viewer: Client, asked_test: ConnectionTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Closed(Cloud):
        def connect(self, account: Any) -> str:
            raise BadCredentials("The role cannot be assumed: the external id does not fit.")

    monkeypatch.setattr("collectors.trial.cloud", lambda slug: Closed())
    try_connection(asked_test.pk)
    page = text(viewer.get(f"/accounts/{asked_test.account_id}/"))
    assert "no connection" in page and "the external id does not fit" in page


def test_a_running_test_is_asked_for_again_and_a_finished_one_is_not(
    viewer: Client, asked_test: ConnectionTest
) -> None:
    address = f"/accounts/{asked_test.account_id}/test-result/"
    assert b'hx-trigger="every 2s"' in viewer.get(address).content
    asked_test.finished_at = timezone.now()
    asked_test.save()
    assert b"hx-trigger" not in viewer.get(address).content


def test_a_test_that_no_worker_takes_is_not_waited_for_for_ever(viewer: Client, asked_test: ConnectionTest) -> None:
    ConnectionTest.objects.update(asked_at=timezone.now() - timedelta(minutes=5))
    page = viewer.get(f"/accounts/{asked_test.account_id}/test-result/").content
    assert b"no worker answered" in page and b"hx-trigger" not in page


def test_permissions_are_a_page_and_a_part(viewer: Client, world: World) -> None:
    address = f"/accounts/{world.prod.pk}/permissions/"
    whole, part = viewer.get(address), viewer.get(address, headers={"HX-Request": "true"})
    assert b"<html" in whole.content and b"lambda:ListFunctions" in whole.content
    assert b"<html" not in part.content and b"lambda:ListFunctions" in part.content
    assert "HX-Request" in part["Vary"]


def test_what_vanished_at_once_is_shown_until_it_is_confirmed(viewer: Client, world: World) -> None:
    listed = Coverage("functions", ReadState.COMPLETE, listing=True)
    at = timezone.now()
    first = open_scope(world.prod, "us-west-2", at - timedelta(hours=2))
    first.store([Observation(Kind.FUNCTION, f"arn:f{n}", f"f{n:02}", "us-west-2", "functions", {}) for n in range(30)])
    first.close([listed])
    assert "Vanished" not in text(viewer.get(f"/accounts/{world.prod.pk}/"))
    open_scope(world.prod, "us-west-2", at - timedelta(hours=1)).close([listed])
    page = text(viewer.get(f"/accounts/{world.prod.pk}/"))
    assert "Vanished, not confirmed" in page and "30 resources not listed since" in page and "f00, f01" in page
    open_scope(world.prod, "us-west-2", at).close([listed])
    assert "Vanished" not in text(viewer.get(f"/accounts/{world.prod.pk}/"))
