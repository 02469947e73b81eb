"""Functions as they are searched: one row each, with the columns that lists filter and sort by."""

from __future__ import annotations

from typing import Any, Self

from django.db import models

from inventory.models.account import Account
from inventory.models.people import User
from inventory.models.resource import Resource

PRESENT = models.Q(gone_at=None)


class FunctionQuerySet(models.QuerySet["Function"]):
    def visible_to(self, user: User | Any) -> Self:
        """The functions this person may see: the one door for pages, API and exports."""
        return Account.objects.visible_to(user).limit(self)

    def present(self) -> Self:
        return self.filter(gone_at=None)


class Function(models.Model):
    """The searched columns of a function, projected from its last known document.

    A NULL column is unknown (never read), an empty string or 0 is what the cloud said. `identity` points to the
    identity it runs as where that was read; `identity_native_id` is what the function itself names. Sizes: MiB, bytes
    for code. `variables` (names only) and `layers` hold one name a line, each between line ends, to be looked for.
    """

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="function")
    uid = models.CharField(max_length=16, unique=True)
    provider = models.CharField(max_length=10)
    account = models.ForeignKey(Account, models.CASCADE, related_name="functions")
    region = models.CharField(max_length=60)
    name = models.CharField(max_length=512)
    native_id = models.CharField(max_length=1024)
    search_text = models.TextField()
    kind = models.CharField(max_length=60, blank=True)
    runtime = models.CharField(max_length=60, null=True)
    runtime_eol = models.DateField(null=True)
    package = models.CharField(max_length=20, null=True)
    architecture = models.CharField(max_length=40, null=True)
    state = models.CharField(max_length=40, null=True)
    memory_mb = models.PositiveIntegerField(null=True)
    timeout_s = models.PositiveIntegerField(null=True)
    concurrency = models.IntegerField(null=True)
    code_size = models.BigIntegerField(null=True)
    code_sha = models.CharField(max_length=100, null=True)
    identity = models.ForeignKey(Resource, models.SET_NULL, null=True, related_name="runs_functions")
    identity_native_id = models.CharField(max_length=1024, blank=True)
    network_attached = models.BooleanField(null=True)
    network = models.CharField(max_length=255, blank=True)
    url_auth = models.CharField(max_length=40, null=True)
    has_url = models.BooleanField(null=True)
    entry_point_count = models.PositiveIntegerField(null=True)
    trigger_count = models.PositiveIntegerField(null=True)
    key = models.CharField(max_length=512, null=True)
    log_retention_days = models.IntegerField(null=True)
    variable_count = models.PositiveIntegerField(null=True)
    secret_count = models.PositiveIntegerField(null=True)
    layer_count = models.PositiveIntegerField(null=True)
    variables = models.TextField(null=True)
    layers = models.TextField(null=True)
    has_dead_letter = models.BooleanField(null=True)
    unread_count = models.PositiveIntegerField(default=0)
    first_seen = models.DateTimeField()
    changed_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)

    objects = FunctionQuerySet.as_manager()

    class Meta:
        indexes = [
            # Partial: PostgreSQL does not see that rows with one NULL first come in the order of the other columns.
            models.Index(fields=["name", "resource"], name="function_by_name", condition=PRESENT),
            models.Index(fields=["-changed_at", "-resource"], name="function_by_change", condition=PRESENT),
            models.Index(fields=["account", "gone_at", "name"], name="function_by_account"),
            models.Index(fields=["identity"], name="function_by_identity", condition=PRESENT),
            models.Index(fields=["identity_native_id"], name="function_by_identity_id"),
            models.Index(fields=["native_id"], name="function_by_native_id"),
            # Covers what facets count, so that they read the index and not the rows. No index begins with `gone_at`:
            # SQLite would take NULL for a rare value and prefer it to the order of another one.
            models.Index(
                fields=["provider", "account", "region", "runtime", "state", "network_attached"],
                name="function_facets",
                condition=PRESENT,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """One tag or label of a function."""

    function = models.ForeignKey(Function, models.CASCADE, related_name="tags")
    key = models.CharField(max_length=256)
    value = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["key", "value"], name="tag_key_value")]


class Trigger(models.Model):
    """One thing that starts a function by itself."""

    function = models.ForeignKey(Function, models.CASCADE, related_name="triggers")
    kind = models.CharField(max_length=60, db_index=True)
    source = models.CharField(max_length=1024, blank=True)
    state = models.CharField(max_length=40, blank=True)
    qualifier = models.CharField(max_length=128, blank=True)
    detail = models.JSONField(default=dict)


class EntryPoint(models.Model):
    """One address at which a function can be called."""

    function = models.ForeignKey(Function, models.CASCADE, related_name="entry_points")
    kind = models.CharField(max_length=40)
    url = models.CharField(max_length=1024, blank=True)
    auth = models.CharField(max_length=60, blank=True)
    qualifier = models.CharField(max_length=128, blank=True)
    detail = models.JSONField(default=dict)


class Binding(models.Model):
    """A principal may do something to a function, as a policy says it."""

    function = models.ForeignKey(Function, models.CASCADE, related_name="bindings")
    principal = models.CharField(max_length=1024, db_index=True)
    principal_kind = models.CharField(max_length=40)
    actions = models.JSONField(default=list)
    via = models.CharField(max_length=60)
    qualifier = models.CharField(max_length=128, blank=True)
    effect = models.CharField(max_length=5, default="allow")
    condition = models.JSONField(default=dict)
    source = models.CharField(max_length=1024, blank=True)
