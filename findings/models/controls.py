"""What became of each control on each day: a span of days for as long as the numbers stay the same."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from inventory.models import Account, User


class ControlSpanQuerySet(models.QuerySet["ControlSpan"]):
    def visible_to(self, user: User | Any) -> Self:
        return Account.objects.visible_to(user).limit(self)


class ControlSpan(models.Model):
    """How the resources of an account stood to a control of a framework, at the end of each day from `since` to
    `until` (UTC, both included).

    A day's numbers are those of its last summary. A day in no span was not summed up: nothing is known of it. What
    could not be decided, what no rule was able to judge, and what a rule disabled here leaves open are apart from what
    passed.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    framework = models.CharField(max_length=40)
    control = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField()
    passed = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    unknown = models.PositiveIntegerField(default=0)
    not_applicable = models.PositiveIntegerField(default=0)
    off = models.PositiveIntegerField(default=0)

    objects = ControlSpanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "framework", "control", "since"], name="control_span")
        ]
        indexes = [models.Index(fields=["framework", "until", "since"], name="control_span_by_day")]

    def __str__(self) -> str:
        return f"{self.framework}:{self.control} from {self.since} to {self.until}"
