"""Sending deliveries: at least once, each attempt under the same key; what cannot be sent for a day is dead, and shown.

An attempt is claimed by moving `next_at` ahead. A worker that dies between sending and saying so leaves it there, and
the next one sends again, with the same key, by which the receiver knows it.
"""

from __future__ import annotations

import random
import smtplib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F

from findings import alerts
from findings.message import Aim, Channel, Message, Ways
from findings.models import Alert, Delivery
from findings.models import Channel as ChannelRow
from findings.outward import Outward, Refused, Undelivered
from findings.telling import message_of
from inventory.sealed import Unreadable
from inventory.shelf import shelf

log = structlog.get_logger(__name__)

#: Waits after the first, second … attempt: eight attempts over a day.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 420, 759))
ATTEMPTS = len(WAITS) + 1
JITTER = 0.1
#: A worker that has not said within this time what became of an attempt has died.
LEASE = timedelta(minutes=3)
QUIET_WAIT = timedelta(minutes=10)
KEEP = timedelta(days=90)
_DICE = random.SystemRandom()


@lru_cache(maxsize=1)
def channels() -> dict[str, Channel]:
    """Kind → channel, of the files in `findings/alerts`."""
    return {one.kind: one for one in shelf(alerts, "CHANNEL").values()}


def outward() -> Outward:
    """The guarded way out, as the operator has set it."""
    return Outward(frozenset(one.lower() for one in settings.OUTWARD_ALLOWED), frozenset(settings.OUTWARD_PORTS))


class Out:
    """Both ways out; see `findings.message.Ways`."""

    def __init__(self, guarded: Outward | None = None) -> None:
        self.guarded = guarded or outward()

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> int:
        return self.guarded.post(address, headers, body)

    def mail(self, to: Sequence[str], subject: str, text: str, key: str) -> None:
        if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") and not settings.EMAIL_HOST:
            raise Undelivered("No mail server is set. An operator names it with FANLIGHT_EMAIL_HOST.")
        # One key is one message, also for mail servers and programs that meet it twice.
        headers = {"Message-ID": f"<{key}@fanlight>", "Auto-Submitted": "auto-generated"}
        sender = settings.DEFAULT_FROM_EMAIL or None
        try:
            EmailMessage(subject, text, sender, bcc=list(to), headers=headers).send()
        except (smtplib.SMTPException, OSError) as fault:
            code = getattr(fault, "smtp_code", "")
            raise Undelivered(f"The mail server did not take it{f' (status {code})' if code else ''}.") from None


def due(at: datetime) -> list[int]:
    """The deliveries to be tried now, oldest first."""
    waiting = Delivery.objects.filter(state__in=Delivery.WAITING, next_at__lte=at)
    return list(waiting.order_by("next_at").values_list("pk", flat=True)[:1_000])


def deliver(pk: int, at: datetime, ways: Ways | None = None) -> None:
    """Try one delivery, if no other worker does, and write down what came of it."""
    mine = Delivery.objects.filter(pk=pk, state__in=Delivery.WAITING, next_at__lte=at)
    if not mine.update(next_at=at + LEASE, attempts=F("attempts") + 1):
        return
    delivery = Delivery.objects.select_related("alert__owner", "alert__channel").get(pk=pk)
    alert = delivery.alert
    if not delivery.test and alert.is_quiet(at):
        _write(delivery, next_at=at + QUIET_WAIT, attempts=delivery.attempts - 1)
    elif not alert.channel.is_at_work or not (alert.enabled or delivery.test):
        _end(delivery, Delivery.State.DROPPED, "The alert or its channel is off.", at)
    elif delivery.attempts > ATTEMPTS:
        _end(delivery, Delivery.State.DEAD, "The worker ended each time before it could say what came of it.", at)
    else:
        message = message_of(delivery, at)
        if message.lines:
            _try(delivery, message, at, ways or Out())
        else:
            _end(delivery, Delivery.State.DROPPED, "Nothing of it is there for the alert's owner any more.", at)


def _try(delivery: Delivery, message: Message, at: datetime, ways: Ways) -> None:
    try:
        status = sent(delivery.alert.channel, delivery.alert, message, ways, at)
    except (Undelivered, Unreadable) as why:
        _failed(delivery, str(why), at)
    else:
        _end(delivery, Delivery.State.SENT, status, at)


def sent(row: ChannelRow, alert: Alert, message: Message, ways: Ways, at: datetime) -> str:
    """Send by a channel; the status text. Raises Undelivered and Unreadable."""
    channel = channels().get(row.kind)
    if channel is None:
        raise Refused(f"There is no channel of the kind {row.kind!r} any more.")
    recipients = row.recipients or [alert.owner.email] * bool(alert.owner.email)
    return channel.send(message, Aim(row.address, row.secret, recipients), ways, at)


def _failed(delivery: Delivery, why: str, at: datetime) -> None:
    if delivery.attempts >= ATTEMPTS:
        log.warning("alert_dead", delivery=str(delivery.key), alert=delivery.alert_id)
        _end(delivery, Delivery.State.DEAD, why, at)
        return
    wait = WAITS[delivery.attempts - 1] * _DICE.uniform(1 - JITTER, 1 + JITTER)
    _write(delivery, state=Delivery.State.FAILED, status=why[:300], next_at=at + wait)


def _end(delivery: Delivery, state: Delivery.State, status: str, at: datetime) -> None:
    _write(delivery, state=state, status=status[:300], next_at=None, ended_at=at)


def _write(delivery: Delivery, **columns: object) -> None:
    """Unless somebody else took it up meanwhile: the count of attempts tells."""
    Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(**columns)


def trial_of(alert: Alert, at: datetime) -> Delivery:
    """A delivery that only says that messages arrive."""
    return Delivery.objects.create(alert=alert, test=True, total=0, made_at=at, next_at=at)


def again(delivery: Delivery, at: datetime) -> bool:
    """Take a dead one up anew, with all its attempts; False when it is not dead."""
    dead = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.DEAD)
    return bool(dead.update(state=Delivery.State.PENDING, attempts=0, next_at=at, ended_at=None))


def forget(at: datetime) -> None:
    """Take out what was over long ago; dead ones stay as long as the others."""
    Delivery.objects.filter(ended_at__lte=at - KEEP).delete()
