"""The log of a finding: what happened to it, when, by whom and why. Entries are only ever added."""

from __future__ import annotations

from typing import Any

from django.db import models

from inventory.models import User
from inventory.models.comment import AppendOnly


class FindingEvent(models.Model):
    """One thing that happened to a finding. `by` is None for what happened by itself; `by_name` outlives the user.

    `was` and `now` are the states (or severities, assignees, dates) before and after, in words. `note` is the reason
    or the comment. `what` is one of `findings.states.Happening`.
    """

    finding = models.ForeignKey("findings.Finding", models.CASCADE, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=16)
    was = models.CharField(max_length=150, blank=True)
    now = models.CharField(max_length=150, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["what", "-at"], name="finding_event_by_time")]

    def __str__(self) -> str:
        return f"{self.finding_id}: {self.what}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("An entry of a finding's log is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("An entry of a finding's log is never removed by itself.")
