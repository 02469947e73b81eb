"""What changed across everything, newest first, day by day; every filter acts on all that was ever stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from findings.pages import _feed, _scope
from findings.pages.changes.listed import Gap, after_mark, asked_of, counts, gaps
from findings.pages.changes.strip import strip
from inventory.changes import ACTOR_KINDS, PRESETS, RESOURCES, Asked, filtered
from inventory.clock import about_now
from inventory.models import Change, Scope
from inventory.models.account import AccountQuerySet
from inventory.permission import needs
from inventory.search.patience import TooSlow, patience

PAGE = 60
#: Scopes not read for so long leave a gap that the page names.
GAP = timedelta(hours=6)
#: What is chosen beside the form, and stays when the form is sent.
KEPT = ("risk", "kind", "mark", "who", "actor", "scope")


@needs("view")
def changes(request: HttpRequest) -> HttpResponse:
    scope, now, asked = _scope.picked(request), about_now(), asked_of(request)
    told: dict[str, Any] = {
        "now": now, "scope": scope.choice, "scopes": scope.choices, "asked": asked, "behind": _behind(scope, now),
        "presets": list(_presets(request)), "resources": RESOURCES, "actor_kinds": ACTOR_KINDS,
        "kept": [(name, request.GET[name]) for name in KEPT if request.GET.get(name)],
        "until_day": request.GET.get("until", "")[:10], "accounts": list(scope.accounts.order_by("name", "pk")[:500]),
    }  # fmt: skip
    try:
        with patience():
            told |= _listed(request, scope.accounts, asked, now)
    except TooSlow as slow:
        told["slow"] = str(slow)
    return render(request, "findings/changes.html", told)


def _listed(request: HttpRequest, accounts: AccountQuerySet, asked: Asked, now: datetime) -> dict[str, Any]:
    rows = accounts.limit(Change.objects.all())
    wanted = filtered(rows, asked)
    mark = request.GET.get("before", "")
    page = after_mark(wanted.filter(head=None) if asked.folds else wanted, mark)
    looked = _feed.shown(page, PAGE + 1)
    shown, last = looked[:PAGE], looked[PAGE - 1].row if len(looked) > PAGE else None
    missing = gaps(accounts, shown[-1].at if shown else None, shown[0].at if shown and mark else now)
    return {
        "days": list(_days(_feed.folded(shown), missing)), "counts": counts(rows, asked), "strip": strip(wanted, now),
        "older": f"{last.at.isoformat()}/{last.pk}" if last else "",
    }  # fmt: skip


def _presets(request: HttpRequest) -> Iterator[tuple[str, str, bool]]:
    """Each preset: its title, what it asks, and whether it is what is asked now."""
    named = {name for _, asks in PRESETS.values() for name in asks}
    here = {name: request.GET[name] for name in named if request.GET.get(name)}
    for title, asks in PRESETS.values():
        yield title, _query(request, asks), here == dict(asks)


def _query(request: HttpRequest, asks: Mapping[str, str]) -> str:
    query = request.GET.copy()
    for name in ("risk", "kind", "mark", "on", "who", "before"):
        query.pop(name, None)
    query.update(asks)
    return f"?{query.urlencode()}"


def _days(
    shown: Sequence[_feed.Change], missing: Sequence[Gap]
) -> Iterator[tuple[date, list[_feed.Change], list[Gap]]]:
    for day, entries in groupby(shown, key=lambda change: change.at.astimezone(UTC).date()):
        yield day, list(entries), [gap for gap in missing if gap.until.astimezone(UTC).date() == day]


def _behind(scope: _scope.Picked, now: datetime) -> list[Any]:
    """Scopes that were not read lately: changes there are still to come, dated to the next reading."""
    rows = Scope.objects.filter(account__in=scope.accounts, read_at__lt=now - GAP).exclude(state="not applicable")
    late = [
        row
        for row in rows.select_related("account").order_by("read_at")[:50]
        if row.read_at and now - row.read_at > timedelta(minutes=2 * row.account.every_minutes)
    ]
    return late[:5]


ROUTES = [path("changes/", changes, name="changes")]
