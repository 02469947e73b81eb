"""Findings: a rule says that something is wrong with a resource, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models

from findings import risk
from findings.models.triage import FindingQuerySet
from findings.severity import Severity
from findings.states import ACTIVE, CLOSED, State
from inventory.models import Account, Function, Resource, User


class Finding(models.Model):
    """One fault: what it is (rule, resource) never changes, however it is worded and whenever it is seen.

    `opened_at` is when this spell began (it moves when the finding is reopened), `first_seen` the very first time.
    `last_seen` is when its facts were last written down: what did not change since is as it was. `closed_at` says when
    it was resolved, gone or retired. `rank` is the severity as a number (4 is critical), `risk` the order in
    `findings.risk`. `evidence` is a list of {says, about, severity, because, detail}, gravest first, at most
    `findings.evidence.MOST`; `faults` how many there are. `digest` tells whether any of it changed, `abouts` whether
    it is about other things. `before` is the state held when the rule was retired. `region` is that of the resource.

    Whoever writes `account`, `region`, `rule`, `state`, `severity`, `assignee`, `opened_at` or `closed_at` tells the
    ledger (`findings.models.ledger`), from which pages take their counts.
    """

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="findings")
    function = models.ForeignKey(Function, models.CASCADE, null=True, related_name="findings")
    account = models.ForeignKey(Account, models.CASCADE, related_name="findings")
    region = models.CharField(max_length=60, blank=True)
    rule = models.CharField(max_length=80)
    state = models.CharField(max_length=16, default=State.OPEN)
    severity = models.CharField(max_length=8)
    rank = models.SmallIntegerField()
    because = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=list)
    faults = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=32)
    abouts = models.CharField(max_length=32)
    first_seen = models.DateTimeField()
    opened_at = models.DateTimeField()
    last_seen = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    assignee = models.ForeignKey(User, models.SET_NULL, null=True, related_name="findings")
    until = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)
    before = models.CharField(max_length=16, blank=True)
    risk = models.BigIntegerField()

    objects = FindingQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "resource"], name="finding_rule_resource")]
        indexes = [
            models.Index(fields=["-risk", "-id"], name="finding_by_risk", condition=models.Q(state__in=ACTIVE)),
            models.Index(
                fields=["rule", "-risk", "-id"], name="finding_of_rule_by_risk", condition=models.Q(state__in=ACTIVE)
            ),
            models.Index(fields=["account", "rule", "state", "opened_at"], name="finding_by_account"),
            models.Index(fields=["rule", "state", "opened_at"], name="finding_by_rule"),
            models.Index(fields=["rule", "due_at"], name="finding_by_due", condition=models.Q(state__in=ACTIVE)),
            models.Index(fields=["function", "state", "rank"], name="finding_by_function"),
            models.Index(fields=["opened_at"], name="finding_by_opening"),
            models.Index(fields=["closed_at"], name="finding_by_closing", condition=models.Q(closed_at__isnull=False)),
            models.Index(fields=["until"], name="finding_by_expiry", condition=models.Q(until__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.resource_id}"

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_closed(self) -> bool:
        return self.state in CLOSED

    def is_overdue(self, at: datetime) -> bool:
        return self.is_active and self.due_at is not None and self.due_at <= at

    def score(self, at: datetime) -> int:
        """Its risk today; see `findings.risk`."""
        return risk.score(self.risk, at)

    def seen_as(self, severity: Severity, because: str) -> None:
        """Set the severity and what hangs on it."""
        self.severity, self.rank, self.because = severity.value, severity.rank, because[:500]

    def work_on(self, state: State, **said: Any) -> int:
        return self._own().work_on(state, **said)

    def accept(self, **said: Any) -> int:
        return self._own().accept(**said)

    def snooze(self, **said: Any) -> int:
        return self._own().snooze(**said)

    def call_false(self, **said: Any) -> int:
        return self._own().call_false(**said)

    def comment(self, text: str, **said: Any) -> int:
        return self._own().comment(text, **said)

    def assign(self, to: User | None, **said: Any) -> int:
        return self._own().assign(to, **said)

    def due(self, on: datetime | None, **said: Any) -> int:
        return self._own().due(on, **said)

    def _own(self) -> FindingQuerySet:
        return Finding.objects.filter(pk=self.pk)
