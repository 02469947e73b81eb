"""The lists that can be searched: their rows, their fields, what a free word looks in, how they can be sorted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F, Model, OrderBy, Q, QuerySet

from inventory.history import clean
from inventory.models import ExposedBinding, Function, Identity
from inventory.rungs import SEVERITY
from inventory.search import values
from inventory.search.compile import asks_about, compiled
from inventory.search.exposure_fields import EXPOSURE_FIELDS
from inventory.search.field import Field, by_name
from inventory.search.function_fields import FUNCTION_FIELDS
from inventory.search.identity_fields import IDENTITY_FIELDS
from inventory.search.parse import Node, ParseError, Query, Vocabulary, Word, parse
from inventory.search.past import refuse_now_only

Rows = QuerySet[Any, Any]


@dataclass(frozen=True)
class SearchList:
    """One kind of thing that can be searched, declared once for pages, API and commands.

    `sorts` maps names to the column they sort by; a leading "-" in a request turns the order round. `text` are the
    columns in which a free word is looked for. Only the `usual` rows are found (what is gone is left out) unless the
    query names one of `beyond` (field and value; "" stands for any value). `counted` names the columns that facets
    count where they are not named like the field. `ranked` gives the values of a facet an order of their own, `called`
    says what people call them. `weight` is the column that tells for how many a row stands, in tables of counts.
    """

    name: str
    model: type[Model]
    fields: Mapping[str, Field]
    text: tuple[str, ...]
    sorts: Mapping[str, str]
    order: str
    facets: Sequence[str]
    rows: Callable[[Any], Rows]
    usual: Q = field(default_factory=lambda: Q(gone_at=None))
    beyond: Sequence[tuple[str, str]] = (("is", "gone"),)
    counted: Mapping[str, str] = field(default_factory=dict)
    ranked: Mapping[str, Sequence[str]] = field(default_factory=dict)
    called: Mapping[str, Callable[[str], str]] = field(default_factory=dict)
    weight: str = ""
    vocabulary: Vocabulary = field(init=False)

    def __post_init__(self) -> None:
        followed = {name: one.follow for name, one in self.fields.items() if one.follow}
        keyed = frozenset(name for name, one in self.fields.items() if one.keyed)
        object.__setattr__(self, "vocabulary", Vocabulary(frozenset(self.fields), keyed, followed))

    def learn(self, *fields: Field) -> None:
        """Take in fields of another app, when the process starts: what is asked of its tables is declared there."""
        object.__setattr__(self, "fields", {**self.fields, **by_name(fields)})
        self.__post_init__()

    def parse(self, text: str) -> Query:
        """The query a text says. Raises ParseError."""
        return parse(clean(text), self.vocabulary)

    def search(self, text: str, user: Any, at: datetime, within: Q | None = None, *, past: bool = False) -> Search:
        """What a person finds with a query, `within` limits it further. Raises ParseError.

        `past`: `at` is an earlier time, and the rows are read inside `inventory.then.state_at`; what is known of now
        only is refused.
        """
        found = Search(self, self.parse(text), user, at, within or Q())
        if past:
            refuse_now_only(found.query, {name: one.name for name, one in self.fields.items()}, at)
        _ = found.condition
        return found

    def word(self, word: Word) -> Q:
        """Rows whose names or ids hold a free word."""
        starred = "*" in word.text and not word.quoted
        found = Q()
        for column in self.text:
            if starred:
                found |= Q(**{f"{column}__like": f"%{values.like_pattern(word.text)}%"})
            elif column == "search_text":
                # It is kept in lower case; comparing letter by letter costs PostgreSQL half of what ILIKE does.
                found |= Q(**{f"{column}__contains": word.text.lower()})
            else:
                found |= Q(**{f"{column}__icontains": word.text})
        return found

    def sort_key(self, name: str) -> tuple[str, bool]:
        """The column to sort by and whether downwards; the list's own order for a name it does not know."""
        plain = name.removeprefix("-")
        if plain not in self.sorts:
            name, plain = self.order, self.order.removeprefix("-")
        return self.sorts[plain], name.startswith("-")


