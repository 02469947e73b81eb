"""The list: by rule with "X of Y", or finding by finding."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from findings import counted
from findings.catalogue import catalogue
from findings.models import Verdicts
from findings.pages.findings.asked import SIZE, Asked, asked
from findings.pages.findings.groups import groups
from findings.pages.functions.coverage import coverage_of
from findings.present import RELATED, title_of
from findings.risk import FORMULA
from findings.rule_standing import current_settings, not_asked, verdict_counts
from findings.search import FINDINGS
from inventory.permission import fulfils, needs
from inventory.search import paging
from inventory.search.facets import MOST, Facet, facets, qualifiers
from inventory.search.lists import Search
from inventory.search.parse import ParseError
from inventory.search.patience import TooSlow, patience

TEMPLATE = "findings/findings/findings.html"
TABS = (
    ("Open", ""),
    ("Mine", "assignee:me"),
    ("Overdue", "is:overdue"),
    ("New in 7 d", "is:new"),
    ("Expiring soon", "is:expiring"),
    ("Set aside", "state:set-aside"),
    ("Closed in 30 d", "state:closed closed:<30d"),
)


@needs("view")
def findings(request: HttpRequest) -> HttpResponse:
    wanted = asked(request)
    covered = coverage_of(wanted.scope.accounts, wanted.now)
    shown: dict[str, Any] = {
        "asked": wanted, "now": wanted.now, "q": wanted.q, "scope": wanted.scope.choice, "scopes": wanted.scope.choices,
        "coverage": covered, "formula": FORMULA, "may_triage": fulfils(request.user, "triage"),
        "tabs": [(title, wanted.address(q=query, open=""), wanted.q == query) for title, query in TABS],
    }  # fmt: skip
    if not covered.accounts and not wanted.scope.choice.value:
        return render(request, TEMPLATE, {**shown, "unconnected": True})
    try:
        with patience():
            found = _flat(wanted) if wanted.flat else _grouped(wanted)
    except ParseError as fault:
        return render(request, TEMPLATE, {**shown, **_faulty(wanted.q, fault)}, status=400)
    except TooSlow as slow:
        return render(request, TEMPLATE, {**shown, "slow": str(slow)}, status=422)
    return render(request, TEMPLATE, shown | found | ({} if found["total"] else _why_nothing(wanted)))


def _flat(wanted: Asked) -> dict[str, Any]:
    page = rows_of(wanted.search, wanted.sort, wanted.cursor)
    number = counted.total(wanted.search)
    total, exact = paging.counted(wanted.search.rows()) if number is None else (number, True)
    return {"page": page, "total": total, "exact": exact, **_facets_now(wanted)}


def rows_of(search: Search, sort: str, cursor: str) -> paging.Page:
    """A page of findings; each tells its title and its risk of today."""
    page = paging.page_of(search, sort, cursor, SIZE, lambda rows: rows.select_related(*RELATED))
    for row in page.rows:
        row.title, row.today = title_of(row.rule), row.score(search.at)
        row.late = row.is_overdue(search.at)
    return page


def _grouped(wanted: Asked) -> dict[str, Any]:
    found = groups(wanted)
    is_open = any(group["is_open"] for group in found)
    return {
        "groups": found,
        "total": sum(group["number"] for group in found),
        "exact": True,
        "page": rows_of(wanted.of_rule(wanted.open), wanted.sort, wanted.cursor) if is_open else None,
        **_facets_now(wanted),
    }


def _facets_now(wanted: Asked) -> dict[str, Any]:
    return {"facets": facets_of(wanted) if "facets" in wanted.request.GET else None}


def facets_of(wanted: Asked, only: str = "") -> list[dict[str, Any]]:
    """All facets with counts, or one with all its values."""
    names = [only] if only else list(FINDINGS.facets)
    return [_shown(facet, wanted) for facet in facets(wanted.search, names, MOST if only else 8, counted.for_facet)]


def _shown(facet: Facet, wanted: Asked) -> dict[str, Any]:
    choices = [
        {"choice": one, "toggle": wanted.address(q=one.toggle), "exclude": wanted.address(q=one.exclude)}
        for one in facet.choices
    ]
    return {"name": facet.name, "title": facet.title, "facet": facet, "choices": choices, "own": wanted.address()}


@needs("view")
def facet_list(request: HttpRequest) -> HttpResponse:
    """All facets of a query, or with `facet=` one of them with all its values."""
    wanted = asked(request)
    name = request.GET.get("facet", "")
    try:
        with patience():
            told = facets_of(wanted, name if name in FINDINGS.facets else "")
    except (ParseError, TooSlow) as fault:
        return render(request, "findings/functions/facets.html", {"asked": wanted, "fault": str(fault)})
    return render(request, "findings/functions/facets.html", {"asked": wanted, "facets": told, "one": bool(name)})


def _why_nothing(wanted: Asked) -> dict[str, Any]:
    """Nothing found can mean six things; the page says which."""
    accounts = wanted.scope.accounts
    judged = accounts.limit(Verdicts.objects.all()).exists()
    settings = current_settings()
    off = {one.rule for told in settings.values() for one in told if one.group_id is None and not one.enabled}
    counts = verdict_counts(accounts)
    return {
        "unjudged": not judged,
        "disabled": len(off & set(catalogue())),
        "rules": len(catalogue()),
        "not_asked": not_asked(accounts) if judged else [],
        "undecided": sum(one["unknown"] + one["errors"] for one in counts.values()),
        "qualifiers": [
            {"part": part, "address": wanted.address(q=rest), "count": count}
            for part, rest, count in qualifiers(wanted.search)
        ],
    }  # fmt: skip


def _faulty(q: str, fault: ParseError) -> dict[str, Any]:
    """A query that is none: the text in three pieces, the middle one wrong."""
    return {"fault": fault, "before": q[: fault.start], "wrong": q[fault.start : fault.end], "behind": q[fault.end :]}
