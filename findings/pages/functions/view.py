"""The list itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from findings.pages import _past
from findings.pages.functions.asked import Asked, asked
from findings.pages.functions.column_sets import offered
from findings.pages.functions.coverage import Coverage, coverage
from findings.pages.functions.fragments import facets_of, peeked
from findings.pages.functions.searches import tabs
from findings.pages.functions.table import heads, rows_of
from inventory.columns import FUNCTION_COLUMNS
from inventory.permission import needs
from inventory.search import paging
from inventory.search.facets import qualifiers
from inventory.search.parse import ParseError, suspects
from inventory.search.patience import TooSlow, patience

TEMPLATE = "findings/functions/functions.html"
#: Columns that need no title beside them where a narrow window stacks the cells of a row.
TOLD_BY_ITSELF = frozenset({"account", "region", "findings", "runtime", "provider"})


@needs("view")
def functions(request: HttpRequest) -> HttpResponse:
    wanted = asked(request)
    shown: dict[str, Any] = {
        "asked": wanted, "now": wanted.now, "q": wanted.q, "scope": wanted.scope.choice,
        "scopes": wanted.scope.choices, "tabs": tabs(wanted), "choices": _column_choices(wanted),
        "sets": offered(wanted),
        "sizes": paging.SIZES,
        "told_by_itself": TOLD_BY_ITSELF,
    }  # fmt: skip
    covered = coverage(wanted)
    if wanted.at is not None:
        past = _past.past_of(wanted.at, wanted.scope.accounts)
        says = "What was known and concluded then; bindings are of now only."
        shown["past"] = _past.banner(past, request, says)
    if not covered.accounts and not wanted.scope.choice.value:
        return render(request, TEMPLATE, {**shown, "unconnected": True})
    try:
        with patience(), wanted.then():
            found = _found(wanted, covered)
    except ParseError as fault:
        return render(request, TEMPLATE, {**shown, **_faulty(wanted.q, fault)}, status=400)
    except TooSlow as slow:
        return render(request, TEMPLATE, {**shown, "slow": str(slow)}, status=422)
    return render(request, TEMPLATE, shown | found)


def _found(wanted: Asked, covered: Coverage) -> dict[str, Any]:
    search = wanted.search
    page = paging.page_of(search, wanted.sort, wanted.cursor, wanted.size,
                          lambda rows: rows.select_related("account__group", "posture", "use", "identity",
                                                           "resource__scope")
                          .defer("search_text", "variables", "layers", "posture__because"))  # fmt: skip
    total, exact = _total(wanted, page)
    return {
        "coverage": covered,
        "page": page,
        "total": total,
        "exact": exact,
        "heads": heads(wanted),
        "rows": rows_of(wanted, page.rows, covered),
        "facets": facets_of(search, wanted) if "facets" in wanted.request.GET else None,
        "qualifiers": _less(wanted) if not page.rows else [],
        "suspects": suspects(search.query, search.list.vocabulary),
        "peek": peeked(wanted),
    }


def _total(wanted: Asked, page: paging.Page) -> tuple[int, bool]:
    if not page.earlier and not page.later:
        return len(page.rows), True
    return paging.counted(wanted.search.rows(), wanted.exactly)


def _less(wanted: Asked) -> list[dict[str, Any]]:
    """What the query would find without each of its parts."""
    return [
        {"part": part, "address": wanted.address(q=rest), "count": count}
        for part, rest, count in qualifiers(wanted.search)
    ]


def _faulty(q: str, fault: ParseError) -> dict[str, Any]:
    """A query that is none: the text in three pieces, the middle one wrong."""
    return {"fault": fault, "before": q[: fault.start], "wrong": q[fault.start : fault.end], "behind": q[fault.end :]}


def _column_choices(wanted: Asked) -> list[dict[str, Any]]:
    """Every column for the chooser: those shown first, in their order."""
    shown = [column.name for column in wanted.columns]
    ranked = sorted(FUNCTION_COLUMNS, key=lambda one: shown.index(one.name) if one.name in shown else len(shown))
    return [{"column": column, "on": column.name in shown} for column in ranked]
