"""Triage of all that a query finds, by a worker: once, whatever happens to workers and messages."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from findings import mass, tasks
from findings.models import Finding, FindingEvent, TriageJob
from findings.models.ledger import differences
from inventory.models import Account, Assignment, User
from inventory.models.audit import AuditEntry
from tests.cast import DAY_ONE
from tests.findings.toy import Put, reported, toy


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch, account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, DAY_ONE, **{f"f{number}": 1024 for number in range(7)})
    monkeypatch.setattr(mass, "PIECE", 2)
    monkeypatch.setattr(mass, "AT_ONCE", 5)


@pytest.fixture
def ann(db: None) -> User:
    return User.objects.create_user("ann", role="analyst")


def order(ann: User, **changes: Any) -> TriageJob:
    at = timezone.now()
    told = {"by": ann, "query": "severity:medium", "action": "in-review", "number": 7, "at": at, "beat_at": at}
    return TriageJob.objects.create(**told | changes)


def test_more_than_are_done_at_once_are_left_to_a_worker_and_shown(ann: User, client: Client) -> None:
    client.force_login(ann)
    said = {"q": "severity:medium", "action": "accept", "all": "1", "number": "7"}
    refused = client.post("/findings/triage/", said, follow=True)
    assert not TriageJob.objects.exists() and b"day" in refused.content, "it could not be done to any"
    answer = client.post("/findings/triage/", {**said, "action": "in-review", "reason": "We look."})
    job = TriageJob.objects.get()
    assert answer["Location"] == f"/findings/jobs/{job.pk}/"
    assert not Finding.objects.filter(state="in review").exists()
    page = client.get(answer["Location"]).content.decode()
    assert "Waiting for a worker" in page and "severity:medium" in page and "every 2s" in page
    mass.work(job.pk)
    ended = client.get(f"{answer['Location']}progress/").content.decode()
    assert "7 of 7 changed" in ended and "every 2s" not in ended
    assert Finding.objects.filter(state="in review").count() == 7
    [entry] = AuditEntry.objects.filter(action="triage")
    assert entry.who == "ann" and "severity:medium" in str(entry.after) and "7" in str(entry.after)


def test_a_message_that_comes_twice_does_nothing_twice(ann: User) -> None:
    job = order(ann, action="comment", said={"reason": "Seen."})
    mass.work(job.pk)
    mass.work(job.pk)
    assert FindingEvent.objects.filter(what="comment").count() == 7
    assert AuditEntry.objects.filter(action="triage").count() == 1


def test_what_a_dead_worker_left_is_done_by_the_next_and_nothing_twice(
    ann: User, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, acted = order(ann, action="comment", said={"reason": "Seen."}), mass._act
    pieces: list[int] = []

    def dies(job: TriageJob, keys: list[int]) -> int:
        told = acted(job, keys)
        pieces.append(len(keys))
        if len(pieces) == 3:
            raise DatabaseError("The worker is gone in the middle of a piece.")
        return told

    monkeypatch.setattr(mass, "_act", dies)
    with pytest.raises(DatabaseError):
        mass.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, FindingEvent.objects.filter(what="comment").count()) == ("running", 4, 4)
    assert mass.untaken(timezone.now()) == [], "it may be alive"
    sent: list[int] = []
    monkeypatch.setattr(tasks, "_send", sent.append)
    TriageJob.objects.update(beat_at=timezone.now() - 2 * mass.LOST_AFTER)
    tasks.resume_jobs()
    assert sent == [job.pk]
    mass.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, job.changed) == ("done", 7, 7)
    assert FindingEvent.objects.filter(what="comment").count() == 7
    assert differences(Finding, account.pk) == {}


def test_who_may_no_longer_triage_changes_nothing(ann: User) -> None:
    job = order(ann)
    User.objects.update(role="viewer")
    mass.work(job.pk)
    job.refresh_from_db()
    assert (job.state, job.changed) == ("done", 0)
    other = order(User.objects.create_user("ben", role="analyst", is_active=False))
    mass.work(other.pk)
    other.refresh_from_db()
    assert other.state == "failed" and "no longer sign in" in other.error
    assert not Finding.objects.filter(state="in review").exists()


def test_a_job_of_another_is_seen_by_who_may_triage_everywhere_only(
    ann: User, account: Account, client: Client
) -> None:
    job = order(ann)
    client.force_login(User.objects.create_user("all", role="analyst"))
    assert client.get(f"/findings/jobs/{job.pk}/").status_code == 200
    ben = User.objects.create_user("ben", role="")
    Assignment.objects.create(user=ben, role="analyst", account=account)
    client.force_login(ben)
    assert client.get(f"/findings/jobs/{job.pk}/").status_code == 404
    assert client.get(f"/findings/jobs/{job.pk}/progress/").status_code == 404
