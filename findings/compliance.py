"""How resources stand to controls: counted from the verdicts of the rules that answer each, and kept day by day.

A control that several rules answer fails where one of them fails, is unknown where one could not decide and none
fails, and passes only where all that apply pass. A framework about one cloud counts that cloud's accounts only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Substr

from findings.catalogue import catalogue
from findings.controls import Answered, answered
from findings.models import ControlSpan, RuleCount, Shelf, Verdicts
from findings.models.verdicts import COUNTED, LETTERS, NOT_EVALUATED
from findings.rule import Verdict
from findings.standards import FRAMEWORKS
from inventory.models import Account

#: A word about a resource → the column that counts it.
STANDS = {"fail": "failed", "unknown": "unknown", "off": "off", "pass": "passed", "not-applicable": "not_applicable"}
_FAIL, _PASS, _NONE = (LETTERS[one] for one in (Verdict.FAIL, Verdict.PASS, Verdict.NOT_APPLICABLE))
_UNKNOWN = (LETTERS[Verdict.UNKNOWN], NOT_EVALUATED)
_OFF = next(letter for letter, column in COUNTED.items() if column == "disabled")


@dataclass(frozen=True)
class Stand:
    """How many resources stand how to a control."""

    failed: int = 0
    unknown: int = 0
    off: int = 0
    passed: int = 0
    not_applicable: int = 0

    @property
    def asked(self) -> int:
        """All resources about which it was asked."""
        return self.failed + self.unknown + self.off + self.passed + self.not_applicable

    @property
    def decided(self) -> int:
        return self.failed + self.passed

    @property
    def word(self) -> str:
        """What can be said of the control as a whole: one that holds an unknown is not passed."""
        if self.failed:
            return "fail"
        if self.unknown or self.off:
            return "unknown"
        return "pass" if self.passed else "not applicable" if self.not_applicable else "nothing judged"

    def plus(self, other: Stand) -> Stand:
        return Stand(**{column: getattr(self, column) + getattr(other, column) for column in STANDS.values()})


Stands = dict[str, dict[int, Stand]]


def frameworks() -> dict[str, tuple[Answered, ...]]:
    """Each framework with its controls and the rules that answer them."""
    return answered(catalogue().values())


def stands(controls: Iterable[Answered], accounts: QuerySet[Account]) -> Stands:
    """Key of a control → account → how its resources stand now. Its queries do not grow with what is counted."""
    by_provider = dict(accounts.order_by().values_list("pk", "provider"))
    told = [one for one in controls if one.rules]
    single = {one.key: one for one in told if len(one.rules) == 1}
    several = [one for one in told if len(one.rules) > 1]
    found: Stands = defaultdict(dict)
    for key, account, stand in [*_of_single(single, accounts), *_of_several(several, accounts)]:
        if by_provider.get(account) in FRAMEWORKS[key.partition(":")[0]].providers:
            found[key][account] = stand
    return found


def summed(of_accounts: Mapping[int, Stand]) -> Stand:
    """The accounts together."""
    total = Stand()
    for stand in of_accounts.values():
        total = total.plus(stand)
    return total


def _of_single(controls: Mapping[str, Answered], accounts: Any) -> Iterable[tuple[str, int, Stand]]:
    by_rule = defaultdict(list)
    for key, one in controls.items():
        by_rule[one.rules[0].id].append(key)
    rows = accounts.limit(RuleCount.objects.filter(rule__in=by_rule)) if by_rule else ()
    for row in rows:
        stand = Stand(row.failed, row.unknown + row.errors, row.disabled, row.passed, row.not_applicable)
        yield from ((key, row.account_id, stand) for key in by_rule[row.rule])


def _of_several(controls: Sequence[Answered], accounts: Any) -> Iterable[tuple[str, int, Stand]]:
    if not controls:
        return
    shelves = shelves_in_use()
    rows = accounts.limit(Verdicts.objects.order_by()).annotate(
        **{f"c{number}": letters(one, shelves) for number, one in enumerate(controls)}
    )
    counts = {
        f"c{number}_{column}": Count("pk", filter=stand_q(f"c{number}", word))
        for number in range(len(controls))
        for word, column in STANDS.items()
    }
    for row in rows.values("account_id").annotate(**counts):
        for number, one in enumerate(controls):
            told = {column: row[f"c{number}_{column}"] for column in STANDS.values()}
            if any(told.values()):
                yield one.key, row["account_id"], Stand(**told)


def shelves_in_use() -> list[Shelf]:
    """The sets of rules by which present resources were judged; mostly one."""
    return list(Shelf.objects.filter(Exists(Verdicts.objects.filter(shelf=OuterRef("pk")))))


def letters(control: Answered, shelves: Iterable[Shelf]) -> Any:
    """An expression for a row of Verdicts: the letters of the control's rules, one after the other."""
    whens = []
    for shelf in shelves:
        places = [shelf.rules.index(rule.id) + 1 for rule in control.rules if rule.id in shelf.rules]
        if places:
            parts = [Substr("word", place, 1) for place in places]
            whens.append(When(shelf=shelf.pk, then=Concat(*parts) if len(parts) > 1 else parts[0]))
    return Case(*whens, default=Value("")) if whens else Value("")


