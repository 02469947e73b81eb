"""R-18: a database that takes no changes. Pages are read, what would change something says so, readiness is red."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from collectors.models import Pulse
from collectors.tasks import tick
from config.sessions import NOTED_EVERY, SEEN
from config.writable import refuses_writes
from findings.tasks import alert
from inventory.clock import now
from tests.cast import Cast, build_cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build_cast()


@pytest.fixture
def reader(cast: Cast) -> Client:
    """An operator's browser, signed in while the database still took changes."""
    Pulse.beat("tick", now())
    client = Client(raise_request_exception=False)
    cast.analyst.role = "operator"
    cast.analyst.save()
    client.force_login(cast.analyst)
    session = client.session
    session[SEEN] -= NOTED_EVERY + 1  # so that the next page would note a sign of life
    session.save()
    return client


@pytest.fixture
def read_only(reader: Client) -> Iterator[None]:
    """From here on every connection is refused any change: by the file's mode, or by PostgreSQL's setting."""
    known = connection.settings_dict
    kept = {"NAME": known["NAME"], "OPTIONS": dict(known["OPTIONS"])}
    connection.close()
    if connection.vendor == "sqlite":
        known["NAME"] = f"file:{known['NAME']}?mode=ro"
    else:
        known["OPTIONS"] = {**known["OPTIONS"], "options": "-c default_transaction_read_only=on"}
    try:
        yield
    finally:
        connection.close()
        known.update(kept)


PAGES = (
    "overview", "functions", "findings", "identities", "exposure", "changes", "compliance", "accounts", "runs", "rules",
    "settings", "api-functions", "api-findings",
)  # fmt: skip
TABS = ("overview", "permissions", "access", "network", "configuration", "findings", "history", "activity")


def test_pages_are_read_as_before(cast: Cast, reader: Client, read_only: None) -> None:
    uid = cast.functions["mailer"].uid
    tabs = [reverse("function-tab", kwargs={"uid": uid, "tab": tab}) for tab in TABS]
    answers = {address: reader.get(address).status_code for address in [*map(reverse, PAGES), *tabs]}
    assert {address: status for address, status in answers.items() if status != 200} == {}


def test_a_change_is_refused_with_a_sentence_and_not_made(cast: Cast, reader: Client, read_only: None) -> None:
    answer = reader.post(reverse("account-pause", kwargs={"pk": cast.account.pk}))
    assert answer.status_code == 503
    assert "takes no changes" in answer.content.decode()
    assert answer["Retry-After"]
    cast.account.refresh_from_db()
    assert not cast.account.paused


def test_readiness_is_red_and_says_which_part(reader: Client, read_only: None) -> None:
    answer = reader.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (503, "takes no changes")
    assert reader.get("/healthz").status_code == 200, "the process is well: starting it again would help nobody"


def test_what_runs_every_minute_fails_as_a_task_and_ends_no_worker(read_only: None) -> None:
    for task in (tick, alert):
        try:
            task()
        except DatabaseError as fault:
            assert refuses_writes(fault)


def test_other_faults_of_a_database_are_no_refused_changes() -> None:
    assert not refuses_writes(DatabaseError("connection refused"))
    assert not refuses_writes(ValueError("readonly database"))
    assert not refuses_writes(None)
