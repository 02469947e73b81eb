"""A triage job: how far it is, and what came of it. Whoever asked for it sees it, and who may triage everywhere."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from findings.models import TriageJob
from inventory.permission import needs

#: So far it is told aloud: a quarter at a time.
QUARTER = 25


@needs("triage")
def job(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "findings/findings/job.html", _told(request, pk))


@needs("triage")
def job_progress(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "findings/findings/job_progress.html", _told(request, pk))


def _told(request: HttpRequest, pk: int) -> dict[str, Any]:
    found = get_object_or_404(TriageJob.objects.visible_to(request.user), pk=pk)
    percent = min(100, 100 * found.done // found.number) if found.number else 100
    words = {"q": found.query, "scope": found.scope, "open": found.rule}
    query = urlencode({name: value for name, value in words.items() if value})
    said = [(name, found.said.get(name, "")) for name in ("reason", "day", "assignee")]
    return {
        "job": found,
        "said": [(name, value) for name, value in said if value],
        "spoken": f"{percent // QUARTER * QUARTER} %" if found.is_active else found.state,
        "back": f"{reverse('findings')}{'?' if query else ''}{query}",
    }
