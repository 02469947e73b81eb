"""The connect forms: what each provider asks, what it says beside the form, and what is sent to be checked."""

import re
from typing import Any

import pytest
from django.test import Client

from collectors.clouds import cloud
from collectors.pages._questions import QUESTIONS
from inventory.models import Account

SUBSCRIPTION = "5a000000-0000-4000-8000-000000000011"
CLIENT = "6b1e7d52-1111-4222-8333-abcdefabcdef"
SHARED = {"stance": "own", "every_minutes": "60", "group": ""}


@pytest.fixture(autouse=True)
def checked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of a connection in this process, as the other process would make it; no test of it is queued."""

    def checked(slug: str, native_id: str, answers: dict[str, Any]) -> dict[str, Any]:
        return cloud(slug).connection(native_id, answers)

    monkeypatch.setattr("collectors.pages._forms.checked_connection", checked)
    monkeypatch.setattr("collectors.trial.try_connection.delay", lambda pk: None)


@pytest.mark.parametrize(
    ("slug", "native_id", "answers", "kept"),
    [
        ("gcp", "acme-prod-1234", {}, {}),
        ("gcp", "acme-prod-1234", {"credentials_file": "/etc/fanlight/reader.json"},
         {"credentials_file": "/etc/fanlight/reader.json"}),
        ("gcp", "acme-prod-1234", {"impersonate": "reader@acme-prod-1234.iam.gserviceaccount.com"},
         {"impersonate": "reader@acme-prod-1234.iam.gserviceaccount.com"}),
        ("gcp", "acme-prod-1234", {"endpoint": "http://127.0.0.1:8089", "anonymous": "on"},
         {"endpoint": "http://127.0.0.1:8089", "anonymous": True}),
        ("azure", SUBSCRIPTION, {}, {}),
        ("azure", SUBSCRIPTION, {"credential": "managed identity", "client_id": CLIENT},
         {"credential": "managed identity", "client_id": CLIENT}),
        ("azure", SUBSCRIPTION, {"credential": "workload identity", "tenant": "acme.example"},
         {"credential": "workload identity", "tenant": "acme.example"}),
        ("azure", SUBSCRIPTION,
         {"credential": "client secret", "tenant": "acme.example", "client_id": CLIENT, "secret": "env:AZURE_SECRET"},
         {"credential": "client secret", "tenant": "acme.example", "client_id": CLIENT, "secret": "env:AZURE_SECRET"}),
        ("azure", SUBSCRIPTION, {"endpoint": "http://127.0.0.1:8089", "anonymous": "on"},
         {"endpoint": "http://127.0.0.1:8089", "credential": "anonymous"}),
    ],
)  # fmt: skip
def test_every_way_to_sign_in_can_be_connected(
    operator: Client, slug: str, native_id: str, answers: dict[str, str], kept: dict[str, Any]
) -> None:
    answer = operator.post(f"/accounts/add/{slug}/", {**SHARED, "native_id": native_id, "name": "acme", **answers})
    assert answer.status_code == 302, answer.content.decode()
    assert Account.objects.get().connection == kept


@pytest.mark.parametrize(
    ("slug", "answers", "told"),
    [
        ("gcp", {"native_id": "acme-prod-1234", "credentials_file": '{"private_key": "x"}'}, "never its content"),
        ("gcp", {"native_id": "acme-prod-1234", "anonymous": "on"}, "Google answers nobody without credentials"),
        ("gcp", {"native_id": "123456789012"}, "That is a number"),
        ("azure", {"native_id": SUBSCRIPTION, "credential": "client secret", "tenant": "acme.example",
                   "client_id": CLIENT, "secret": "s3cr3t~value"}, "A secret itself is never kept"),
        ("azure", {"native_id": SUBSCRIPTION, "endpoint": "http://10.0.0.1"}, "is not encrypted"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_said_and_nothing_is_kept(
    operator: Client, slug: str, answers: dict[str, str], told: str
) -> None:
    answer = operator.post(f"/accounts/add/{slug}/", {**SHARED, "name": "acme", **answers})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize("slug", sorted(QUESTIONS))
def test_beside_the_form_stands_what_to_do_in_the_cloud_and_the_role_to_paste(operator: Client, slug: str) -> None:
    page = operator.get(f"/accounts/add/{slug}/").content.decode()
    assert "In the cloud first" in page
    assert f'hx-get="/accounts/add/{slug}/permissions/"' in page
    assert all(asked.label in re.sub("&#x27;", "'", page) for asked in QUESTIONS[slug].asked)


def test_the_role_to_paste_only_reads_and_is_for_operators(
    operator: Client, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "collectors.pages.accounts.permissions_document", lambda slug, connection: f"role of {slug} {connection}"
    )
    part = operator.get("/accounts/add/gcp/permissions/", headers={"HX-Request": "true"}).content.decode()
    assert "role of gcp {}" in part
    assert "<html" not in part
    assert "<h1>Permissions to grant</h1>" in operator.get("/accounts/add/gcp/permissions/").content.decode()
    assert viewer.get("/accounts/add/gcp/permissions/").status_code == 403
    assert operator.get("/accounts/add/nimbus/permissions/").status_code == 404


def test_what_only_emulators_need_is_folded_until_it_is_used(operator: Client) -> None:
    assert '<details class="rare">' in operator.get("/accounts/add/azure/").content.decode()
    wrong = {**SHARED, "native_id": SUBSCRIPTION, "name": "acme", "endpoint": "ftp://x"}
    assert '<details class="rare" open>' in operator.post("/accounts/add/azure/", wrong).content.decode()
