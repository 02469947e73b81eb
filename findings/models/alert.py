"""Alerts: what somebody wants to be told, by which channel; what there is to tell; and what became of telling it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import Q
from django.utils import timezone

from findings.severity import Severity
from inventory.models import Account, User
from inventory.sealed import seal, unseal


class ChannelQuerySet(models.QuerySet["Channel"]):
    def at_work(self) -> Self:
        """Those by which something can be sent; see `Channel.needs_its_secret`."""
        return self.filter(enabled=True).exclude(~Q(place=""), sealed_address="")


class Channel(models.Model):
    """A way to tell people, of a kind of `findings.alerts`. Its address and secret are sealed and never shown again;
    `place` is the host of the address, for people. `recipients` are for e-mail."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=20)
    place = models.CharField(max_length=255, blank=True)
    recipients = models.JSONField(default=list, blank=True)
    sealed_address = models.TextField(blank=True)
    sealed_secret = models.TextField(blank=True)
    enabled = models.BooleanField(default=True)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def needs_its_secret(self) -> bool:
        """Whether it came with the configuration of another installation, which never holds address and secret: until
        somebody enters them here it sends nothing."""
        return bool(self.place) and not self.sealed_address

    @property
    def is_at_work(self) -> bool:
        return self.enabled and not self.needs_its_secret

    @property
    def address(self) -> str:
        """In clear. Raises inventory.sealed.Unreadable."""
        return unseal(self.sealed_address, f"{self.uid}:address")

    @address.setter
    def address(self, text: str) -> None:
        self.sealed_address = seal(text, f"{self.uid}:address")

    @property
    def secret(self) -> str:
        """In clear. Raises inventory.sealed.Unreadable."""
        return unseal(self.sealed_secret, f"{self.uid}:secret")

    @secret.setter
    def secret(self, text: str) -> None:
        self.sealed_secret = seal(text, f"{self.uid}:secret")


class AlertQuerySet(models.QuerySet["Alert"]):
    def visible_to(self, user: User | Any) -> Self:
        """One's own; all of them for those who administer the installation."""
        return self if user.may("administer") else self.filter(owner=user.pk)


class Alert(models.Model):
    """What its owner wants to be told: these `events` of what `query` finds in the list `list_name`, findings of
    `rules` (ids; none: of every rule) from `severity` on, once there are `least` of them within a day; not between
    `quiet_from` and `quiet_until` in `time_zone`. What its owner may see when a message is made is all that it tells.

    `finding_mark`, `change_mark` and `loss_mark` are the last entries of each log that were looked at; `fault` says
    why the alert cannot work. `tries` counts beginnings that no end followed.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="alerts")
    name = models.CharField(max_length=100)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="alerts")
    list_name = models.CharField(max_length=20, default="findings")
    query = models.TextField(blank=True)
    rules = models.JSONField(default=list, blank=True)
    events = models.JSONField(default=list)
    severity = models.CharField(max_length=8, default=Severity.HIGH)
    least = models.PositiveIntegerField(default=1)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    enabled = models.BooleanField(default=True)
    fault = models.CharField(max_length=500, blank=True)
    tries = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(default=timezone.now)
    finding_mark = models.BigIntegerField(default=0)
    change_mark = models.BigIntegerField(default=0)
    loss_mark = models.BigIntegerField(default=0)
    expiry_at = models.DateTimeField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def rank(self) -> int:
        return Severity(self.severity).rank

    @property
    def is_narrow(self) -> bool:
        """Whether it tells of less than everything that its owner sees."""
        return bool(self.query.strip() or self.rules)

    def is_quiet(self, at: datetime) -> bool:
        """Whether nothing is sent at this time; from 22:00 until 07:00 goes over midnight."""
        if self.quiet_from is None or self.quiet_until is None or self.quiet_from == self.quiet_until:
            return False
        here = at.astimezone(ZoneInfo(self.time_zone)).time()
        if self.quiet_from < self.quiet_until:
            return self.quiet_from <= here < self.quiet_until
        return here >= self.quiet_from or here < self.quiet_until

    @property
    def quiet(self) -> str:
        """The quiet hours in words; empty when there are none."""
        if self.quiet_from is None or self.quiet_until is None:
            return ""
        return f"{self.quiet_from:%H:%M} to {self.quiet_until:%H:%M}, {self.time_zone}"


class Delivery(models.Model):
    """One message: what it tells is found by its notices, its text is made when it is sent. `key` stays the same for
    all attempts. `next_at` is when it is tried again; a worker that takes it moves that ahead, so that a second one
    does not, and so that it is taken up again when the first one dies. `total` counts what it tells of."""

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        FAILED = "failed"
        DEAD = "dead"
        DROPPED = "dropped"

    #: Somebody still has to send these.
    WAITING = (State.PENDING, State.FAILED)

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="deliveries")
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    test = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    status = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "deliveries"
        indexes = [
            models.Index(fields=["next_at"], name="delivery_waiting", condition=Q(state__in=["pending", "failed"])),
            models.Index(fields=["alert", "-made_at"], name="delivery_of_alert"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Notice(models.Model):
    """One thing an alert has to tell: the row `about` of the log that `kind` names. `key` says it once only."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10)
    about = models.BigIntegerField()
    key = models.CharField(max_length=80)
    at = models.DateTimeField()
    delivery = models.ForeignKey(Delivery, models.CASCADE, null=True, related_name="notices")

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["alert", "key"], name="notice_once")]

    def __str__(self) -> str:
        return self.key


class Loss(models.Model):
    """Parts of an account that can no longer be read (`kind` is coverage), or that vanished at once and are not
    believed to be gone (held); one row for all scopes to which it happened together. `until` is when it was over."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="losses")
    kind = models.CharField(max_length=8)
    scopes = models.JSONField(default=list)
    says = models.CharField(max_length=500)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = "losses"
        indexes = [models.Index(fields=["account"], name="loss_now", condition=Q(until=None))]

    def __str__(self) -> str:
        return f"{self.account_id} {self.kind}"
