"""Parts of the list that come by themselves: facets, the peek panel, completions, the check of a query, field help."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from findings.pages import _feed
from findings.pages.functions.asked import Asked, asked
from inventory.models import Function
from inventory.permission import needs
from inventory.search import explain
from inventory.search.facets import MOST, RELATIONS, Facet, facets
from inventory.search.lists import FUNCTIONS, LISTS, Search, SearchList
from inventory.search.parse import ParseError
from inventory.search.patience import TooSlow, patience
from inventory.search.suggest import suggestions

#: Facets over tables with several rows a function are counted when somebody opens them.
AT_ONCE = tuple(name for name in FUNCTIONS.facets if name not in RELATIONS)
CHANGES = 3


def facets_of(search: Search, wanted: Asked) -> list[dict[str, Any]]:
    """The facets that are counted at once, and the others to be opened (or open, when they are part of the query)."""
    used = {leaf.name for leaf in search.query.leaves() if hasattr(leaf, "name")}
    names = [name for name in FUNCTIONS.facets if name in AT_ONCE or name in used]
    counted = {facet.name: facet for facet in facets(search, names)}
    return [_shown(name, counted.get(name), wanted) for name in FUNCTIONS.facets]


def _shown(name: str, facet: Facet | None, wanted: Asked) -> dict[str, Any]:
    choices = [
        {"choice": choice, "toggle": wanted.address(q=choice.toggle), "exclude": wanted.address(q=choice.exclude)}
        for choice in (facet.choices if facet else ())
    ]
    title = facet.title if facet else name.replace("-", " ").capitalize()
    return {"name": name, "title": title, "facet": facet, "choices": choices, "own": wanted.address()}


@needs("view")
def facet_list(request: HttpRequest) -> HttpResponse:
    """All facets of a query, or with `facet=` one of them with all its values."""
    wanted = asked(request)
    name = request.GET.get("facet", "")
    try:
        with patience(), wanted.then():
            if name in FUNCTIONS.facets:
                (facet,) = facets(wanted.search, [name], MOST)
                shown = [_shown(name, facet, wanted)]
            else:
                shown = facets_of(wanted.search, wanted)
    except (ParseError, TooSlow) as fault:
        return render(request, "findings/functions/facets.html", {"asked": wanted, "fault": str(fault)})
    return render(request, "findings/functions/facets.html", {"asked": wanted, "facets": shown, "one": bool(name)})


def peeked(wanted: Asked) -> dict[str, Any] | None:
    """What the panel beside the list shows of one function: None when nobody asked, or this person may not see it."""
    if not wanted.peek:
        return None
    functions = Function.objects.visible_to(wanted.request.user).select_related(
        "account", "posture", "identity", "resource__latest", "resource__scope"
    )
    function = functions.filter(uid=wanted.peek).first()
    if function is None:
        return None
    newest = function.resource.snapshots.filter(number__gt=1, renormalized=False, at__lte=wanted.moment).order_by(
        "-number"
    )[:CHANGES]
    return {
        "function": function,
        "posture": getattr(function, "posture", None),
        "why": explain.why(wanted.search, function) if wanted.q else [],
        "changes": _feed.described(list(newest.select_related("resource"))),
        "close": wanted.address(peek=""),
    }


@needs("view")
def peek(request: HttpRequest, uid: str) -> HttpResponse:
    """The panel alone."""
    wanted = replace(asked(request), peek=uid)
    try:
        with wanted.then():
            shown = peeked(wanted)
    except ParseError as fault:
        raise Http404 from fault
    if shown is None:
        raise Http404
    return render(request, "findings/functions/peek.html", {"asked": wanted, "now": wanted.now, "peek": shown})


@needs("view")
def check(request: HttpRequest, listed: str) -> JsonResponse:
    """Whether a text is a query of the list: nothing, or what is wrong and where."""
    searched = _list(listed)
    try:
        wanted = asked(request)
        past = wanted.at is not None and searched is FUNCTIONS
        searched.search(request.GET.get("q", ""), request.user, wanted.moment, past=past)
    except ParseError as fault:
        return JsonResponse({"message": fault.message, "start": fault.start, "end": fault.end})
    return JsonResponse({})


@needs("view")
def suggest(request: HttpRequest, listed: str) -> JsonResponse:
    """What may stand at the cursor (`at`, counted in characters)."""
    text = request.GET.get("q", "")[:2000]
    place = request.GET.get("at", "")
    cursor = min(int(place), len(text)) if place.isascii() and place.isdigit() and len(place) < 6 else len(text)
    try:
        with patience(2):
            found = suggestions(_list(listed), text, cursor, request.user)
    except TooSlow:
        found = []
    return JsonResponse({"entries": [
        {"text": one.text, "start": one.start, "end": one.end, "note": one.note} for one in found
    ]})  # fmt: skip


@needs("view")
def fields_help(request: HttpRequest, listed: str) -> HttpResponse:
    """Every field of a list, from its declaration."""
    searched = _list(listed)
    fields = {one.name: one for one in searched.fields.values()}
    return render(request, "findings/functions/fields.html", {"fields": list(fields.values()), "listed": searched.name})


def _list(name: str) -> SearchList:
    searched = LISTS.get(name)
    if searched is None:
        raise Http404
    return searched
