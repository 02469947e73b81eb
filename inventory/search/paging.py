"""Pages by key, not by number: the place after the last row is remembered, so that page 500 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.utils.dateparse import parse_date, parse_datetime

from inventory.history import clean
from inventory.search.lists import NEVER_NULL, Search, ordering

SIZES = (25, 50, 100, 250)
#: Totals are counted up to here unless someone asks for the exact number.
COUNTED = 10_000
_MOST = 2**53

Rows = QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows of an order: sort value and key of the row beside it, and how many rows lie before."""

    column: str
    value: Any
    key: int
    rank: int
    backwards: bool = False

    def text(self) -> str:
        """The cursor as it stands in an address."""
        kind, plain = _packed(self.value)
        told = json.dumps([self.column, kind, plain, self.key, self.rank, int(self.backwards)], separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Page:
    """Rows of one page; `first` counts from 1; `earlier` and `later` are cursors, empty where there is nothing."""

    rows: list[Any]
    first: int
    earlier: str
    later: str

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def page_of(
    search: Search, sort: str, cursor: str, size: int, load: Callable[[Rows], Rows] = lambda rows: rows
) -> Page:
    """One page of what was found. A cursor that is none (or of another sort order) begins at the first page.

    `load` adds what the page's rows need (select_related …). Which rows they are is asked first and by itself: whole
    rows would be dragged through the sorting.
    """
    column, downwards = search.list.sort_key(sort)
    rows, place = _from(search.rows(), column, downwards, parsed(cursor, column))
    backwards = place is not None and place.backwards
    ordered = rows.order_by(*_order(column, downwards, backwards))
    found = list(ordered.values_list("pk", F(column))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return _page(_loaded(search, found, load), found, _Place(place, column, more))


def _loaded(search: Search, found: list[tuple[int, Any]], load: Callable[[Rows], Rows]) -> list[Any]:
    rows = load(search.list.rows(search.user).filter(pk__in=[key for key, _ in found])).in_bulk() if found else {}
    return [rows[key] for key, _ in found if key in rows]


def _from(rows: Rows, column: str, downwards: bool, place: Cursor | None) -> tuple[Rows, Cursor | None]:
    """The rows beyond the place; all of them for a place whose value the column cannot have."""
    if place is None:
        return rows, None
    try:
        return rows.filter(_beyond(column, downwards is not place.backwards, place)), place
    except (TypeError, ValueError, ValidationError):
        return rows, None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page was read from, in which order, and whether there is more on its far side."""

    cursor: Cursor | None
    column: str
    more: bool


def _page(rows: list[Any], found: list[tuple[int, Any]], place: _Place) -> Page:
    begun, backwards = place.cursor, place.cursor is not None and place.cursor.backwards
    if begun is None:
        first = 1
    else:
        first = max(1, begun.rank - len(found) + 1) if backwards else begun.rank + 1
    has_earlier = (place.more if backwards else begun is not None) and bool(found)
    has_later = (begun is not None if backwards else place.more) and bool(found)
    last = first + len(found) - 1
    earlier = Cursor(place.column, found[0][1], found[0][0], first - 1, True).text() if has_earlier else ""
    later = Cursor(place.column, found[-1][1], found[-1][0], last).text() if has_later else ""
    return Page(rows, first, earlier, later)


def _order(column: str, downwards: bool, backwards: bool) -> tuple[Any, str]:
    if not backwards:
        return ordering(column, downwards)
    if column in NEVER_NULL:
        return ordering(column, not downwards)
    # Read from the place towards the beginning: unknown values, which come last, then come first.
    place = F(column)
    return (place.asc(nulls_first=True), "pk") if downwards else (place.desc(nulls_first=True), "-pk")


def _beyond(column: str, downwards: bool, place: Cursor) -> Q:
    """Rows on the far side of the place; rows without a value come after all others, whichever way values run."""
    toward = "lt" if downwards else "gt"
    null = Q(**{f"{column}__isnull": True})
    # The key runs with the values, also among rows without one.
    beside = Q(**{f"pk__{toward}": place.key})
    if column in NEVER_NULL:
        # The bound on the column alone is implied; the database begins to read its index there.
        bound = Q(**{f"{column}__{toward}e": place.value})
        return bound & (Q(**{f"{column}__{toward}": place.value}) | beside)
    if place.value is None:
        return null & beside if not place.backwards else ~null | null & beside
    further = Q(**{f"{column}__{toward}": place.value}) | Q(**{column: place.value}) & beside
    return further if place.backwards else further | null


def parsed(text: str, column: str) -> Cursor | None:
    """The cursor that `Cursor.text` wrote for this order; None for anything else."""
    try:
        told = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        of, kind, plain, key, rank, backwards = told
        if of != column or not 0 <= int(key) < _MOST or not 0 <= int(rank) < _MOST:
            return None
        return Cursor(column, _unpacked(kind, plain), int(key), int(rank), bool(backwards))
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        return None


def _packed(value: Any) -> tuple[str, Any]:
    if isinstance(value, datetime):
        return "t", value.isoformat()
    if isinstance(value, date):
        return "d", value.isoformat()
    return "", value


def _unpacked(kind: str, plain: Any) -> Any:
    if kind == "t":
        moment = parse_datetime(plain)
        if moment is None or moment.tzinfo is None:
            raise ValueError(plain)
        return moment
    if kind == "d":
        return parse_date(plain)
    if isinstance(plain, str):
        return clean(plain)
    if plain is not None and (not isinstance(plain, int) or abs(plain) >= _MOST):
        raise TypeError(plain)
    return plain


def counted(rows: Rows, exactly: bool = False) -> tuple[int, bool]:
    """How many rows, and whether that is all: beyond COUNTED it is only told when asked for."""
    if exactly:
        return rows.order_by().count(), True
    number = rows.order_by()[: COUNTED + 1].count()
    return min(number, COUNTED), number <= COUNTED
