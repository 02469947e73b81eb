"""How each rule stands now: how many resources fail, pass, are unknown, and of how many findings somebody took care."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet, Sum

from findings.catalogue import catalogue
from findings.models import FindingCount, RuleCount, RuleSetting, Shelf, Verdicts
from findings.models.verdicts import COUNTED
from findings.present import present_rule
from findings.rule import Rule
from findings.states import ACTIVE, SET_ASIDE
from inventory.models import Account

_NO_COUNTS: Mapping[str, int] = dict.fromkeys(COUNTED.values(), 0)


@dataclass(frozen=True)
class Standing:
    """A rule, and what became of it in some accounts. `active` and `aside` count findings, `counts` verdicts."""

    rule: Rule
    counts: Mapping[str, int]
    active: int = 0
    aside: int = 0
    oldest: Any = None
    newest: Any = None
    settings: list[RuleSetting] = field(default_factory=list)

    @property
    def judged(self) -> int:
        """Resources of which it could say whether they pass: the Y of "X of Y"."""
        return self.counts["passed"] + self.counts["failed"]

    @property
    def asked(self) -> int:
        """Resources about which it was asked at all."""
        return self.judged + self.counts["unknown"] + self.counts["not_applicable"] + self.counts["errors"]

    @property
    def is_disabled(self) -> bool:
        """Whether it is disabled everywhere but where a group says otherwise."""
        return any(one.group_id is None and not one.enabled for one in self.settings)

    def as_json(self) -> dict[str, Any]:
        return {
            **present_rule(self.rule),
            "failing": self.counts["failed"],
            "of": self.judged,
            "unknown": self.counts["unknown"],
            "not_applicable": self.counts["not_applicable"],
            "not_evaluated": self.counts["errors"],
            "open": self.active,
            "set_aside": self.aside,
            "enabled": not self.is_disabled,
        }


def standings(accounts: QuerySet[Account]) -> list[Standing]:
    """Every rule of the shelf, gravest first, as it stands in these accounts. A fixed number of queries."""
    counts = verdict_counts(accounts)
    rows = accounts.limit(FindingCount.objects.filter(state__in=(*ACTIVE, *SET_ASIDE))).order_by()  # type: ignore[attr-defined]
    active = Q(state__in=ACTIVE)
    told = rows.values("rule").annotate(active=Sum("number", filter=active), aside=Sum("number", filter=~active))
    found = {row.pop("rule"): {name: number or 0 for name, number in row.items()} for row in told}
    settings = current_settings()
    return [
        Standing(rule, counts.get(rule.id, _NO_COUNTS), settings=settings.get(rule.id, []), **found.get(rule.id, {}))
        for rule in catalogue().values()
    ]


def not_asked(accounts: QuerySet[Account]) -> list[Rule]:
    """Rules that were made, changed or enabled after something in these accounts was judged last: that they found
    nothing there says nothing."""
    late = set(_enabled_since(accounts))
    judged = accounts.limit(Verdicts.objects.all()).order_by().values_list("shelf", "account__provider").distinct()  # type: ignore[attr-defined]
    found = list(judged)
    shelves = Shelf.objects.in_bulk({pk for pk, _ in found})
    for pk, provider in found:
        known, versions = set(shelves[pk].rules), shelves[pk].versions
        for rule in catalogue().values():
            if provider in rule.checks and (rule.id not in known or versions.get(rule.id, 1) < rule.version):
                late.add(rule.id)
    return [rule for rule in catalogue().values() if rule.id in late]


def _enabled_since(accounts: QuerySet[Account]) -> Iterator[str]:
    """Rules that were disabled when something was judged, and are not any more where that is."""
    off: dict[tuple[str, int | None], bool] = {}
    for row in RuleSetting.objects.current():
        off[row.rule, row.group_id] = not row.enabled
    skipped = accounts.limit(RuleCount.objects.filter(disabled__gt=0)).order_by()  # type: ignore[attr-defined]
    for id, group in skipped.values_list("rule", "account__group").distinct():
        if not off.get((id, group), off.get((id, None), False)):
            yield id


def verdict_counts(accounts: QuerySet[Account], **only: Any) -> dict[str, dict[str, int]]:
    """Rule → how many present resources of these accounts have which verdict."""
    rows = accounts.limit(RuleCount.objects.filter(**only)).order_by()  # type: ignore[attr-defined]
    sums = rows.values("rule").annotate(**{f"all_{name}": Sum(name) for name in COUNTED.values()})
    return {row["rule"]: {name: row[f"all_{name}"] for name in COUNTED.values()} for row in sums}


def current_settings() -> dict[str, list[RuleSetting]]:
    """Rule → what holds for it, for all accounts and for groups, where somebody set something."""
    found: defaultdict[str, list[RuleSetting]] = defaultdict(list)
    for row in RuleSetting.objects.current().select_related("group", "by"):
        if not row.enabled or row.severity:
            found[row.rule].append(row)
    return found
