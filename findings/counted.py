"""Questions about findings that their counts answer, so that millions need not be looked through.

A search can be put to a table of counts when every part of it asks about a column that the table has: then the same
fields are compiled against that table, and numbers are summed instead of rows counted.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum

from findings.models import Finding, FindingCount, RegionCount
from findings.models.tally import Tally
from findings.search import FINDINGS
from findings.states import ACTIVE
from inventory.search.lists import Search, SearchList
from inventory.search.parse import Term

#: Words of `is:` that ask about the assignee only.
_ASSIGNED = frozenset({"assigned", "unassigned", "mine"})
#: Up to so many findings are looked at one by one.
FEW = 5_000


def _over(model: type[Tally], names: Collection[str], columns: dict[str, str]) -> SearchList:
    fields = {name: one for name, one in FINDINGS.fields.items() if one.name in names}
    return replace(
        FINDINGS, model=model, fields=fields, text=(), sorts={}, facets=(), counted=columns, weight="number",
        rows=lambda user: model.objects.visible_to(user),
    )  # fmt: skip


_EVERYWHERE = ("severity", "state", "provider", "account", "group")
BY_RULE = _over(
    FindingCount, (*_EVERYWHERE, "rule", "subject", "standard", "assignee", "is"),
    {"provider": "account__provider", "assignee": "assignee__username"},
)  # fmt: skip
BY_REGION = _over(RegionCount, (*_EVERYWHERE, "region"), {"provider": "account__provider"})


def counting(search: Search, facet: str = "") -> Search | None:
    """The same search put to counts; None where these cannot answer it, or do not know the column of the facet."""
    if search.list is not FINDINGS:
        return None
    over = BY_REGION if facet == "region" else BY_RULE
    for leaf in search.query.leaves():
        if not isinstance(leaf, Term) or leaf.name not in over.fields:
            return None
        if over.fields[leaf.name].name == "is" and not all(one.text.lower() in _ASSIGNED for one in leaf.values):
            return None
    return replace(search, list=over)


def for_facet(search: Search, name: str) -> Search:
    """Where a facet is counted from: the counts, or else the findings."""
    return counting(search, name) or search


def total(search: Search) -> int | None:
    """How many findings there are; None where the counts cannot say."""
    found = counting(search)
    return None if found is None else int(found.rows().aggregate(sum=Sum("number"))["sum"] or 0)


@dataclass(frozen=True)
class Group:
    """The findings of one rule. `people` are those they are assigned to, `due` the first day of one that is open."""

    rule: str
    number: int
    worst: int
    urgent: int
    oldest: datetime
    newest: datetime
    due: datetime | None
    unassigned: int
    people: Sequence[str]


def by_rule(search: Search) -> list[Group] | None:
    """What a search finds, rule by rule, most urgent first; None where the counts cannot answer it."""
    found = counting(search)
    if found is None:
        return None
    columns = ("rule", "state", "rank", "assignee__username")
    rows = found.rows().order_by().values_list(*columns)
    told: dict[str, dict[str, Any]] = {}
    for rule, state, rank, person, number, pk in rows.annotate(sum=Sum("number"), pk=Min("pk")):
        if number <= 0:
            continue
        one = told.setdefault(rule, {"number": 0, "worst": 0, "unassigned": 0, "people": {}, "states": {}})
        one["number"] += number
        one["worst"] = max(one["worst"], rank)
        one["states"][state] = pk
        if person is None:
            one["unassigned"] += number
        else:
            one["people"][person] = one["people"].get(person, 0) + number
    ends = _ends(search, told)
    return _sorted(_group(rule, one, ends[rule]) for rule, one in told.items() if rule in ends)


def _sorted(groups: Iterable[Group]) -> list[Group]:
    """Gravest first, then the most urgent; of what is not open, the most frequent."""
    return sorted(groups, key=lambda group: (-group.worst, -group.urgent, -group.number, group.rule))


def _group(rule: str, told: dict[str, Any], ends: dict[str, Any]) -> Group:
    people = sorted(told["people"], key=lambda name: (-told["people"][name], name))
    return Group(rule, told["number"], told["worst"], ends["urgent"] or 0, ends["oldest"], ends["newest"], ends["due"],
                 told["unassigned"], people)  # fmt: skip


def _ends(search: Search, told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rule → oldest, newest, urgent and due: what no sum tells. Few findings are looked through; of many, the first and
    last are taken from the indexes, one look a rule and state."""
    if sum(one["number"] for one in told.values()) <= FEW:
        rows = search.rows().filter(rule__in=list(told)).order_by().values("rule")
        return {row.pop("rule"): row for row in rows.annotate(**ENDS)}
    ends: dict[str, dict[str, Any]] = {}
    within = search.rows().filter(rule=OuterRef("rule"))
    of_state = within.filter(state=OuterRef("state"))
    marks = FindingCount.objects.filter(pk__in=[pk for one in told.values() for pk in one["states"].values()])
    looked = marks.annotate(oldest=_first(of_state, "opened_at"), newest=_first(of_state, "-opened_at"))
    for rule, oldest, newest in looked.values_list("rule", "oldest", "newest"):
        if oldest is not None:
            one = ends.setdefault(rule, {"oldest": oldest, "newest": newest, "urgent": None, "due": None})
            one["oldest"], one["newest"] = min(one["oldest"], oldest), max(one["newest"], newest)
    active = within.filter(state__in=ACTIVE)
    marks = FindingCount.objects.filter(pk__in=[
        pk for one in told.values() for state, pk in list(one["states"].items())[:1] if set(one["states"]) & set(ACTIVE)
    ])  # fmt: skip
    looked = marks.annotate(
        urgent=_first(active, "-risk", "-id"), due=_first(active.filter(due_at__isnull=False), "due_at")
    )
    for rule, urgent, due in looked.values_list("rule", "urgent", "due"):
        if rule in ends:
            ends[rule] |= {"urgent": urgent, "due": due}
    return ends


def _first(rows: QuerySet[Finding, Any], *order: str) -> Subquery:
    return Subquery(rows.order_by(*order).values(order[0].removeprefix("-"))[:1])


#: The same over rows that are looked through.
ENDS: dict[str, Any] = {
    "oldest": Min("opened_at"),
    "newest": Max("opened_at"),
    "urgent": Max("risk", filter=Q(state__in=ACTIVE)),
    "due": Min("due_at", filter=Q(state__in=ACTIVE)),
}


def looked_through(search: Search) -> list[Group]:
    """The same as `by_rule`, by looking through all that is found: for what the counts cannot answer."""
    rows = search.rows().order_by().values("rule")
    told = rows.annotate(number=Count("pk"), worst=Max("rank"), unassigned=Count("pk", filter=Q(assignee=None)), **ENDS)
    # Apart from the rest: told apart, people make a database sort every finding, where only the assigned have any.
    people: dict[str, dict[str, int]] = {}
    for rule, name, number in (
        rows.exclude(assignee=None).values_list("rule", "assignee__username").annotate(Count("pk"))
    ):
        people.setdefault(rule, {})[name] = number
    return _sorted(_group(row["rule"], row | {"people": people.get(row["rule"], {})}, row) for row in told)
