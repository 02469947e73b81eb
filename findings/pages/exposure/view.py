"""The page itself."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from findings.pages.exposure.asked import TITLES, VIEWS, WHO, Asked, asked
from findings.pages.exposure.matrix import matrix
from findings.pages.exposure.rows import load, rows_of
from findings.pages.functions.coverage import coverage_of
from inventory.models import Posture
from inventory.models.exposure import TABS, trusted_condition
from inventory.permission import needs
from inventory.search import paging
from inventory.search.facets import Facet, facets, qualifiers
from inventory.search.parse import ParseError
from inventory.search.patience import TooSlow, patience

TEMPLATE = "findings/exposure/exposure.html"
SIZE = 50
FACETS = {
    "public": ("provider", "account", "action", "narrows"),
    "external": ("provider", "account", "external", "action", "narrows"),
    "internal": ("provider", "account", "action", "narrows"),
}


@needs("view")
def exposure(request: HttpRequest) -> HttpResponse:
    wanted = asked(request)
    shown: dict[str, Any] = {
        "asked": wanted, "now": wanted.now, "q": wanted.q, "scope": wanted.scope.choice, "scopes": wanted.scope.choices,
        "who": [(name, wanted.address(who=name)) for name in WHO],
        "views": [(name, wanted.address(view=name)) for name in VIEWS],
        "coverage": coverage_of(wanted.scope.accounts, wanted.now),
    }  # fmt: skip
    try:
        with patience():
            return render(request, TEMPLATE, shown | _found(wanted))
    except ParseError as fault:
        return render(request, TEMPLATE, {**shown, "fault": fault, "tabs": _tabs(wanted, None)}, status=400)
    except TooSlow as slow:
        return render(request, TEMPLATE, {**shown, "slow": str(slow), "tabs": _tabs(wanted, None)}, status=422)


def _found(wanted: Asked) -> dict[str, Any]:
    counts = _counts(wanted)
    shown = {
        "tabs": _tabs(wanted, counts),
        "total": counts[wanted.tab][0],
        "unknown": _unknown(wanted),
        "facets": _facets(wanted),
    }
    if wanted.view == "matrix":
        return shown | {"matrix": matrix(wanted)}
    page = paging.page_of(wanted.search, wanted.sort, wanted.cursor, SIZE, load)
    less = [(part, wanted.address(q=rest), count) for part, rest, count in qualifiers(wanted.search)]
    return shown | {"page": page, "rows": rows_of(page.rows, wanted), "less": less if not page.rows else []}


def _counts(wanted: Asked) -> dict[str, tuple[int, int]]:
    """How many bindings stand on each tab, and how many of them are of trusted third parties."""
    rows = wanted.every_tab.rows().order_by().values_list("tab")
    held = Count("pk", filter=trusted_condition(wanted.now))
    found = {tab: (number, trusted) for tab, number, trusted in rows.annotate(number=Count("pk"), trusted=held)}
    return {tab: found.get(tab, (0, 0)) for tab in TABS}


def _tabs(wanted: Asked, counts: dict[str, tuple[int, int]] | None) -> list[dict[str, Any]]:
    return [
        {
            "title": TITLES[tab],
            "address": wanted.address(tab=tab, sort=wanted.sort),
            "here": tab == wanted.tab,
            "count": counts[tab][0] - counts[tab][1] if counts else None,
            "trusted": counts[tab][1] if counts else 0,
        }
        for tab in TABS
    ]


def _unknown(wanted: Asked) -> int:
    """Functions of which it is not known who may do this: they could be anywhere on the ladder."""
    column = "invoke_rank" if wanted.part == "invoke" else "deploy_rank"
    judged = Posture.objects.filter(function__gone_at=None, **{column: None})
    # Not limited where that is all accounts: the database would go through the functions and not the unknown ranks.
    return wanted.scope.accounts.limit(judged, "function__account").count()


def _facets(wanted: Asked) -> list[dict[str, Any]]:
    return [_facet(one, wanted) for one in facets(wanted.search, FACETS[wanted.tab]) if one.choices]


def _facet(facet: Facet, wanted: Asked) -> dict[str, Any]:
    choices = [
        {"choice": one, "toggle": wanted.address(q=one.toggle), "exclude": wanted.address(q=one.exclude)}
        for one in facet.choices
    ]
    titles = {"external": "External account", "narrows": "Condition restricts who"}
    return {
        "title": titles.get(facet.name, facet.title), "choices": choices, "facet": {"name": facet.name},
        "own": wanted.address(),
    }  # fmt: skip
