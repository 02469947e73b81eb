"""How does it connect? From strangers by entry points, the function and its identity to resources and the network."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from findings.pages._graph import view
from findings.pages.function.subject import Subject, subject_of
from inventory.permission import needs

ENDINGS = ("svg", "json")


def context(subject: Subject) -> dict[str, Any]:
    return view.context_of(subject.request, _asked(subject.request, subject.function.uid))


@needs("view")
def graph_file(request: HttpRequest, uid: str, ending: str) -> HttpResponse:
    """The graph as a file: SVG or JSON."""
    if ending not in ENDINGS:
        raise Http404
    subject_of(request, uid)
    return view.download(request, _asked(request, uid), ending)


def _asked(request: HttpRequest, uid: str) -> view.AskedGraph:
    base = reverse("function-tab", args=[uid, "graph"])
    return view.asked_graph(request, base, base.rstrip("/"), f"function:{uid}")
