"""What people do with alerts, from the pages and from the API alike; each deed is told to the audit log."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from kombu.exceptions import OperationalError
from rest_framework.request import Request

from findings.alert_form import AlertForm
from findings.delivering import again, trial_of
from findings.gathering import start
from findings.losing import reckon
from findings.models import Alert, Delivery
from findings.tasks import deliver_one
from inventory.audit import audit
from inventory.clock import now

TOLD = ("name", "list_name", "query", "rules", "events", "severity", "least", "quiet", "enabled")
Asked = HttpRequest | Request


def told_of(one: Alert) -> dict[str, Any]:
    """What the audit log says of an alert."""
    return {**{name: getattr(one, name) for name in TOLD}, "channel": one.channel.name if one.channel_id else ""}


def keep(form: AlertForm, request: Asked, was: dict[str, Any] | None = None) -> Alert:
    """Keep what a valid form says; `was` is what `told_of` said before. A new alert begins with what happens now."""
    one = form.save(commit=False)
    one.fault, one.tries = "", 0
    if one._state.adding:
        reckon(now())
        start(one, now())
    with transaction.atomic():
        one.save()
        audit("alert", request, of=one, before=was or None, after=told_of(one))
    return one


def switched(one: Alert, on: bool, request: Asked) -> None:
    """Turn it on or off. Turned on, it begins with what happens from then on."""
    if one.enabled == on:
        return
    one.enabled = on
    start(one, now())
    with transaction.atomic():
        one.notices.filter(delivery=None).delete()
        one.save()
        audit("alert", request, of=one, before={"enabled": not on}, after={"enabled": on})


def tried(one: Alert, request: Asked) -> Delivery:
    """Send a message that says that it is a test."""
    with transaction.atomic():
        trial = trial_of(one, now())
        audit("alert", request, of=one, after={"tested": one.channel.name})
    _soon(trial.pk)
    return trial


def remove(one: Alert, request: Asked) -> None:
    """Take it out with its log."""
    with transaction.atomic():
        audit("alert", request, of=one, before=told_of(one), after={"deleted": True})
        one.delete()


def again_of(delivery: Delivery, request: Asked) -> None:
    """Take up again a delivery that was given up."""
    with transaction.atomic():
        if again(delivery, now()):
            audit("alert", request, of=delivery.alert, after={"tried again": str(delivery.key)})
    _soon(delivery.pk)


def _soon(delivery: int) -> None:
    """At once if the queue is there; otherwise the scheduler's next round does it."""
    try:
        deliver_one.delay(delivery)
    except OperationalError:
        return
