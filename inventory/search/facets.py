"""Facets: for each field, the values among what the query finds without that field's own terms, with counts.

Facets whose base query is the same are counted in one pass over the rows found: grouping sets on PostgreSQL, a
materialized intermediate result on SQLite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count

from inventory.models import Account
from inventory.rungs import ONE_STATE
from inventory.search import edit
from inventory.search.lists import Search
from inventory.search.parse import And, Query, Value, parse

#: So many values are shown before "more".
SHOWN = 8
MOST = 500

#: Field → the column that is counted, when it is not named like the field.
COLUMNS = {
    "account": "account_id",
    "privilege": "posture__privilege",
    "exposure": "posture__invoke",
    "deploy": "posture__deploy",
    "egress": "posture__egress",
    "network": "network_attached",
    "trigger": "triggers__kind",
    "tag": "tags__key",
    "arch": "architecture",
    "external": "party",
    "worst": "posture__worst",
}
RELATIONS = frozenset({"trigger", "tag"})
#: What the databases say for yes and no, and how it is written in a query.
WORDS = {
    "assignee": {"null": "none"},
    "narrows": {"": "none"},
    "state": {theirs: ours for ours, words in ONE_STATE.items() for theirs in words},
    "network": {"true": "any", "1": "any", "false": "none", "0": "none"},
}
TITLES = {"tag": "Tag key", "trigger": "Trigger kind", "exposure": "Exposure (invoke)", "worst": "Worst finding"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One value: how it is written in a query and said to people, its count, and the queries a click leads to.

    `provider` is the cloud of an account: two clouds often have an account of one name.
    """

    value: str
    label: str
    count: int
    wanted: bool
    excluded: bool
    toggle: str
    exclude: str
    provider: str = ""


@dataclass(frozen=True)
class Facet:
    """One field's values, most frequent first, or in their own order. `more` says how many are not among `choices`."""

    name: str
    title: str
    choices: Sequence[Choice]
    more: int = 0

    @property
    def is_set(self) -> bool:
        return any(choice.wanted or choice.excluded for choice in self.choices)


Source = Callable[[Search, str], Search]


def facets(
    search: Search, names: Iterable[str], shown: int = SHOWN, source: Source = lambda base, name: base
) -> list[Facet]:
    """The facets of these fields, in their order. `source` may name another list from which a facet is counted."""
    bases: dict[tuple[str, bool, int], tuple[Search, list[str]]] = {}
    for name in names:
        base = source(_base(search, name), name)
        bases.setdefault((base.query.text, base.goes_beyond, id(base.list)), (base, []))[1].append(name)
    counts: dict[str, dict[Any, int]] = {}
    for base, alike in bases.values():
        counts |= _counts(base, alike)
    return [_facet(search, name, counts[name], shown) for name in names]


def _base(search: Search, name: str) -> Search:
    rest = edit.without_field(search.query, name)
    base = search if rest.text == search.query.text else search.with_query(rest)
    # A field that brings up rows which are usually left out is counted with them: they are what a click leads to.
    return replace(base, whole=True) if (name, "") in search.list.beyond else base


def _column(search: Search, name: str) -> str:
    return search.list.counted.get(name) or COLUMNS.get(name, name)


def _counts(base: Search, names: Sequence[str]) -> dict[str, dict[Any, int]]:
    columns = [name for name in names if name not in RELATIONS]
    counts = _grouped(base, columns) if columns else {}
    for name in names:
        if name in RELATIONS:
            rows = base.rows().order_by().values_list(_column(base, name)).annotate(number=Count("pk", distinct=True))
            counts[name] = {value: number for value, number in rows if value is not None}
    return counts


