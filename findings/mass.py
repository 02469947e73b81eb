"""Work off a triage job piece by piece. A message may come twice and a worker may die: nothing is done twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, cast

import structlog
from django.db import transaction
from django.db.models import F, Q

from findings.acting import ACTIONS, within_reach
from findings.models import Finding, TriageJob, WrongTriage
from findings.models.triage import FindingQuerySet
from findings.scope import accounts_of
from findings.search import FINDINGS
from inventory.audit import audit
from inventory.clock import now
from inventory.search.parse import ParseError

log = structlog.get_logger(__name__)

PIECE = 250
#: More than so many are left to a worker.
AT_ONCE = 500
#: A job whose worker showed no life for so long is sent again.
LOST_AFTER = timedelta(minutes=2)


def found(job: TriageJob) -> FindingQuerySet:
    """What the job is about, of what its owner may triage now. Raises ParseError."""
    within = Q(account__in=accounts_of(job.by, job.scope)) if job.scope else Q()
    if job.rule:
        within &= Q(rule=job.rule)
    rows = FINDINGS.search(job.query, job.by, job.at, within).rows()
    return within_reach(cast(FindingQuerySet, rows), job.by)


def work(pk: int) -> None:
    """Do what is left of a job, whoever began it."""
    while _piece(pk):
        pass


def _piece(pk: int) -> bool:
    """One piece, with the place reached, in one transaction; whether there is more to do."""
    with transaction.atomic():
        # Whoever holds the row works; another worker that got the same message leaves it alone.
        job = TriageJob.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
        if job is None or not job.is_active:
            return False
        try:
            if not job.by.is_active:
                raise WrongTriage("Whoever asked for it may no longer sign in.")
            keys = list(found(job).filter(pk__gt=job.upto).order_by("pk").values_list("pk", flat=True)[:PIECE])
            changed = _act(job, keys) if keys else 0
        except (WrongTriage, ParseError) as wrong:
            return _end(job, TriageJob.State.FAILED, str(wrong))
        if not keys:
            return _end(job, TriageJob.State.DONE)
        job.state, job.upto, job.beat_at = TriageJob.State.RUNNING, keys[-1], now()
        job.done, job.changed = job.done + len(keys), job.changed + changed
        job.save(update_fields=["state", "upto", "beat_at", "done", "changed"])
    return True


def _act(job: TriageJob, keys: list[int]) -> int:
    rows = Finding.objects.filter(pk__in=keys)
    return ACTIONS[job.action](rows, job.said, job.by, job.at)


def _end(job: TriageJob, state: TriageJob.State, error: str = "") -> bool:
    job.state, job.ended_at, job.error = state, now(), error[:300]
    job.save(update_fields=["state", "ended_at", "error"])
    audit("triage", by=job.by, of=job, after=told(job), at=job.ended_at)
    log.info("triage_job_ended", job=job.pk, state=state, changed=job.changed)
    return False


def told(job: TriageJob) -> dict[str, Any]:
    """What the audit log says of a job."""
    said = {name: value for name, value in job.said.items() if value and name in ("reason", "until", "assignee", "due")}
    return {"did": job.action, **said, "query": job.query, "scope": job.scope, "rule": job.rule,
            "confirmed": job.number, "findings": job.changed, "ended": str(job.state), "error": job.error}  # fmt: skip


def untaken(at: datetime) -> list[int]:
    """Jobs that no worker works on, though they are not ended: to be sent again."""
    jobs = TriageJob.objects.filter(state__in=TriageJob.ACTIVE, beat_at__lt=at - LOST_AFTER)
    keys = list(jobs.values_list("pk", flat=True))
    TriageJob.objects.filter(pk__in=keys).update(beat_at=at, state=F("state"))
    return keys
