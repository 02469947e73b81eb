"""What was known of a function at a time: its configuration then, and what was concluded of it, where that was kept."""

from __future__ import annotations

import json
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path

from findings.pages import _asked
from inventory.clock import about_now
from inventory.models import Function, PostureStep, Snapshot
from inventory.permission import needs


@needs("view")
def as_of(request: HttpRequest, uid: str) -> HttpResponse:
    functions = Function.objects.visible_to(request.user).select_related("resource", "account")
    function, now = get_object_or_404(functions, uid=uid), about_now()
    at = _asked.moment(request, "at") or now
    snapshot = function.resource.snapshots.filter(at__lte=at).defer("digests").order_by("-number").first()
    return render(request, "findings/as_of.html", {
        "function": function, "now": now, "at": at, "written": request.GET.get("at", "")[:16], "snapshot": snapshot,
        "gone": bool(snapshot and snapshot.gone_at and snapshot.gone_at <= at),
        "sections": _sections(snapshot), "step": _step(function, at),
        "missed": bool(request.GET.get("at")) and _asked.moment(request, "at") is None,
    })  # fmt: skip


def _sections(snapshot: Snapshot | None) -> list[tuple[str, str]]:
    document = snapshot.document if snapshot else {}
    return [
        (name, json.dumps(document[name], indent=2, sort_keys=True, ensure_ascii=False)) for name in sorted(document)
    ]


def _step(function: Function, at: datetime) -> PostureStep | None:
    """What was concluded then; None where nothing was kept of that time."""
    return PostureStep.objects.filter(function=function, at__lte=at).order_by("-at").first()


ROUTES = [path("functions/<str:uid>/as-of/", as_of, name="function-as-of")]
