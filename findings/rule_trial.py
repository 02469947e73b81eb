"""What a rule would say of the stored inventory if it were asked now, whether it is enabled or not. Nothing is written.

It looks at stored facts and at what was last concluded of them (postures); no cloud is called.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from findings.bench import Bench
from findings.rule import Judgement, Rule, Verdict
from findings.seeing import Seeing
from findings.seen import Seen
from inventory.chunks import batched
from inventory.models import Account, Function, Resource

#: A trial ends after so many seconds; what it did not come to is told.
SECONDS = 5.0
BATCH = 200
#: Faults that are shown; all are counted.
SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """A resource that would fail: its severity by the rule, and the first of what was found."""

    resource: Resource
    severity: str
    says: str


@dataclass
class Trial:
    """What came of it: verdicts by their word, the first faults, and how many of how many resources were looked at.

    `broken` counts those on which the rule's own code failed.
    """

    of: int
    verdicts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    looked: int = 0
    broken: int = 0

    @property
    def is_whole(self) -> bool:
        return self.looked >= self.of

    @property
    def fails(self) -> int:
        return self.verdicts[Verdict.FAIL]

    @property
    def unknown(self) -> int:
        return self.verdicts[Verdict.UNKNOWN]

    @property
    def spared(self) -> int:
        """To so many the rule does not apply."""
        return self.verdicts[Verdict.NOT_APPLICABLE]

    @property
    def judged(self) -> int:
        """Of so many the rule says anything."""
        return self.looked - self.spared - self.broken

    def take(self, resource: Resource, told: Judgement | None) -> None:
        self.looked += 1
        if told is None:
            self.broken += 1
            return
        self.verdicts[told.verdict] += 1
        if told.verdict is Verdict.FAIL and told.severity is not None and len(self.faults) < SHOWN:
            self.faults.append(Fault(resource, told.severity.value, told.evidence[0].says))


def tried(rule: Rule, accounts: QuerySet[Account], at: datetime, seconds: float = SECONDS) -> Trial:
    """Ask a rule about all that is stored of these accounts, for as long as it may take."""
    accounts = accounts.filter(provider__in=list(rule.checks)).order_by("pk")
    found = Trial(_subjects(rule, accounts).count())
    until = time.monotonic() + seconds
    for account in accounts:
        bench = Bench(account, at)
        for batch in _seen(rule, account, at):
            for resource, seen in batch:
                found.take(resource, bench.ask(rule, seen))
            if time.monotonic() > until:
                return found
    return found


def _subjects(rule: Rule, accounts: QuerySet[Account]) -> QuerySet[Resource]:
    return Resource.objects.filter(kind=rule.about, account__in=accounts, gone_at=None)


def _seen(rule: Rule, account: Account, at: datetime) -> Iterator[list[tuple[Resource, Seen]]]:
    """What the rule gets to see of one account, a batch at a time."""
    seeing = Seeing(account, at)
    if rule.about != "function":
        seen = {pk: one for pk, one in seeing.accounts() if one.kind == rule.about}
        yield [
            (row, seen[row.pk]) for row in Resource.objects.filter(pk__in=seen).select_related("account").order_by("pk")
        ]
        return
    present = Function.objects.filter(account=account, gone_at=None).order_by("pk")
    for pks in batched(present.values_list("pk", flat=True), BATCH):
        rows = list(Function.objects.filter(pk__in=pks).select_related("resource__latest", "resource__account"))
        known = {row.pk: row.resource for row in rows}
        yield [(known[pk], one) for pk, one in seeing.functions(rows)]
