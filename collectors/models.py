"""Runs: what was read when, how it ended, and what it cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from inventory.models import Account, User
from inventory.models.people import may


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User | Any) -> Self:
        return Account.objects.visible_to(user).limit(self)

    def active(self) -> Self:
        return self.filter(state__in=Run.ACTIVE)


class Run(models.Model):
    """One collection of one account. At most one is queued or running per account: the database sees to it.

    `only_function` (a native id) with the scope it is in: that one function was read, and nothing else.
    `at` is the time to which everything read is dated; `beat_at` shows that the worker lives. `totals` sums the scopes:
    {calls, retries, throttles, functions, added, changed, gone, held, quarantined}.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        PARTIAL = "partial"
        FAILED = "failed"
        CANCELLED = "cancelled"
        LOST = "lost"

    ACTIVE = (State.QUEUED, State.RUNNING)

    account = models.ForeignKey(Account, models.CASCADE, related_name="runs")
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    trigger = models.CharField(max_length=20, default="schedule")
    requested_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    only_scope = models.CharField(max_length=100, blank=True)
    only_function = models.CharField(max_length=1024, blank=True, default="", db_default="")
    attempt = models.PositiveIntegerField(default=1)
    queued_at = models.DateTimeField()
    at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error_class = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    totals = models.JSONField(default=dict)

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(state__in=["queued", "running"]), name="one_active_run_per_account"
            )
        ]
        indexes = [models.Index(fields=["account", "-id"], name="run_of_account")]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.account_id}"


class RunScope(models.Model):
    """How the reading of one scope went in one run. `parts` lists its coverage; `changes` counts what changed."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="scopes")
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=16, default="queued")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    calls = models.PositiveIntegerField(default=0)
    retries = models.PositiveIntegerField(default=0)
    throttles = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    error_class = models.CharField(max_length=40, blank=True)
    error = models.TextField(blank=True)
    parts = models.JSONField(default=list)
    changes = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="run_scope_name")]

    def __str__(self) -> str:
        return self.name


class Pulse(models.Model):
    """When something that must happen regularly happened last: the scheduler's tick, by which readiness is judged."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at}"

    @classmethod
    def beat(cls, name: str, at: datetime) -> None:
        """Note that it happened at this time."""
        cls.objects.update_or_create(name=name, defaults={"at": at})


class Worker(models.Model):
    """A worker process while it lives: it shows itself twice a minute, and takes its row away when it ends."""

    name = models.CharField(max_length=200, unique=True)
    started_at = models.DateTimeField()
    at = models.DateTimeField(db_index=True)
    version = models.CharField(max_length=40)
    tasks_at_once = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ConnectionTest(models.Model):
    """One trial of an account's connection: each call once, as a checklist that grows while the worker goes through it.

    `checks` holds {call, outcome, seconds, note, permission, optional} in the order of trying; `error` is the sentence
    that says why not even a session could be opened.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="connection_tests")
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    checks = models.JSONField(default=list)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"test {self.pk} of {self.account_id}"


class ReceiverQuerySet(models.QuerySet["Receiver"]):
    def visible_to(self, user: User | Any) -> Self:
        """Those of accounts on which this person may connect; those of all accounts for whoever may everywhere."""
        found = self.filter(account__in=Account.objects.where(user, "connect"))
        return self.all() if may(user, "connect") else found


class Receiver(models.Model):
    """Where a cloud delivers its events: an address of its own, and how the sender shows who it is.

    `account` None takes events of every connected account of the provider. Of the secret only the SHA-256 is kept;
    `old_digest` is that of the one before, good until `old_until` so that it can be exchanged without a gap. For a
    signed token (Pub/Sub, Entra ID): `audience`, `sender` (the service account's address, or the application's id)
    and `tenant`. `refused` counts deliveries that were not believed, `ignored` those about nothing we read.
    """

    provider = models.CharField(max_length=10, choices=Account.Provider)
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="receivers")
    name = models.CharField(max_length=100)
    key = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64, blank=True)
    old_digest = models.CharField(max_length=64, blank=True)
    old_until = models.DateTimeField(null=True, blank=True)
    audience = models.CharField(max_length=300, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    tenant = models.CharField(max_length=40, blank=True)
    enabled = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    rotated_at = models.DateTimeField(null=True, blank=True)
    event_at = models.DateTimeField(null=True, blank=True)
    accepted = models.PositiveBigIntegerField(default=0)
    ignored = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_why = models.CharField(max_length=200, blank=True)

    objects = ReceiverQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_signed(self) -> bool:
        """Whether its sender shows a signed token, and no secret of ours."""
        return self.provider == "gcp" or (self.provider == "azure" and bool(self.tenant))

    @property
    def believes_nobody(self) -> bool:
        """Whether it refuses every event: it came with the configuration of another installation, without its secret
        or its audience, and nobody made one here yet."""
        return not (self.audience if self.is_signed else self.digest)


class TakenEvent(models.Model):
    """An event that was taken, kept for a day so that its repetition does nothing. `digest` is of account and id."""

    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField(db_index=True)


class WantedRead(models.Model):
    """A function of a scope (or, without `native_id`, all of the scope) that an event asks to be read.

    One row, however many events ask. `due_at` lets a burst become one reading; `taken_at` stands while a worker reads;
    `fault` says why the last try failed. It is deleted when it was read.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="wanted_reads")
    scope = models.CharField(max_length=100)
    native_id = models.CharField(max_length=1024, blank=True)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    taken_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    fault = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["account", "scope", "native_id"], name="wanted_once")]
