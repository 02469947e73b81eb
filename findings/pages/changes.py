"""What changed across everything, newest first, day by day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from findings.pages import _asked, _feed, _scope
from inventory.models import Scope
from inventory.permission import needs
from inventory.semantics import KINDS, Risk

PAGE = 60
#: A filter may pass over so many changes before the page offers to look further.
LOOKED_AT = 300
#: Scopes not read for so long leave a gap that the page names.
GAP = timedelta(hours=6)


@needs("view")
def changes(request: HttpRequest) -> HttpResponse:
    scope, now = _scope.picked(request), timezone.now()
    kind, risk = request.GET.get("kind", ""), request.GET.get("risk", "")
    looked = _feed.folded(_feed.newest(scope.accounts, LOOKED_AT, _asked.moment(request, "before")))
    found = [change for change in looked if _fits(change, kind, risk)]
    shown = found[:PAGE]
    older = shown[-1].at if len(found) > PAGE else looked[-1].at if len(looked) >= LOOKED_AT else None
    return render(request, "findings/changes.html", {
        "now": now, "scope": scope.choice, "scopes": scope.choices, "days": list(_days(shown)),
        "kinds": _facets(looked), "kind": kind, "risk": risk, "rising": sum(c.risk is Risk.UP for c in looked),
        "older": older.isoformat() if older else "", "behind": _behind(scope, now),
    })  # fmt: skip


def _fits(change: _feed.Change, kind: str, risk: str) -> bool:
    return (not kind or kind in change.kinds) and (not risk or change.risk == risk)


def _facets(looked: Iterable[_feed.Change]) -> list[tuple[str, int]]:
    counts = Counter(kind for change in looked for kind in change.kinds)
    return [(kind, counts[kind]) for kind in KINDS if counts[kind]]


def _days(shown: Sequence[_feed.Change]) -> Iterator[tuple[date, list[_feed.Change]]]:
    for day, entries in groupby(shown, key=lambda change: change.at.astimezone(UTC).date()):
        yield day, list(entries)


def _behind(scope: _scope.Picked, now: datetime) -> list[Any]:
    """Scopes that were not read lately: changes there are still to come, dated to the next reading."""
    rows = Scope.objects.filter(account__in=scope.accounts, read_at__lt=now - GAP).exclude(state="not applicable")
    return list(rows.select_related("account").order_by("read_at")[:5])


ROUTES = [path("changes/", changes, name="changes")]
