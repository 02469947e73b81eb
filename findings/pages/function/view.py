"""The page: a header that is the same on every tab, and the tab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from findings.pages.function import (
    access,
    activity,
    configuration,
    findings,
    history,
    network,
    overview,
    permissions,
    raw,
)
from findings.pages.function.console import console_address
from findings.pages.function.subject import Subject, subject_of
from inventory.permission import needs


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
    "raw": Tab("Raw", raw.context),
}


@needs("view")
def function(request: HttpRequest, uid: str, tab: str) -> HttpResponse:
    if tab not in TABS:
        raise Http404
    subject = subject_of(request, uid)
    shown = {
        "subject": subject, "function": subject.function, "posture": subject.posture, "now": subject.now,
        "console": console_address(subject.function), "tabs": TABS, "tab": tab, "tab_title": TABS[tab].title,
    }  # fmt: skip
    return render(request, f"findings/function/{tab}.html", shown | TABS[tab].context(subject))
