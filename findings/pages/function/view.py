"""The page: a header that is the same on every tab, and the tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from findings.pages import _past
from findings.pages._graph.view import OF_NOW
from findings.pages.function import (
    access,
    activity,
    configuration,
    findings,
    graph,
    history,
    network,
    overview,
    permissions,
    raw,
    then,
)
from findings.pages.function.console import console_address
from findings.pages.function.subject import Subject, subject_of
from findings.pages.function.watching import uids_of
from inventory.clock import about_now
from inventory.models import Account, Function
from inventory.permission import needs
from inventory.then import state_at


@dataclass(frozen=True)
class Tab:
    """A tab: its title, and what its template shows."""

    title: str
    context: Callable[[Subject], dict[str, Any]]


TABS = {
    "overview": Tab("Overview", overview.context),
    "permissions": Tab("Permissions", permissions.context),
    "access": Tab("Access", access.context),
    "network": Tab("Network", network.context),
    "configuration": Tab("Configuration", configuration.context),
    "findings": Tab("Findings", findings.context),
    "history": Tab("History", history.context),
    "activity": Tab("Activity", activity.context),
    "graph": Tab("Graph", graph.context),
    "raw": Tab("Raw", raw.context),
}


#: Tabs that show the same whichever time is asked for, and what they then say of it.
EVERY_TIME = {
    "history": "History is of every time, not only of that one.",
    "activity": "Activity is of every time, not only of that one.",
    "graph": OF_NOW,
}


@needs("view")
def function(request: HttpRequest, uid: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    at, no_time = _past.asked_time(request.GET.get("at", ""), about_now())
    if at is not None and tab not in EVERY_TIME:
        return _then(request, uid, tab, at)
    subject = subject_of(request, uid)
    shown = {**_shown(subject, tab), "no_time": no_time}
    if at is not None:
        past = _past.past_of(at, Account.objects.filter(pk=subject.function.account_id))
        shown["past"] = _past.banner(past, request, EVERY_TIME[tab])
        shown["at"] = request.GET["at"].strip()
    answer = shown | TABS[tab].context(subject)
    return render(request, f"findings/function/{tab}.html", answer, status=400 if no_time else 200)


def _then(request: HttpRequest, uid: str, tab: str, at: datetime) -> HttpResponse:
    """A tab as of an earlier time."""
    rows = Function.objects.visible_to(request.user)
    known = get_object_or_404(rows, uid=uid)
    past = _past.past_of(at, Account.objects.filter(pk=known.account_id))
    with state_at(at, only=[known.pk]):
        if not rows.filter(pk=known.pk).exists():
            return redirect(f"{reverse('function-as-of', args=[uid])}?{urlencode({'at': request.GET['at'].strip()})}")
        subject = replace(subject_of(request, uid), now=at)
        past = _past.banner(past, request, then.SAYS.get(tab, ""))
        shown = {**_shown(subject, tab), "past": past, "at": request.GET["at"].strip()}
        if tab in then.TABS:
            return render(request, f"findings/function/then/{tab}.html", shown | then.TABS[tab](subject, at))
        return render(request, f"findings/function/{tab}.html", shown | TABS[tab].context(subject))


def _shown(subject: Subject, tab: str) -> dict[str, Any]:
    request = subject.request
    resolved = f"{reverse('resolve')}?{urlencode({'id': subject.function.native_id})}"
    return {
        "subject": subject, "function": subject.function, "posture": subject.posture, "now": about_now(),
        "console": console_address(subject.function), "watches": subject.function.uid in uids_of(request.user),
        "permalink": request.build_absolute_uri(resolved),
        "tabs": TABS, "tab": tab, "tab_title": TABS[tab].title,
    }  # fmt: skip
