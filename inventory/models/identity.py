"""Identities and what is granted to them.

Equal statements of all policies are one row (`Statement`), and their action patterns one row each (`ActionPattern`), so
that "who can do X" matches X against a few thousand patterns and then joins.
"""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models.functions import Coalesce

from inventory.models.account import Account
from inventory.models.function import Function
from inventory.models.people import User
from inventory.models.resource import Resource


class IdentityQuerySet(models.QuerySet["Identity"]):
    def visible_to(self, user: User | Any) -> Self:
        return Account.objects.visible_to(user).limit(self)

    def with_functions(self) -> Self:
        """Each row with `functions`: how many present functions run as it."""
        users = Function.objects.filter(identity=models.OuterRef("pk"), gone_at=None).order_by()
        counted = users.values("identity").annotate(number=models.Count("pk")).values("number")
        return self.annotate(functions=Coalesce(models.Subquery(counted), 0))


class Identity(models.Model):
    """The searched columns of a role, service account or managed identity."""

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="identity")
    uid = models.CharField(max_length=16, unique=True)
    provider = models.CharField(max_length=10)
    account = models.ForeignKey(Account, models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=512)
    native_id = models.CharField(max_length=1024, db_index=True)
    policy_count = models.PositiveIntegerField(null=True)
    boundary = models.CharField(max_length=1024, blank=True)
    last_used_at = models.DateTimeField(null=True)
    first_seen = models.DateTimeField()
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = IdentityQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["gone_at", "name"], name="identity_by_name")]

    def __str__(self) -> str:
        return self.name


class ActionPattern(models.Model):
    """A distinct action pattern as policies write it, lower-cased ("s3:get*"); few thousand even in a large estate."""

    provider = models.CharField(max_length=10)
    text = models.CharField(max_length=512)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "text"], name="action_pattern_text")]


class Statement(models.Model):
    """A distinct policy statement; `inverted` when its patterns are those of NotAction."""

    provider = models.CharField(max_length=10)
    sha = models.CharField(max_length=32)
    effect = models.CharField(max_length=5)
    inverted = models.BooleanField(default=False)
    body = models.JSONField()
    patterns = models.ManyToManyField(ActionPattern, related_name="statements")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["provider", "sha"], name="statement_sha")]


class Grant(models.Model):
    """A statement in effect on an identity, and the policy it comes from."""

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="grants")
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="grants")
    source_kind = models.CharField(max_length=40)
    source = models.CharField(max_length=1024)
    source_name = models.CharField(max_length=512)
    scope = models.CharField(max_length=1024, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["statement", "source_kind", "identity"], name="grant_of_statement"),
            models.Index(fields=["source_name"], name="grant_by_source_name"),
        ]
