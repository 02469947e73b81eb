"""Keep the counts of verdicts a rule and account in step with the verdicts themselves, by what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from findings.models import RuleCount
from findings.models.verdicts import COUNTED
from inventory.models import Account

_COLUMNS = list(COUNTED.values())


class Counts:
    """Collects changes of an account's counts and writes them at once. The caller holds the account's lock."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.changes: Counter[tuple[str, str]] = Counter()

    def add(self, rules: Sequence[str], word: str, times: int = 1) -> None:
        """Count the verdicts of one resource."""
        for rule, letter in zip(rules, word, strict=True):
            if letter in COUNTED:
                self.changes[rule, COUNTED[letter]] += times

    def take(self, rules: Sequence[str], word: str) -> None:
        """No longer count them."""
        self.add(rules, word, -1)

    def write(self) -> None:
        changes = {key: number for key, number in self.changes.items() if number}
        if not changes:
            return
        rules = {rule for rule, _ in changes}
        rows = {row.rule: row for row in RuleCount.objects.filter(account=self.account, rule__in=rules)}
        for (rule, column), number in changes.items():
            row = rows.setdefault(rule, RuleCount(rule=rule, account=self.account))
            setattr(row, column, getattr(row, column) + number)
        RuleCount.objects.bulk_create(
            [RuleCount(rule=row.rule, account=self.account, **{name: getattr(row, name) for name in _COLUMNS})
             for row in rows.values()],
            update_conflicts=True, unique_fields=["rule", "account"], update_fields=_COLUMNS, batch_size=500,
        )  # fmt: skip
