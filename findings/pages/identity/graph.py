"""How an identity connects: the functions that run as it, who gets at those, and what it reaches."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from findings.pages import _past
from findings.pages._graph import view
from findings.pages.function.graph import ENDINGS
from inventory.clock import about_now
from inventory.models import Account, Identity
from inventory.permission import needs


@needs("view")
def identity_graph(request: HttpRequest, uid: str) -> HttpResponse:
    found = get_object_or_404(Identity.objects.visible_to(request.user).select_related("account", "posture"), uid=uid)
    now = about_now()
    at, no_time = _past.asked_time(request.GET.get("at", ""), now)
    shown = view.context_of(request, _asked(request, uid)) | {"identity": found, "now": now, "no_time": no_time}
    if at is not None:
        past = _past.past_of(at, Account.objects.filter(pk=found.account_id))
        shown["past"] = _past.banner(past, request, view.OF_NOW)
    return render(request, "findings/identity/graph.html", shown, status=400 if no_time else 200)


@needs("view")
def identity_graph_file(request: HttpRequest, uid: str, ending: str) -> HttpResponse:
    """The graph as a file: SVG or JSON."""
    if ending not in ENDINGS:
        raise Http404
    return view.download(request, _asked(request, uid), ending)


def _asked(request: HttpRequest, uid: str) -> view.AskedGraph:
    base = reverse("identity-graph", args=[uid])
    return view.asked_graph(request, base, base.rstrip("/"), f"identity:{uid}")
