"""What workers do for findings: end acceptances on their day, judge what only time has changed, and tell of news."""

from __future__ import annotations

import structlog
from celery import shared_task

from findings.compliance import keep_stands
from findings.delivering import deliver, due, forget
from findings.evaluate import judge_account, judge_everything
from findings.gathering import Heights, gather, heights, with_news
from findings.losing import reckon
from findings.models import Alert, Finding
from inventory.clock import now
from inventory.models import Account

log = structlog.get_logger(__name__)


@shared_task(name="findings.tasks.expire")
def expire() -> None:
    """Every few minutes: open again what was accepted or snoozed until a day that has come."""
    number = Finding.objects.all().expire(now())
    if number:
        log.info("acceptances_expired", findings=number)


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
