"""What changed, in sentences, as rows that lists filter and sort by; and what there is to say about who did it."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from inventory.models.account import Account, Scope
from inventory.models.activity import Activity
from inventory.models.function import Function
from inventory.models.people import User
from inventory.models.resource import Resource, Snapshot
from inventory.semantics import KINDS, Line, Risk


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, user: User | Any) -> Self:
        """The changes this person may see: the one door for pages, API and exports."""
        return Account.objects.visible_to(user).limit(self)


class Change(models.Model):
    """One resource is different from the reading before; `at` is the first reading that saw it so.

    `event` is changed, added, removed, returned (seen again after it was gone) or readable (a part that was never read
    before: no change in the cloud); `snapshot` is the configuration it led to, or the last one of what was removed. It
    happened after `changed_after` (None: not known) and not later than `at`. `lines` holds the sentences as {text,
    kind, risk, section}; the flags named after `KINDS` say which kinds occur in them, the two marks what the change
    made of a function's exposure and privilege. `fold` is equal for equal sentences; the first of those in one account
    at one time is the head of the others, and `alike` counts them.

    `told` says whether the cloud's log names who did it (see `inventory.attribution`), `actor` who that was when it was
    one for all of it. `settled`: nothing that the log may still tell can alter that.
    """

    class Event(models.TextChoices):
        CHANGED = "changed"
        ADDED = "added"
        REMOVED = "removed"
        RETURNED = "returned"
        READABLE = "readable"

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="changes")
    account = models.ForeignKey(Account, models.CASCADE, related_name="changes")
    snapshot = models.ForeignKey(Snapshot, models.CASCADE, null=True, related_name="changes")
    event = models.CharField(max_length=8, choices=Event)
    resource_kind = models.CharField(max_length=12)
    at = models.DateTimeField()
    changed_after = models.DateTimeField(null=True)
    risk = models.CharField(max_length=4, default=Risk.NONE)
    lines = models.JSONField(default=list)
    added = models.BooleanField(default=False)
    removed = models.BooleanField(default=False)
    access = models.BooleanField(default=False)
    permission = models.BooleanField(default=False)
    network = models.BooleanField(default=False)
    code = models.BooleanField(default=False)
    config = models.BooleanField(default=False)
    became_public = models.BooleanField(default=False)
    gained_admin = models.BooleanField(default=False)
    search_text = models.TextField(default="")
    fold = models.CharField(max_length=32)
    head = models.ForeignKey("self", models.SET_NULL, null=True, related_name="others")
    alike = models.PositiveIntegerField(default=0)
    told = models.CharField(max_length=10, default="")
    actor = models.CharField(max_length=1024, blank=True)
    actor_kind = models.CharField(max_length=20, blank=True)
    settled = models.BooleanField(default=False)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["snapshot", "event"], name="change_once")]
        indexes = [
            models.Index(fields=["-at", "-id"], name="change_newest"),
            models.Index(fields=["-at", "-id"], name="change_heads", condition=Q(head=None)),
            models.Index(fields=["account", "-at", "-id"], name="change_of_account"),
            models.Index(fields=["resource", "-at", "-id"], name="change_of_resource"),
            models.Index(fields=["actor", "-at", "-id"], name="change_of_actor", condition=~Q(actor="")),
            models.Index(fields=["account", "at"], name="change_unsettled", condition=Q(settled=False)),
            # What few changes are is found without reading the many that are not.
            *(
                models.Index(fields=["-at", "-id"], name=f"change_{name}", condition=Q(**{name: True}))
                for name in (*KINDS, "became_public", "gained_admin")
            ),
            models.Index(fields=["-at", "-id"], name="change_rose", condition=Q(risk="up")),
            models.Index(fields=["-at", "-id"], name="change_fell", condition=Q(risk="down")),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.event} {self.at:%Y-%m-%d %H:%M}"

    @property
    def sentences(self) -> list[Line]:
        """The lines as values."""
        return [Line(one["text"], one["kind"], Risk(one["risk"]), one["section"]) for one in self.lines]

    @property
    def kinds(self) -> list[str]:
        """The kinds that occur, in the order of KINDS."""
        return [kind for kind in KINDS if getattr(self, kind)]


class ChangeAct(models.Model):
    """An entry of the cloud's log beside the change it made (`sure`), or may have made as one of several candidates.

    `aspects` names the parts of the document it is taken to have changed, as `section` or `section.key`.
    """

    change = models.ForeignKey(Change, models.CASCADE, related_name="acts")
    activity = models.ForeignKey(Activity, models.CASCADE, related_name="changes")
    sure = models.BooleanField()
    aspects = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["change", "activity"], name="change_act_once")]


class ReadingGap(models.Model):
    """A time in which a scope was not read, longer than twice its interval: changes in it are dated to its end."""

    scope = models.ForeignKey(Scope, models.CASCADE, related_name="gaps")
    account = models.ForeignKey(Account, models.CASCADE, related_name="gaps")
    after = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["-until"]
        constraints = [models.UniqueConstraint(fields=["scope", "until"], name="gap_once")]
        indexes = [models.Index(fields=["account", "-until"], name="gap_of_account")]


class PostureStep(models.Model):
    """What was concluded of a function from `at` on, until its next step; written only when it differs."""

    function = models.ForeignKey(Function, models.CASCADE, related_name="posture_steps")
    at = models.DateTimeField()
    privilege = models.CharField(max_length=12)
    invoke = models.CharField(max_length=24)
    deploy = models.CharField(max_length=24)
    reach = models.CharField(max_length=16)
    egress = models.CharField(max_length=16)
    latent = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["function", "at"], name="posture_step_once")]
