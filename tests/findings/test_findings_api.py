"""Findings and rules over the API: the same rows, and triage with the same rules."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from findings import mass
from findings.models import Finding, FindingEvent, TriageJob
from inventory.models import Account, User
from inventory.models.audit import AuditEntry
from inventory.models.people import Role
from tests.findings.toy import Put, reported, toy

LATER = f"{timezone.now() + timedelta(days=30):%Y-%m-%d}"


@pytest.fixture(autouse=True)
def estate(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, shop=4096, store=1024, tidy=128, hall=None)


def signed_in(role: str) -> Client:
    client = Client()
    client.force_login(User.objects.create_user(f"the-{role}", role=role))
    return client


@pytest.fixture
def analyst(account: Account) -> Client:
    return signed_in(Role.ANALYST)


def post(client: Client, address: str, **said: Any) -> Any:
    return client.post(f"/api/v1/{address}", said, content_type="application/json")


def test_findings_are_listed_by_query(analyst: Client) -> None:
    page = analyst.get("/api/v1/findings/", {"q": "severity:critical", "count": "1"}).json()
    assert (page["count"], [row["name"] for row in page["results"]]) == (1, ["shop"])
    assert analyst.get("/api/v1/findings/", {"q": "severity:bad"}).status_code == 400


def test_pages_follow_one_another_by_risk(analyst: Client) -> None:
    first = analyst.get("/api/v1/findings/", {"limit": 1}).json()
    second = analyst.get(first["next"]).json()
    assert [first["results"][0]["name"], second["results"][0]["name"]] == ["shop", "store"]
    assert second["next"] is None


def test_one_finding_has_its_log(analyst: Client) -> None:
    told = analyst.get(f"/api/v1/findings/{Finding.objects.get(function__name='shop').pk}/").json()
    assert [event["what"] for event in told["events"]] == ["opened"]
    assert analyst.get("/api/v1/findings/999999/").status_code == 404


def test_a_finding_is_triaged(analyst: Client) -> None:
    pk = Finding.objects.get(function__name="shop").pk
    answer = post(analyst, f"findings/{pk}/triage/", action="accept", reason="It is needed.", until=LATER)
    assert answer.json() == {"changed": 1}
    assert Finding.objects.get(pk=pk).state == "accepted"
    event = FindingEvent.objects.filter(finding=pk).first()
    assert event is not None and event.by_name == "the-analyst"
    entry = AuditEntry.objects.get(action="triage")
    assert (entry.who, entry.kind, entry.key) == ("the-analyst", "finding", str(pk))
    assert '"open"' in entry.before and '"accepted"' in entry.after


@pytest.mark.parametrize(
    "said",
    [
        {"action": "accept", "until": LATER}, {"action": "accept", "reason": "x", "until": "never"},
        {"action": "resolve"}, {"action": "assign", "assignee": "nobody-here"}, {},
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_a_sentence(analyst: Client, said: dict[str, str]) -> None:
    pk = Finding.objects.get(function__name="shop").pk
    answer = post(analyst, f"findings/{pk}/triage/", **said)
    assert answer.status_code == 400 and answer.json()["errors"]
    assert Finding.objects.get(pk=pk).state == "open"


def test_many_are_triaged_by_query_when_the_number_is_right(analyst: Client) -> None:
    wrong = post(analyst, "findings/triage/", q="severity:>=medium", number=7, action="in-review")
    assert wrong.status_code == 409 and "finds 2" in str(wrong.json())
    right = post(analyst, "findings/triage/", q="severity:>=medium", number=2, action="in-review")
    assert right.json() == {"changed": 2}
    assert set(Finding.objects.values_list("state", flat=True)) == {"in review"}
    assert "severity:>=medium" in AuditEntry.objects.get(action="triage").after


def test_many_are_triaged_by_their_numbers_all_or_none(analyst: Client) -> None:
    keys = list(Finding.objects.values_list("pk", flat=True))
    for strange in (999999, 0, -1, 2**63):
        wrong = post(analyst, "findings/triage/named/", ids=[*keys, strange], action="in-review")
        assert wrong.status_code == 409, strange
    wrong = post(analyst, "findings/triage/named/", ids=[*keys, 999999], action="in-review")
    assert wrong.status_code == 409 and "you may triage 2" in str(wrong.json())
    assert set(Finding.objects.values_list("state", flat=True)) == {"open"}
    assert post(analyst, "findings/triage/named/", ids=keys, action="in-review").json() == {"changed": 2}
    assert set(Finding.objects.values_list("state", flat=True)) == {"in review"}
    assert str(keys[0]) in AuditEntry.objects.get(action="triage").after


@pytest.mark.parametrize(
    "said",
    [
        {}, {"ids": [1], "q": "", "number": 1}, {"q": ""}, {"ids": []},
        {"ids": list(range(1, 502))}, {"ids": ["x"]}, {"q": "severity:bad", "number": 0},
    ],
)  # fmt: skip
def test_which_are_meant_must_be_said_once(analyst: Client, said: dict[str, Any]) -> None:
    place = "findings/triage/named/" if "ids" in said else "findings/triage/"
    assert post(analyst, place, action="in-review", **said).status_code == 400


def test_nobody_triages_by_number_where_they_may_only_look(account: Account) -> None:
    who = User.objects.create_user("half", role=Role.VIEWER)
    who.assignments.create(role=Role.ANALYST, account=Account.objects.create(provider="gcp", native_id="x", name="x"))
    client = Client()
    client.force_login(who)
    keys = list(Finding.objects.values_list("pk", flat=True))
    assert post(client, "findings/triage/named/", ids=keys, action="in-review").status_code == 409
    assert set(Finding.objects.values_list("state", flat=True)) == {"open"}


def test_thousands_are_left_to_a_worker_whose_job_is_told(
    analyst: Client, monkeypatch: pytest.MonkeyPatch, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    monkeypatch.setattr(mass, "AT_ONCE", 1)
    refused = post(analyst, "findings/triage/", q="", number=2, action="accept", until=LATER)
    assert refused.status_code == 400 and not TriageJob.objects.exists(), "it could not be done to any"
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(analyst, "findings/triage/", q="", number=2, action="in-review", reason="Ours.")
    assert answer.status_code == 202
    job = TriageJob.objects.get()
    assert answer.json() == {"job": job.pk, "number": 2}
    told = analyst.get(f"/api/v1/findings/triage/{job.pk}/").json()
    assert (told["state"], told["changed"], told["query"]) == ("done", 2, "")
    assert set(Finding.objects.values_list("state", flat=True)) == {"in review"}


def test_a_viewer_reads_and_does_not_triage() -> None:
    viewer = signed_in(Role.VIEWER)
    pk = Finding.objects.get(function__name="shop").pk
    assert viewer.get(f"/api/v1/findings/{pk}/").status_code == 200
    assert post(viewer, f"findings/{pk}/triage/", action="in-review").status_code == 403
    assert post(viewer, "findings/triage/", q="", number=2, action="in-review").status_code == 403


def test_rules_are_listed_with_how_they_stand(analyst: Client) -> None:
    [rule] = analyst.get("/api/v1/rules/").json()
    assert (rule["id"], rule["failing"], rule["of"], rule["unknown"], rule["open"]) == ("large", 2, 3, 1, 2)
    assert analyst.get("/api/v1/rules/large/").json()["title"] == "It has much memory"
    assert analyst.get("/api/v1/rules/nonsense/").status_code == 404


def test_a_function_tells_its_open_findings(analyst: Client) -> None:
    rows = analyst.get("/api/v1/functions/", {"q": "finding:critical", "fields": "name,findings"}).json()["results"]
    assert [(row["name"], row["findings"]["critical"]) for row in rows] == [("shop", 1)]
