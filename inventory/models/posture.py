"""What the reasoning concluded, in rows that lists can filter and sort by: functions, identities, their powers."""

from django.db import models

from inventory.models.function import Function
from inventory.models.identity import Identity


class Posture(models.Model):
    """The summary of privilege, exposure and network of one function.

    Written by `inventory.record.conclude` with what `findings` worked out; "unknown" where a part it rests on was
    never read. `because` holds the reasons (statements, bindings, settings) as JSON for the pages. The ranks are the
    places of the words on their ladders (`inventory.rungs`), filled in by `conclude`, so that lists can sort; None is
    unknown. `worst` is the severity of the gravest open finding, "none" without one, None where no rule was ever asked;
    `record.tell_worst` writes it, `conclude` leaves it alone.
    """

    function = models.OneToOneField(Function, models.CASCADE, primary_key=True, related_name="posture")
    privilege = models.CharField(max_length=12, default="unknown", db_index=True)
    classes = models.JSONField(default=list)
    invoke = models.CharField(max_length=24, default="unknown", db_index=True)
    deploy = models.CharField(max_length=24, default="unknown")
    latent = models.BooleanField(default=False)
    reach = models.CharField(max_length=16, default="unknown")
    egress = models.CharField(max_length=16, default="unknown")
    shared_by = models.PositiveIntegerField(null=True)
    because = models.JSONField(default=dict)
    privilege_rank = models.SmallIntegerField(null=True, db_index=True)
    invoke_rank = models.SmallIntegerField(null=True, db_index=True)
    deploy_rank = models.SmallIntegerField(null=True, db_index=True)
    worst = models.CharField(max_length=8, null=True)
    worst_rank = models.SmallIntegerField(null=True, db_index=True)
    at = models.DateTimeField()


class IdentityPosture(models.Model):
    """What an identity may do, in one word, and what it may do to functions by its own policies.

    `callers` lists the latter as {class, resource, via, conditional}: which functions the patterns take in is worked
    out when these are judged. `unread` says what was not read; then `privilege` is "at least".
    """

    identity = models.OneToOneField(Identity, models.CASCADE, primary_key=True, related_name="posture")
    privilege = models.CharField(max_length=12, default="unknown", db_index=True)
    privilege_rank = models.SmallIntegerField(null=True, db_index=True)
    classes = models.JSONField(default=list)
    callers = models.JSONField(default=list)
    unread = models.JSONField(default=list)
    wild_actions = models.PositiveIntegerField(null=True)
    wild_resources = models.PositiveIntegerField(null=True)
    paths = models.PositiveIntegerField(null=True)
    confirmed_paths = models.PositiveIntegerField(null=True)
    outsiders = models.PositiveIntegerField(null=True)
    unused_percent = models.PositiveSmallIntegerField(null=True)
    becomes = models.JSONField(default=list)
    at = models.DateTimeField()


class Privilege(models.Model):
    """One class of power that an identity holds through one statement, and how far it reaches.

    `escalation` names the path of the catalogue when the power is a way to more rights, `confirmed` whether what it
    needs exists; `steps` tells it.
    """

    identity = models.ForeignKey(Identity, models.CASCADE, related_name="privileges")
    power = models.CharField(max_length=24, db_index=True)
    breadth = models.CharField(max_length=16)
    via = models.TextField()
    actions = models.JSONField(default=list)
    scope = models.TextField(blank=True)
    conditional = models.BooleanField(default=False)
    condition = models.TextField(blank=True)
    escalation = models.CharField(max_length=40, blank=True)
    confirmed = models.BooleanField(default=False)
    steps = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(
                fields=["escalation", "confirmed"], name="privilege_escalating", condition=~models.Q(escalation="")
            )
        ]
