"""Anything observed, and every configuration in which it was seen."""

from __future__ import annotations

import hashlib
from typing import Any, Self

from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, Greatest

from inventory.models.account import Account, Scope, ScopeCoverage
from inventory.models.people import User


def uid_of(provider: str, account: str, kind: str, native_id: str) -> str:
    """The opaque, stable name of a resource: the same for the same cloud thing in every installation."""
    return hashlib.blake2b(f"{provider}\n{account}\n{kind}\n{native_id}".encode(), digest_size=8).hexdigest()


class ResourceQuerySet(models.QuerySet["Resource"]):
    def visible_to(self, user: User | Any) -> Self:
        return Account.objects.visible_to(user).limit(self)

    def present(self) -> Self:
        return self.filter(gone_at=None)

    def with_last_seen(self) -> Self:
        """Each with `last_seen`: its own mark, or the latest complete reading of its listing, whichever is later."""
        complete_at = ScopeCoverage.objects.filter(scope=OuterRef("scope"), part=OuterRef("listing"))
        read = Coalesce(Subquery(complete_at.values("complete_at")), F("seen_at"))
        vanished = Q(gone_at__isnull=False) | Q(missing_since__isnull=False)
        return self.annotate(last_seen=Case(When(vanished, then=F("seen_at")), default=Greatest(F("seen_at"), read)))


class Resource(models.Model):
    """A function, identity, policy or account-wide setting, whether it is there or gone.

    `seen_at` is kept only where the scope's own reading does not tell (an incomplete reading that still saw it; see
    `with_last_seen`); `missing_since` marks one that `missed` complete readings in a row did not list,
    too few yet to call it gone.
    `unread` says which sections could not be read last time, and why. `revision`, `core_at` and `detail_at` let the
    collector skip what did not change; `facts_digest` tells whether grants and bindings did.
    """

    uid = models.CharField(max_length=16, unique=True)
    kind = models.CharField(max_length=12)
    provider = models.CharField(max_length=10)
    account = models.ForeignKey(Account, models.CASCADE, related_name="resources")
    scope = models.ForeignKey(Scope, models.CASCADE, related_name="resources")
    listing = models.CharField(max_length=40)
    region = models.CharField(max_length=60, blank=True)
    native_id = models.CharField(max_length=1024)
    name = models.CharField(max_length=512)
    first_seen = models.DateTimeField()
    seen_at = models.DateTimeField()
    changed_at = models.DateTimeField(db_index=True)
    gone_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    missed = models.PositiveSmallIntegerField(default=0, db_default=0)
    revision = models.CharField(max_length=64, blank=True)
    core_at = models.DateTimeField(null=True)
    detail_at = models.DateTimeField(null=True)
    unread = models.JSONField(default=dict)
    facts_digest = models.CharField(max_length=32, blank=True)
    latest = models.ForeignKey("Snapshot", models.SET_NULL, null=True, related_name="+")

    objects = ResourceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "kind", "native_id"], name="resource_native_id")]
        indexes = [
            models.Index(fields=["scope", "listing", "gone_at"], name="resource_scope"),
            models.Index(fields=["native_id"], name="resource_by_native_id"),
            models.Index(fields=["kind", "-changed_at"], name="resource_changed"),
            models.Index(fields=["account"], condition=Q(missing_since__isnull=False), name="resource_missing"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def document(self) -> dict[str, Any]:
        """The last known configuration, by section; empty when nothing was ever read."""
        return self.latest.document if self.latest else {}


class Snapshot(models.Model):
    """A configuration, and when it was first seen; it lasted until the next snapshot's `at` or the resource's end.

    `number` counts from 1 within the resource. `digests` holds one digest a section. `became_readable` names sections
    that were never read before: their appearance is no change in the cloud; `changed` names the sections that did
    change. `changed_after` is the last reading that still saw the earlier configuration (None for the first snapshot):
    the change happened after it and not later than `at`. `gone_at` is set when the resource was found gone in this
    configuration; the next snapshot, if there is one, is its return.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="snapshots")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    changed_after = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)
    digest = models.CharField(max_length=32)
    digests = models.JSONField(default=dict)
    document = models.JSONField()
    unread = models.JSONField(default=dict)
    became_readable = models.JSONField(default=list)
    changed = models.JSONField(default=list)
    normalizer = models.PositiveIntegerField(default=1)
    renormalized = models.BooleanField(default=False)
    run = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["resource", "number"], name="snapshot_number")]
        indexes = [models.Index(fields=["-at", "-id"], name="snapshot_newest")]

    def __str__(self) -> str:
        return f"{self.resource_id}#{self.number}"


class RawAnswer(models.Model):
    """The cloud's redacted answer from which a resource was last normalized, compressed; kept for a while only."""

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="raw")
    at = models.DateTimeField(db_index=True)
    normalizer = models.PositiveIntegerField()
    body = models.BinaryField()


class QuarantinedEntry(models.Model):
    """An entry of a cloud's answer that could not be understood, with a redacted sample; replaced at each reading."""

    scope = models.ForeignKey(Scope, models.CASCADE, related_name="quarantined")
    listing = models.CharField(max_length=40)
    native_id = models.CharField(max_length=1024, blank=True)
    reason = models.TextField()
    sample = models.TextField(blank=True)
    at = models.DateTimeField()
    run = models.BigIntegerField(null=True)