@dataclass(frozen=True)
class Search:
    """A query put by a person at a time; `whole` also finds what is usually left out."""

    list: SearchList
    query: Query
    user: Any
    at: datetime
    within: Q = field(default_factory=Q)
    whole: bool = False

    def with_query(self, query: Query) -> Search:
        return replace(self, query=query)

    @property
    def goes_beyond(self) -> bool:
        """Whether the query asks for rows that are usually left out."""
        return self.whole or any(asks_about(self.query.root, name, value) for name, value in self.list.beyond)

    @cached_property
    def condition(self) -> Q:
        """The filter of the query alone, without what the person may see. Raises ParseError."""
        asked = compiled(self.query.root, self.list.fields, self.list.word, self.at, self.user)
        return asked if self.goes_beyond else self.list.usual & asked

    def rows(self) -> Rows:
        """Every row found, unsorted, without related tables."""
        return self.list.rows(self.user).filter(self.within, self.condition)

    def has(self, key: int, node: Node) -> bool:
        """Whether the row with this key is found by one part of the query alone."""
        one = compiled(node, self.list.fields, self.list.word, self.at, self.user)
        return bool(self.list.rows(self.user).filter(one, pk=key).exists())

    def sorted_rows(self, sort: str = "") -> Rows:
        """Every row found, in a total order that `paging` can continue."""
        return self.rows().order_by(*ordering(*self.list.sort_key(sort)))


#: Columns that are never NULL: sorted plainly, so that an index gives the order both ways.
NEVER_NULL = frozenset(
    {
        "name",
        "region",
        "changed_at",
        "first_seen",
        "account__name",
        "rung",
        "principal",
        "function__name",
        "risk",
        "rank",
        "opened_at",
        "rule",
        "resource__name",
    }
)


def ordering(column: str, downwards: bool) -> tuple[OrderBy, str]:
    """Sorted by a column, unknown last, and by key among equals."""
    place = F(column)
    if column in NEVER_NULL:
        return (place.desc() if downwards else place.asc()), "-pk" if downwards else "pk"
    return (place.desc(nulls_last=True) if downwards else place.asc(nulls_last=True)), "-pk" if downwards else "pk"


FUNCTIONS = SearchList(
    name="functions",
    model=Function,
    fields=FUNCTION_FIELDS,
    text=("search_text",),
    sorts={
        "name": "name",
        "account": "account__name",
        "region": "region",
        "runtime": "runtime",
        "privilege": "posture__privilege_rank",
        "exposure": "posture__invoke_rank",
        "deploy": "posture__deploy_rank",
        "findings": "posture__worst_rank",
        "memory": "memory_mb",
        "timeout": "timeout_s",
        "code-size": "code_size",
        "changed": "changed_at",
        "first-seen": "first_seen",
        "invoked": "use__unused_days",
    },
    order="name",
    facets=(
        "provider",
        "account",
        "region",
        "privilege",
        "exposure",
        "worst",
        "network",
        "runtime",
        "trigger",
        "tag",
        "state",
    ),
    rows=lambda user: Function.objects.visible_to(user),
    ranked={"worst": tuple(reversed(SEVERITY))},
)

IDENTITIES = SearchList(
    name="identities",
    model=Identity,
    fields=IDENTITY_FIELDS,
    text=("name", "native_id"),
    sorts={
        "name": "name",
        "account": "account__name",
        "functions": "functions",
        "privilege": "posture__privilege_rank",
        "wildcard-actions": "posture__wild_actions",
        "wildcard-resources": "posture__wild_resources",
        "paths": "posture__paths",
        "outsiders": "posture__outsiders",
        "unused": "posture__unused_percent",
        "policies": "policy_count",
        "last-used": "last_used_at",
        "changed": "changed_at",
        "first-seen": "first_seen",
    },
    order="name",
    facets=("provider", "account", "kind"),
    rows=lambda user: Identity.objects.visible_to(user).with_functions(),
)

EXPOSURE = SearchList(
    name="exposure",
    model=ExposedBinding,
    fields=EXPOSURE_FIELDS,
    text=("principal", "party", "function__name"),
    sorts={
        "exposure": "rung",
        "function": "function__name",
        "account": "account__name",
        "principal": "principal",
        "since": "since",
    },
    order="-exposure",
    facets=("provider", "account", "external", "action", "narrows"),
    rows=lambda user: ExposedBinding.objects.visible_to(user),
)

LISTS = {one.name: one for one in (FUNCTIONS, IDENTITIES, EXPOSURE)}

__all__ = ["EXPOSURE", "FUNCTIONS", "IDENTITIES", "LISTS", "ParseError", "Search", "SearchList", "ordering"]
