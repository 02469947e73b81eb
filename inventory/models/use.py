"""How often functions are called, as the clouds' metrics tell: it changes by itself, so it has no history."""

from __future__ import annotations

from django.db import models

from inventory.models.function import Function


class Use(models.Model):
    """What the metrics told of a function at `read_at`; a function without a row was never looked up.

    Days are days in UTC, the first one looked at is `looked_from`. `invoked_on` is the last day with an invocation
    (None: there was none since `looked_from`), `known_since` the day since which the function is known to exist.
    `unused_days` counts to `read_at`, from `invoked_on`, else from the later of `looked_from` and `known_since`: then
    it is at least so many. `invocations` and `errors` are sums over 30 days (None: the cloud did not tell). `unread` is
    why the last look told nothing: {reason, permission, error_class}; the other columns then keep what was told before.
    """

    function = models.OneToOneField(Function, models.CASCADE, primary_key=True, related_name="use")
    read_at = models.DateTimeField(null=True)
    looked_from = models.DateField(null=True)
    known_since = models.DateField(null=True)
    invoked_on = models.DateField(null=True, db_index=True)
    unused_days = models.PositiveIntegerField(null=True, db_index=True)
    invocations = models.BigIntegerField(null=True)
    errors = models.BigIntegerField(null=True)
    unread = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.function_id}: {self.invoked_on or 'none'}"