def _grouped(base: Search, names: Sequence[str]) -> dict[str, dict[Any, int]]:
    """Counts of all these columns from one evaluation of the query."""
    weight = [base.list.weight] if base.list.weight else []
    rows = base.rows().order_by().values_list(*(_column(base, name) for name in names), *weight)
    try:
        sql, params = rows.query.sql_with_params()
    except EmptyResultSet:
        return {name: {} for name in names}
    columns = [f"c{place}" for place in range(len(names))]
    listed, number = ", ".join(columns), "SUM(w)" if weight else "COUNT(*)"
    found_as = ", ".join([*columns, *(["w"] if weight else [])])
    if connection.vendor == "postgresql":
        # GROUPING() has a bit for each column, 0 for the one the row is grouped by; the last column is the lowest bit.
        sets = ", ".join(f"({column})" for column in columns)
        text = (
            f"SELECT GROUPING({listed}), {', '.join(f'{c}::text' for c in columns)}, {number} "  # noqa: S608
            f"FROM ({sql}) AS found({found_as}) GROUP BY GROUPING SETS ({sets})"
        )
    else:
        each = (f"SELECT {i}, {c}, {number} FROM found GROUP BY {c}" for i, c in enumerate(columns))  # noqa: S608
        text = f"WITH found({found_as}) AS MATERIALIZED ({sql}) " + " UNION ALL ".join(each)
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        found = cursor.fetchall()
    counts: dict[str, dict[Any, int]] = {name: {} for name in names}
    for row in found:
        place, value, count = _place(row, len(names)) if connection.vendor == "postgresql" else row
        if count:
            counts[names[place]][value] = int(count)
    return counts


def _place(row: Sequence[Any], columns: int) -> tuple[int, Any, int]:
    mask = (1 << columns) - 1 - row[0]
    place = columns - mask.bit_length()
    return place, row[1 + place], row[-1]


def _facet(search: Search, name: str, counts: dict[Any, int], shown: int) -> Facet:
    called = search.list.called.get(name)
    told, clouds = _named(name, counts, called)
    asked, unasked = edit.chosen(search.query, name)
    for value in (*asked, *unasked):
        if value.text not in told:
            told[value.text] = (called(value.text) if called else value.text, _count_of(search, name, value))
    wanted, excluded = {value.text for value in asked}, {value.text for value in unasked}
    chosen = wanted | excluded
    order = search.list.ranked.get(name, ())
    places = {value: place for place, value in enumerate(order)}
    ranked = sorted(told.items(), key=lambda entry: (places.get(entry[0], len(places)), -entry[1][1], entry[1][0]))
    kept = [entry for place, entry in enumerate(ranked) if place < shown or entry[0] in chosen][: max(shown, MOST)]
    choices = [
        Choice(value, label, number, value in wanted, value in excluded,
               edit.toggled(search.query, name, value), edit.excluded(search.query, name, value),
               clouds.get(value, ""))
        for value, (label, number) in kept
    ]  # fmt: skip
    title = TITLES.get(name, name.replace("-", " ").capitalize())
    return Facet(name, title, choices, len(ranked) - len(kept))


def _named(
    name: str, counts: dict[Any, int], called: Callable[[str], str] | None = None
) -> tuple[dict[str, tuple[str, int]], dict[str, str]]:
    """Value as written in a query → label (`called` says it) and count; and → the cloud of an account."""
    if name == "account":
        return _accounts(counts)
    words = WORDS.get(name, {})
    told: dict[str, tuple[str, int]] = {}
    for value, number in counts.items():
        text = words.get("null", "unknown") if value is None else words.get(str(value).lower(), str(value))
        if text:
            label = called(text) if called else text.replace("_", " ")
            told[text] = (label, told.get(text, ("", 0))[1] + number)
    return told, {}


def _accounts(counts: dict[Any, int]) -> tuple[dict[str, tuple[str, int]], dict[str, str]]:
    keys = {int(key): number for key, number in counts.items()}
    rows = list(Account.objects.filter(pk__in=keys).values_list("pk", "name", "native_id", "provider"))
    names = [name for _, name, _, _ in rows]
    # Two accounts of one name are told apart by their ids.
    written = {pk: name if names.count(name) == 1 else native_id for pk, name, native_id, _ in rows}
    told = {written[pk]: (name, keys[pk]) for pk, name, _, _ in rows}
    return told, {written[pk]: provider for pk, _, _, provider in rows}


def _count_of(search: Search, name: str, value: Value) -> int:
    """The count of a value that is not among the column's own (a group, a pattern, one with no rows)."""
    base = _base(search, name)
    part = parse(f"{name}:{edit.written(value)}", search.list.vocabulary)
    both = tuple(node for node in (base.query.root, part.root) if node is not None)
    return int(base.with_query(Query(part.text, And(both))).rows().count())


def qualifiers(search: Search) -> list[tuple[str, str, int]]:
    """Each outermost part of the query, the query without it, and how many rows that would find: for empty results."""
    found = []
    for part in search.query.parts:
        text = search.query.text_without(part)
        rows = search.with_query(search.query.without(part)).rows()
        found.append((search.query.text[part.start : part.end], text, rows.order_by()[:10_001].count()))
    return found
