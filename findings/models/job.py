"""Triage of all that a query finds, done by a worker: what is asked, how far it is, and how it ended."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from inventory.models import Account, User


class TriageJobQuerySet(models.QuerySet["TriageJob"]):
    def visible_to(self, user: User | Any) -> Self:
        """One's own; those of others are seen by whoever may triage in all accounts, since a job may be about any."""
        everywhere = not Account.objects.where(user, "triage").query.where
        return self if everywhere else self.filter(by=user.pk)


class TriageJob(models.Model):
    """One order of a person about many findings.

    `query`, `scope` and `rule` say which findings; they are evaluated as of `at` with what the person may do when the
    worker works. `said` is what goes with the action. Findings are taken by their key: all up to `upto` are done, and
    the changes of a piece are committed with it, so a job that is begun again goes on where it stopped and does nothing
    twice. `number` is how many the person confirmed, `done` how many were looked at, `changed` how many changed.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    ACTIVE = (State.QUEUED, State.RUNNING)

    by = models.ForeignKey(User, models.CASCADE, related_name="+")
    query = models.CharField(max_length=2000, blank=True)
    scope = models.CharField(max_length=200, blank=True)
    rule = models.CharField(max_length=80, blank=True)
    action = models.CharField(max_length=20)
    said = models.JSONField(default=dict)
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    number = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    upto = models.BigIntegerField(default=0)
    beat_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    objects = TriageJobQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"triage job {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state in self.ACTIVE
