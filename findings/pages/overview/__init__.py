"""Overview: what needs me today, and can I trust what I see?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from findings.pages import _feed, _scope
from findings.pages.function.watching import watched
from findings.pages.overview.combinations import combinations
from findings.pages.overview.coverage import coverage
from findings.pages.overview.daily import daily
from findings.pages.overview.figures import figures
from findings.pages.overview.headroom import headroom
from findings.pages.overview.pinned import pin, pinned
from findings.pages.overview.trend import trend
from inventory.clock import about_now
from inventory.permission import needs

log = structlog.get_logger(__name__)

#: What a card may fail with without taking the page along: a slow query cut off, a document in an unforeseen shape.
CARD_FAULTS = (DatabaseError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
NEWEST = 12
FIRST_SEARCHES = (
    ("exposure:public", "What can anyone on the internet call?"),
    ("privilege:admin", "Which functions run with full rights?"),
    ("changed:<24h", "What changed since yesterday?"),
)


@needs("view")
def overview(request: HttpRequest) -> HttpResponse:
    scope, now = _scope.picked(request), about_now()
    if not scope.accounts.exists() and not scope.choice.value:
        return render(request, "findings/overview/empty.html", {"searches": FIRST_SEARCHES})
    covered = _card("coverage", lambda: coverage(scope.accounts, now))
    complete = bool(covered and all(provider.complete for provider in covered))
    return render(request, "findings/overview/overview.html", {
        "now": now, "scope": scope.choice, "scopes": scope.choices, "coverage": covered, "complete": complete,
        "figures": _card("figures", lambda: figures(scope, complete, now)),
        "combinations": _card("combinations", lambda: combinations(scope)),
        "daily": _card("daily", lambda: daily(scope.accounts, now)),
        "newest": _card("newest", lambda: _feed.folded(_feed.newest(scope.accounts, NEWEST * 3))[:NEWEST]),
        "headroom": _card("headroom", lambda: headroom(scope.accounts)),
        "pins": _card("pinned", lambda: pinned(scope, request.user, now)),
        "watched": _card("watched", lambda: watched(request.user)),
        "trend": _card("trend", lambda: trend(scope.accounts, request.user, now)),
    })  # fmt: skip


def _card(name: str, work: Callable[[], Any]) -> Any:
    """What a card shows, or None when it could not be worked out: then only this card says so."""
    try:
        return work()
    except CARD_FAULTS as fault:
        log.exception("card_failed", card=name, error_class=type(fault).__name__)
        return None


ROUTES = [path("", overview, name="overview"), path("search/saved/<int:pk>/pin/", pin, name="search-pin")]
