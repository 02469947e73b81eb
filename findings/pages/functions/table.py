"""The table: its heads with the way each sorts, and its rows as cells."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from findings.pages.functions.asked import Asked
from findings.pages.functions.coverage import Coverage
from inventory.columns import parts_of
from inventory.facts import ReadState
from inventory.freshness import STALE_AFTER
from inventory.models import Function
from inventory.present import present_page
from inventory.search.lists import FUNCTIONS

#: Columns whose first click sorts the highest or newest first.
DOWNWARDS_FIRST = frozenset(
    {"privilege", "exposure", "deploy", "findings", "memory", "timeout", "code-size", "changed", "first-seen"}
)


def heads(wanted: Asked) -> list[dict[str, Any]]:
    """The head of each column: the address that sorts by it, and how it is sorted now (ascending, descending, "")."""
    order = wanted.sort or FUNCTIONS.order
    told = []
    for column in wanted.columns:
        here = order.removeprefix("-") == column.sort
        now = ("descending" if order.startswith("-") else "ascending") if here and column.sort else ""
        other = {"ascending": f"-{column.sort}", "descending": column.sort}
        first = f"-{column.sort}" if column.sort in DOWNWARDS_FIRST else column.sort
        address = wanted.address(sort=other.get(now, first)) if column.sort else ""
        told.append({"column": column, "address": address, "sorted": now})
    return told


def rows_of(wanted: Asked, functions: Sequence[Function], covered: Coverage) -> list[dict[str, Any]]:
    """Each row: the function as JSON, its cells, and whether its scope was not read lately."""
    told = present_page(functions, parts_of(wanted.columns))
    return [
        {
            "function": row,
            "cells": [{"column": column, "value": column.value(row)} for column in wanted.columns],
            "stale": _stale(function, wanted),
            "read_at": function.resource.scope.complete_at,
            "here": function.uid == wanted.peek,
            "peek": wanted.address(peek=function.uid),
        }
        for function, row in zip(functions, told, strict=True)
    ]


def _stale(function: Function, wanted: Asked) -> bool:
    scope = function.resource.scope
    if scope.state == ReadState.NOT_APPLICABLE or function.gone_at or wanted.at:
        return False
    limit = wanted.now - STALE_AFTER * timedelta(minutes=max(function.account.every_minutes, 1))
    return scope.complete_at is None or scope.complete_at < limit
