"""What workers do for findings: end acceptances on their day, judge what only time has changed, and tell of news."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerAway

from findings import acting, again, mass
from findings.compliance import keep_stands
from findings.delivering import deliver, due, forget
from findings.evaluate import judge_account, judge_everything
from findings.gathering import Heights, gather, heights, with_news
from findings.losing import reckon
from findings.models import Alert, Finding, TriageJob
from findings.models.ledger import fold_all
from inventory.clock import now
from inventory.models import Account

log = structlog.get_logger(__name__)


@shared_task(name="findings.tasks.expire")
def expire() -> None:
    """Every few minutes: open again what was accepted or snoozed until a day that has come, and fold the counts."""
    number = Finding.objects.all().expire(now())
    if number:
        log.info("acceptances_expired", findings=number)
    fold_all()


def start(job: TriageJob) -> int:
    """Keep a job and tell the workers; returns its key. Raises WrongTriage for what cannot be done to any finding."""
    acting.check(job.action, job.said, job.by, job.at)
    job.save()
    transaction.on_commit(lambda: _send(job.pk))
    return job.pk


def _send(pk: int) -> None:
    try:
        triage_job.delay(pk)
    except (BrokerAway, ConnectionError) as fault:
        # It is kept: `resume_jobs` sends it when the queue is back.
        log.warning("queue_away", job=pk, error_class=type(fault).__name__)


@shared_task(name="findings.tasks.triage_job")
def triage_job(pk: int) -> None:
    """Do what a person asked for many findings; goes on where an earlier worker stopped."""
    mass.work(pk)


@shared_task(name="findings.tasks.resume_jobs")
def resume_jobs() -> None:
    """Every minute: send again what no worker works on."""
    for pk in mass.untaken(now()):
        _send(pk)


@shared_task(name="findings.tasks.evaluate")
def evaluate(accounts: list[int] | None = None) -> None:
    """Judge these accounts anew (all when none is named): once a day, for support of a runtime ends on a day that no
    reading tells, and when somebody changed what holds for a rule."""
    at = now()
    if accounts is None:
        done = sum(counted["functions"] for _, counted in judge_everything(at))
    else:
        done = sum(judge_account(one, at)["functions"] for one in Account.objects.filter(pk__in=accounts))
    log.info("evaluated", functions=done)


@shared_task(name="findings.tasks.look_again")
def look_again() -> None:
    """Every minute: have those accounts judged again that stand otherwise since others were read (see `again`)."""
    for pk in again.look(now()):
        judge_again.delay(pk)


@shared_task(name="findings.tasks.judge_again")
def judge_again(pk: int) -> None:
    """Judge one account again, unless somebody did meanwhile."""
    log.info("judged_again", account=pk, functions=again.judge_again(pk, now()))


@shared_task(name="findings.tasks.keep_compliance")
def keep_compliance() -> None:
    """Every hour: how each control stands today; the last of a day is what is kept of it."""
    log.info("compliance_kept", changed=keep_stands(now()))


@shared_task(name="findings.tasks.alert")
def alert() -> None:
    """Every minute: see what is new for whom, and send what is due. Each alert, each delivery is a task of its own."""
    at = now()
    if Alert.objects.filter(enabled=True).exists():
        reckon(at)
        top = heights()
        for pk in with_news(top, at):
            gather_one.delay(pk, top.finding, top.change, top.loss)
    for pk in due(at):
        deliver_one.delay(pk)
    forget(at)


@shared_task(name="findings.tasks.gather_one")
def gather_one(pk: int, finding: int, change: int, loss: int) -> None:
    """Find what one alert has to tell, and have it sent."""
    for delivery in gather(pk, Heights(finding, change, loss), now()):
        deliver_one.delay(delivery)


@shared_task(name="findings.tasks.deliver_one")
def deliver_one(pk: int) -> None:
    """Try one delivery."""
    deliver(pk, now())
