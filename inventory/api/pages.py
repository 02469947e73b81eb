"""How lists of the API are paged: by key, at most 500 rows at a time, with the address of the next page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import ValidationError as Malformed
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from inventory.api.views import chosen, only
from inventory.search import paging
from inventory.search.lists import Search

USUAL, MOST = 100, 500
CURSOR = "Where to go on, from `next` or `previous` of another page."
NO_CURSOR = {"cursor": ["This is no place in this list; take it from `next` or `previous` of a page of it."]}


class NewestFirst(CursorPagination):
    """Pages of a table with a running number, newest first."""

    page_size = USUAL
    max_page_size = MOST
    page_size_query_param = "limit"
    ordering = "-pk"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        self.names = chosen(request, view.get_serializer_class()().fields)
        limit_of(request)
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, TypeError, ValueError, Malformed) as fault:
            if self.cursor_query_param not in request.query_params:
                raise
            raise ValidationError(NO_CURSOR) from fault

    def get_paginated_response(self, data: Any) -> Response:
        return super().get_paginated_response(only(self.names, data))

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        told: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for one in told:
            if one["name"] == self.page_size_query_param:
                one["schema"] |= {"minimum": 1, "maximum": MOST, "default": USUAL}
                one["description"] = "Rows a page."
            else:
                one["schema"]["format"] = "cursor"
                one["description"] = CURSOR
        return told


class ByTime(NewestFirst):
    """Pages of a table by its time, newest first."""

    ordering = ("-at", "-pk")  # type: ignore[assignment]


class ByKey(NewestFirst):
    """Pages of a table in the order in which its rows were written."""

    ordering = "pk"


def limit_of(request: Request) -> int:
    """`limit` of the address, 1 to 500. Raises ValidationError."""
    text = request.query_params.get("limit", str(USUAL))
    if not (text.isascii() and text.isdigit()) or len(text) > 4 or not 1 <= int(text) <= MOST:
        raise ValidationError({"limit": [f"A number from 1 to {MOST} is expected."]})
    return int(text)


def counted(request: Request) -> bool:
    """Whether `count` of the address asks for the number of all that was found. Raises ValidationError."""
    text = request.query_params.get("count", "0")
    if text not in ("0", "1"):
        raise ValidationError({"count": ["0 or 1 is expected."]})
    return text == "1"


def sort_of(request: Request, search: Search) -> str:
    """`sort` of the address. Raises ValidationError for an order that the list does not have."""
    sort = request.query_params.get("sort", "")
    if sort and sort.removeprefix("-") not in search.list.sorts:
        raise ValidationError(
            {"sort": [f"One of {', '.join(search.list.sorts)} is expected, or -name for the other way."]}
        )
    return str(sort)


def searched_page(
    request: Request,
    search: Search,
    load: Callable[[Any], Any],
    told: Callable[[list[Any]], list[dict[str, Any]]],
    names: Sequence[str] = (),
) -> Response:
    """One page of a search: `{count, next, previous, results}`; `count` is given when `count=1` asks for it.

    The rows have the fields named `names`, all when none is.
    """
    count = search.rows().order_by().count() if counted(request) else None
    sort, cursor = sort_of(request, search), request.query_params.get("cursor", "")
    if cursor and paging.parsed(cursor, search.list.sort_key(sort)[0]) is None:
        raise ValidationError(NO_CURSOR)
    page = paging.page_of(search, sort, cursor, limit_of(request), load)
    address = request.build_absolute_uri()
    return Response(
        {
            "count": count,
            "next": replace_query_param(address, "cursor", page.later) if page.later else None,
            "previous": replace_query_param(address, "cursor", page.earlier) if page.earlier else None,
            "results": only(names, told(page.rows)),
        }
    )


def page_shape(name: str, rows: type[serializers.Serializer[Any]]) -> type[serializers.Serializer[Any]]:
    """The shape of a page of such rows, for the schema."""
    fields = {
        "count": serializers.IntegerField(allow_null=True),
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": rows(many=True),
    }
    return type(name, (serializers.Serializer,), fields)