def stand_q(name: str, word: str) -> Q:
    """Rows whose letters (see `letters`, annotated by this name) stand so."""

    def has(*wanted: str) -> Q:
        found = Q()
        for letter in wanted:
            found |= Q(**{f"{name}__contains": letter})
        return found

    graver = {
        "fail": (),
        "unknown": (_FAIL,),
        "off": (_FAIL, *_UNKNOWN),
        "pass": (_FAIL, *_UNKNOWN, _OFF),
        "not-applicable": (_FAIL, *_UNKNOWN, _OFF, _PASS),
    }[word]
    own = {"fail": (_FAIL,), "unknown": _UNKNOWN, "off": (_OFF,), "pass": (_PASS,), "not-applicable": (_NONE,)}[word]
    return has(*own) & ~has(*graver) if graver else has(*own)


def subjects(control: Answered, word: str, accounts: Any) -> QuerySet[Verdicts]:
    """The verdicts on present resources that stand so to a control."""
    providers = FRAMEWORKS[control.framework].providers
    rows = accounts.limit(Verdicts.objects.all()).filter(account__provider__in=providers)
    found: QuerySet[Verdicts] = rows.annotate(told=letters(control, shelves_in_use())).filter(stand_q("told", word))
    return found


def keep_stands(at: datetime) -> int:
    """Keep how every control stands at the end of this day so far; returns how many spans were begun.

    Run again on the same day it corrects the day. A day without a run stays a gap.
    """
    today = at.date()
    now = stands([one for controls in frameworks().values() for one in controls], Account.objects.all())
    wanted = {
        (account, *key.split(":", 1)): stand
        for key, of_accounts in now.items()
        for account, stand in of_accounts.items()
    }  # fmt: skip
    with transaction.atomic():
        return _keep(wanted, today)


def _keep(wanted: dict[tuple[Any, ...], Stand], today: date) -> int:
    yesterday = today - timedelta(days=1)
    last = {
        (row.account_id, row.framework, row.control): row for row in ControlSpan.objects.filter(until__gte=yesterday)
        .order_by("since")
    }  # fmt: skip
    same, corrected, begun = [], [], []
    for key, stand in wanted.items():
        row = last.get(key)
        if row is not None and stand_of(row) == stand:
            if row.until < today:
                same.append(row.pk)
        elif row is not None and row.since == today:
            for column in STANDS.values():
                setattr(row, column, getattr(stand, column))
            corrected.append(row)
        else:
            account, framework, control = key
            counts = {column: getattr(stand, column) for column in STANDS.values()}
            begun.append(ControlSpan(
                account_id=account, framework=framework, control=control, since=today, until=today, **counts
            ))  # fmt: skip
            if row is not None and row.until == today:
                row.until = yesterday
                row.save(update_fields=["until"])
    for start in range(0, len(same), 500):
        ControlSpan.objects.filter(pk__in=same[start : start + 500]).update(until=today)
    ControlSpan.objects.bulk_update(corrected, list(STANDS.values()), batch_size=500)
    ControlSpan.objects.bulk_create(begun, batch_size=500)
    return len(begun)


def stand_of(row: ControlSpan) -> Stand:
    """The numbers of a span."""
    return Stand(**{column: getattr(row, column) for column in STANDS.values()})


def stands_on(day: date, framework: str, accounts: Any) -> dict[str, dict[int, Stand]]:
    """Key of a control → account → how its resources stood at the end of that day, where that was kept."""
    rows = accounts.limit(ControlSpan.objects.filter(framework=framework, since__lte=day, until__gte=day))
    found: Stands = defaultdict(dict)
    for row in rows:
        found[f"{row.framework}:{row.control}"][row.account_id] = stand_of(row)
    return found
