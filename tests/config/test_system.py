"""The System page tells admins, and nobody else, how the installation is."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from collectors.models import Pulse, Run, Worker
from config import system
from config.celery import app
from inventory.models import Account, User

pytestmark = pytest.mark.django_db
ADDRESSES = ["/settings/system/", "/settings/system/licences/", "/settings/system/sbom.json"]


@pytest.fixture
def admin(client: Client) -> Client:
    client.force_login(User.objects.create_user("omar", password="x", role="admin"))
    return client


def page(client: Client) -> str:
    answer = client.get("/settings/system/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_admins_are_told(client: Client, address: str) -> None:
    assert client.get(address).status_code == 302, "nobody who has not signed in"
    olga = User.objects.create_user("olga", password="x", role="operator")
    client.force_login(olga)
    assert client.get(address).status_code == 403, "no operator"
    account = Account.objects.create(provider="aws", native_id="1", name="acme-lab")
    olga.assignments.create(role="admin", account=account)
    assert client.get(address).status_code == 403, "nobody who administers a part only"


def test_workers_are_shown_while_they_live(admin: Client) -> None:
    at = timezone.now()
    assert "No worker has shown itself lately" in page(admin)
    Worker.objects.create(name="celery@one", started_at=at, at=at, version="0.0.9", tasks_at_once=4)
    Worker.objects.create(name="celery@dead", started_at=at, at=at - timedelta(minutes=5), version="0.1.0")
    text = page(admin)
    assert "celery@one" in text and "celery@dead" not in text
    assert "other version" in text, "a worker of another version is pointed out"
    assert "No worker" not in text


def test_it_says_when_the_queue_does_not_answer(admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_args: Any, **_kwargs: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr(app, "connection_for_read", refused)
    monkeypatch.setattr(app, "connection_for_write", refused)
    text = page(admin)
    assert "no answer" in text and 'Tasks in the queue</dt><dd><span class="unknown">unknown' in text


def test_parked_accounts_are_named_until_somebody_acts(admin: Client) -> None:
    account = Account.objects.create(provider="aws", native_id="1", name="acme-poison")
    Run.objects.create(account=account, state=Run.State.FAILED, error_class="parked", queued_at=timezone.now())
    assert "acme-poison" in page(admin)
    Account.objects.update(due_at=timezone.now())
    assert "acme-poison" not in page(admin)


def test_it_tells_retention_versions_tables_and_the_last_clearing(admin: Client, settings: Any) -> None:
    settings.KEEP_HISTORY_DAYS, settings.KEEP_RUN_DAYS = 400, 1
    Pulse.beat("prune", timezone.now() - timedelta(hours=3))
    text = page(admin)
    assert "400 days" in text and "1 day<" in text and "3 h ago" in text
    assert settings.VERSION in text
    newest = dict(system.tables().newest)
    assert set(newest) == {"inventory", "collectors", "findings"} or set(newest) >= {"inventory", "collectors"}
    assert system.tables().waiting == []
    assert system.storage().size > 0


def test_waiting_migrations_and_bad_settings_are_told(
    admin: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    behind = system.Tables([("inventory", "0001_initial")], ["inventory 0002_more"])
    monkeypatch.setattr(system, "tables", lambda: behind)
    settings.METRICS_TOKEN = "short"
    text = page(admin)
    assert "1 waiting." in text
    assert "FANLIGHT_METRICS_TOKEN is shorter" in text and "fanlight.E015" in text


def test_the_number_of_questions_does_not_grow_with_what_there_is(
    admin: Client, django_assert_max_num_queries: Any
) -> None:
    at = timezone.now()
    for number in range(30):
        account = Account.objects.create(provider="aws", native_id=str(number), name=f"a{number}")
        Run.objects.create(account=account, state=Run.State.FAILED, error_class="parked", queued_at=at)
        Worker.objects.create(name=f"w{number}", started_at=at, at=at, version="x")
    with django_assert_max_num_queries(25):
        page(admin)


def test_licences_and_the_bill_of_materials_can_be_had(admin: Client) -> None:
    listed = admin.get("/settings/system/licences/").content.decode()
    assert "django-htmx" in listed and "chart.js" in listed
    answer = admin.get("/settings/system/sbom.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert json.loads(answer.content)["bomFormat"] == "CycloneDX"
