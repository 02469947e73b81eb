"""How lists of the API are paged: by key, at most 500 rows at a time, with the address of the next page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from inventory.search import paging
from inventory.search.lists import Search

USUAL, MOST = 100, 500


class NewestFirst(CursorPagination):
    """Pages of a table with a running number, newest first."""

    page_size = USUAL
    max_page_size = MOST
    page_size_query_param = "limit"
    ordering = "-pk"


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
) -> Response:
    """One page of a search: `{count, next, previous, results}`; `count` is given when `count=1` asks for it."""
    page = paging.page_of(
        search, sort_of(request, search), request.query_params.get("cursor", ""), limit_of(request), load
    )
    address = request.build_absolute_uri()
    return Response(
        {
            "count": search.rows().order_by().count() if request.query_params.get("count") == "1" else None,
            "next": replace_query_param(address, "cursor", page.later) if page.later else None,
            "previous": replace_query_param(address, "cursor", page.earlier) if page.earlier else None,
            "results": told(page.rows),
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
