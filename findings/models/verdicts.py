"""What every rule said of every present resource, compactly: one row a resource, and counts a rule and account.

A finding tells what fails. That a resource passed, does not concern a rule or could not be judged is kept here, one
letter a rule, so that "fails 12 of 2,400, 31 unknown" and a framework's evidence need no judging anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from django.db import models

from findings.rule import Verdict
from inventory.models import Account, Resource, User

#: Letters of `Verdicts.word`; "-" is a rule that says nothing of this cloud or kind, "d" one disabled here, "e" one
#: that failed itself.
LETTERS = {Verdict.PASS: "p", Verdict.FAIL: "f", Verdict.UNKNOWN: "u", Verdict.NOT_APPLICABLE: "n"}
SILENT, DISABLED, NOT_EVALUATED = "-", "d", "e"
WORDS = {letter: verdict.value for verdict, letter in LETTERS.items()} | {
    DISABLED: "disabled", NOT_EVALUATED: "not evaluated",
}  # fmt: skip


class Shelf(models.Model):
    """The rules there were when something was judged, in order; one row for each set of rules that ever was.

    `versions` holds those that are not 1.
    """

    digest = models.CharField(max_length=32, unique=True)
    rules = models.JSONField(default=list)
    versions = models.JSONField(default=dict)
    at = models.DateTimeField()


class Verdicts(models.Model):
    """The verdicts on one present resource. `word` has one letter for each rule of the shelf (see LETTERS).

    `reasons` says why a rule could not decide: {rule: sentence}. The row is written only when something of it changes,
    so `at` is when it last did; the row goes when the resource is gone.
    """

    resource = models.OneToOneField(Resource, models.CASCADE, primary_key=True, related_name="verdicts")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    shelf = models.ForeignKey(Shelf, models.PROTECT, related_name="+")
    word = models.TextField()
    reasons = models.JSONField(default=dict)
    at = models.DateTimeField()

    def by_rule(self) -> dict[str, str]:
        """Rule id → pass, fail, unknown, not applicable, disabled or not evaluated; silent rules are left out."""
        return {
            rule: WORDS[letter] for rule, letter in zip(self.shelf.rules, self.word, strict=True) if letter != SILENT
        }


class RuleCount(models.Model):
    """How many present resources of an account have which verdict of a rule; `errors` are those not evaluated."""

    rule = models.CharField(max_length=80)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    passed = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    unknown = models.IntegerField(default=0)
    not_applicable = models.IntegerField(default=0)
    errors = models.IntegerField(default=0)
    disabled = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "account"], name="rule_count")]


#: The column that counts a letter.
COUNTED: Mapping[str, str] = {
    "p": "passed", "f": "failed", "u": "unknown", "n": "not_applicable", NOT_EVALUATED: "errors", DISABLED: "disabled",
}  # fmt: skip


class RuleSettingQuerySet(models.QuerySet["RuleSetting"]):
    def current(self) -> Self:
        """The one that counts for each rule and group: the newest."""
        newest = self.order_by().values("rule", "group").annotate(newest=models.Max("pk")).values("newest")
        return self.filter(pk__in=newest)


class RuleSetting(models.Model):
    """Somebody disabled a rule or gave it another severity, for a group of accounts or (group None) for all.

    Rows are only added: the newest of a rule and group counts, the others are its history. A group's word goes before
    that for all. `severity` "" leaves it to the rule.
    """

    rule = models.CharField(max_length=80, db_index=True)
    group = models.ForeignKey("inventory.AccountGroup", models.CASCADE, null=True, related_name="+")
    enabled = models.BooleanField(default=True)
    severity = models.CharField(max_length=8, blank=True)
    reason = models.TextField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    by_name = models.CharField(max_length=150, blank=True)
    at = models.DateTimeField()

    objects = RuleSettingQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.rule}: {self.severity or 'own severity'}, {'enabled' if self.enabled else 'disabled'}"


def settings_of(account: Account) -> dict[str, Any]:
    """What holds for the rules in an account: rule → its RuleSetting, that of the account's group before that for
    all."""
    rows = RuleSetting.objects.current().filter(models.Q(group=None) | models.Q(group=account.group_id))
    return {row.rule: row for row in sorted(rows, key=lambda row: row.group_id is not None)}
