"""Completions for the word at the cursor: names of fields, then values with counts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from inventory.search.edit import quoted, quoted_key
from inventory.search.facets import RELATIONS
from inventory.search.field import Field
from inventory.search.lists import SearchList
from inventory.search.values import like_pattern

MOST = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Put `text` in place of the characters from `start` to `end`; `note` says what it is or how many there are."""

    text: str
    start: int
    end: int
    note: str


def suggestions(searched: SearchList, text: str, cursor: int, user: Any) -> list[Suggestion]:
    """What may stand where the cursor is; at most MOST entries."""
    before = text[:cursor]
    token = re.search(r'(?:[^\s()"]|"[^"]*"?)*$', before)
    begun = token[0] if token else ""
    start = cursor - len(begun)
    start, begun = (start + 1, begun[1:]) if begun.startswith("-") else (start, begun)
    name, colon, rest = begun.partition(":")
    plain, dot, key = name.lower().partition(".")
    if colon and plain in searched.fields:
        value = rest.rsplit(",", 1)[-1]
        return _values(searched, searched.fields[plain], key, value.strip('"'), cursor - len(value), cursor, user)
    if dot and not colon and plain in searched.fields and searched.fields[plain].keyed:
        return _keys(searched, searched.fields[plain], key.strip('"'), start, cursor, user)
    return _names(searched, begun.lower(), start, cursor)


def _names(searched: SearchList, begun: str, start: int, end: int) -> list[Suggestion]:
    fields = {one.name: one for one in searched.fields.values()}
    ranked = sorted(fields.values(), key=lambda one: (not one.name.startswith(begun), one.name))
    found = [one for one in ranked if begun in one.name] if begun else ranked
    return [Suggestion(f"{one.name}{'.' if one.keyed else ':'}", start, end, one.help) for one in found[:MOST]]


def _values(
    searched: SearchList, field: Field, key: str, begun: str, start: int, end: int, user: Any
) -> list[Suggestion]:
    if field.keyed and key:
        rows = _counted(searched, "tags__value", begun, user, tags__key=key)
        return [Suggestion(quoted(value), start, end, f"{number:,}") for value, number in rows]
    offered = [value for value in field.values if begun.lower() in value.lower()]
    found = [Suggestion(value if "<" in value else quoted(value), start, end, "") for value in offered]
    if field.suggests:
        known = {one.text for one in found}
        rows = _counted(searched, field.suggests, begun, user)
        counted = [Suggestion(quoted(str(value)), start, end, f"{number:,}") for value, number in rows if value != ""]
        found = (
            [one for one in counted if one.text not in known] + found
            if not field.values
            else found + [one for one in counted if one.text not in known]
        )
    return found[:MOST]


def _keys(searched: SearchList, field: Field, begun: str, start: int, end: int, user: Any) -> list[Suggestion]:
    rows = _counted(searched, field.suggests, begun, user)
    return [Suggestion(f"{field.name}.{quoted_key(key)}:", start, end, f"{number:,}") for key, number in rows]


def _counted(searched: SearchList, column: str, begun: str, user: Any, **only: Any) -> QuerySet[Any, Any]:
    """The most frequent values of a column among what is present."""
    rows = searched.rows(user).filter(searched.usual, **{f"{column}__isnull": False}, **only).order_by()
    if begun:
        rows = rows.filter(**{f"{column}__like": f"%{like_pattern(begun, stars=False)}%"})
    distinct = column.split("__")[0] in {"tags", "triggers"} or column in RELATIONS
    ranked: QuerySet[Any, Any] = rows.values_list(column).annotate(number=Count("pk", distinct=distinct))
    return ranked.order_by("-number", column)[:MOST]
