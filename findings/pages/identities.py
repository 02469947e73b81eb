"""Which identities give functions too much, and which are shared?"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from findings.pages import _scope
from inventory.clock import about_now
from inventory.permission import needs
from inventory.search import paging
from inventory.search.lists import IDENTITIES, ParseError, Search

PAGE = 50
#: What is shown when nothing is asked: identities that no function uses are another product's matter.
USED = "functions:>0"
TABS = (
    ("Used by functions", USED),
    ("Shared", "functions:>1"),
    ("Admin", "privilege:admin"),
    ("Escalating", "paths:>0"),
    ("Open to outsiders", "outsiders:>0"),
    ("Changed in 7 d", "functions:>0 changed:<7d"),
    ("All", ""),
)


@needs("view")
def identities(request: HttpRequest) -> HttpResponse:
    scope, now = _scope.picked(request), about_now()
    text, sort = request.GET.get("q", USED), request.GET.get("sort", "-functions")
    shown = {"now": now, "scope": scope.choice, "scopes": scope.choices, "q": text, "sort": sort, "tabs": TABS}
    try:
        search = IDENTITIES.search(scope.query(text), request.user, now)
    except ParseError as fault:
        return render(request, "findings/identities.html", {**shown, "fault": fault}, status=400)
    return render(request, "findings/identities.html", shown | _found(search, sort, request.GET.get("after", "")))


def _found(search: Search, sort: str, cursor: str) -> dict[str, object]:
    page = paging.page_of(search, sort, cursor, PAGE, lambda rows: rows.select_related("account", "posture"))
    total, exact = paging.counted(search.rows())
    return {"page": page, "total": total, "exact": exact}


ROUTES = [path("identities/", identities, name="identities")]
