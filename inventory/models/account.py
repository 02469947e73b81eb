"""Accounts, and the scopes in which they are read."""

from __future__ import annotations

from typing import Any, Self, TypeVar

from django.db import models
from django.utils import timezone

from inventory.models.people import User, places_of

Rows = TypeVar("Rows", bound=models.QuerySet[Any, Any])


class AccountGroup(models.Model):
    """Accounts that belong together for people: a business unit, an environment."""

    name = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.name


class AccountQuerySet(models.QuerySet["Account"]):
    def visible_to(self, user: User | Any) -> Self:
        """The accounts this person may see: the one door for pages, API and exports."""
        return self.where(user, "view")

    def where(self, user: User | Any, verb: str) -> Self:
        """The accounts on which this person may do it."""
        places = places_of(user, verb)
        condition = places.condition()
        if not places:
            return self.none()
        return self if condition is None else self.filter(condition)

    def limit(self, rows: Rows, to: str = "account") -> Rows:
        """Only the rows of these accounts, found by the path `to`; rows as they are when these are all accounts."""
        return rows.filter(**{f"{to}__in": self}) if self.query.where else rows


class Account(models.Model):
    """An AWS account, a Google project, an Azure subscription.

    `connection` says how it is reached (role, profile, endpoint, regions …) and never holds a secret.
    """

    class Provider(models.TextChoices):
        AWS = "aws", "AWS"
        GCP = "gcp", "Google Cloud"
        AZURE = "azure", "Azure"

    class Stance(models.TextChoices):
        OWN = "own", "own"
        TRUSTED = "trusted", "trusted third party"
        THIRD_PARTY = "third-party", "third party"

    provider = models.CharField(max_length=10, choices=Provider)
    native_id = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    group = models.ForeignKey(AccountGroup, models.SET_NULL, null=True, blank=True, related_name="accounts")
    stance = models.CharField(max_length=12, choices=Stance, default=Stance.OWN)
    organisation = models.CharField(max_length=255, blank=True)
    connection = models.JSONField(default=dict, blank=True)
    every_minutes = models.PositiveIntegerField(default=60)
    paused = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    last_good_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["name", "native_id"]
        constraints = [models.UniqueConstraint(fields=["provider", "native_id"], name="account_native_id")]

    def __str__(self) -> str:
        return f"{self.name} ({self.native_id})"


class Scope(models.Model):
    """The smallest area read at once (a region, a subscription), and when it was last read.

    `read_at` is the latest reading of any outcome, `complete_at` the latest in which every listing was complete. What
    was seen at `first_read_at` was there already: it counts as known, not as added.
    `activity_until` is the watermark of the cloud's log. `facts` holds small counts and limits of the scope.
    `reading_run` stands while a reading is under way, `reading_since` until what it stored is judged; one that finds
    either set follows a reading that was cut off, or judged by nobody.
    """

    account = models.ForeignKey(Account, models.CASCADE, related_name="scopes")
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=16, default="never")
    reason = models.TextField(blank=True)
    first_read_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    complete_at = models.DateTimeField(null=True)
    activity_until = models.DateTimeField(null=True)
    last_run = models.BigIntegerField(null=True)
    reading_since = models.DateTimeField(null=True)
    reading_run = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="scope_name")]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.name}"


class ScopeCoverage(models.Model):
    """How one part (a listing or a section) of a scope was read last; one row a scope and part.

    `complete_at` is the latest complete reading: it stands for the `seen_at` of every resource of a listing, and
    `core_at` and `detail_at` likewise, so that a reading without change need not write a row per resource.
    """

    scope = models.ForeignKey(Scope, models.CASCADE, related_name="coverage")
    part = models.CharField(max_length=60)
    state = models.CharField(max_length=16)
    reason = models.TextField(blank=True)
    permission = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField(default=0)
    listing = models.BooleanField(default=False)
    optional = models.BooleanField(default=False)
    at = models.DateTimeField()
    complete_at = models.DateTimeField(null=True)
    core_at = models.DateTimeField(null=True)
    detail_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["part"]
        constraints = [models.UniqueConstraint(fields=["scope", "part"], name="coverage_part")]

    def __str__(self) -> str:
        return f"{self.part}: {self.state}"
