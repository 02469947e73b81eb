"""What people say of a revision."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from inventory.models.account import Account
from inventory.models.people import User
from inventory.models.resource import Snapshot


class AppendOnly(Exception):
    """Somebody tried to change or remove what is only ever added."""


class RevisionCommentQuerySet(models.QuerySet["RevisionComment"]):
    def visible_to(self, user: User | Any) -> Self:
        """Those on revisions of what this person may see."""
        return Account.objects.visible_to(user).limit(self, "snapshot__resource__account")


class RevisionComment(models.Model):
    """A comment on a revision, written by `inventory.comments` only; `by_name` outlives the person.

    It is never changed. Whoever wrote it may withdraw it (`withdrawn_at`): then it is still told that there was one,
    and its words no more. It goes with its revision, when history is kept for a time only.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="comments")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150)
    text = models.TextField()
    withdrawn_at = models.DateTimeField(null=True)

    objects = RevisionCommentQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"comment of {self.by_name} on {self.snapshot}"

    @property
    def words(self) -> str | None:
        """What it says; None when that was withdrawn."""
        return None if self.withdrawn_at else self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly("A comment is never changed; whoever wrote it may withdraw it.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("A comment is never removed by itself; whoever wrote it may withdraw it.")
