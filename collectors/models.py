"""Runs: what was read when, how it ended, and what it cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Q

from inventory.models import Account, User


class RunQuerySet(models.QuerySet["Run"]):
    def visible_to(self, user: User | Any) -> Self:
        return Account.objects.visible_to(user).limit(self)

    def active(self) -> Self:
        return self.filter(state__in=Run.ACTIVE)


class Run(models.Model):
    """One collection of one account. At most one is queued or running per account: the database sees to it.

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
