"""What the clouds' own logs say someone did."""

from django.db import models

from inventory.models.account import Account
from inventory.models.resource import Resource


class Activity(models.Model):
    """One entry of a cloud's activity log; `resource` is what it was done to, where we know it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="activity")
    resource = models.ForeignKey(Resource, models.SET_NULL, null=True, related_name="activity")
    event_id = models.CharField(max_length=128)
    at = models.DateTimeField()
    region = models.CharField(max_length=60, blank=True)
    action = models.CharField(max_length=200)
    subject = models.CharField(max_length=1024, blank=True, db_index=True)
    actor = models.CharField(max_length=1024, blank=True)
    actor_kind = models.CharField(max_length=20, blank=True)
    source_ip = models.CharField(max_length=200, blank=True)
    user_agent = models.CharField(max_length=512, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    outcome = models.CharField(max_length=120, default="ok")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(fields=["account", "event_id"], name="activity_event")]
        indexes = [
            models.Index(fields=["resource", "-at"], name="activity_of_resource"),
            models.Index(fields=["-at"], name="activity_newest"),
        ]
