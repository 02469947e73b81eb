"""Triage of many at once: of those ticked, or of all that the query finds after a look at how many that are."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from findings import mass
from findings.acting import perform, within_reach
from findings.models import Finding, TriageJob, WrongTriage
from findings.models.triage import FindingQuerySet
from findings.pages.findings.asked import Asked, asked
from findings.tasks import start
from inventory.models import User
from inventory.permission import needs
from inventory.search.parse import ParseError

#: What goes along with an action in the form; `day` is the end of an acceptance or snooze, or the due date.
FIELDS = ("action", "reason", "day", "assignee")
MOST_TICKED = 250


@needs("triage", "POST")
def triage_many(request: HttpRequest) -> HttpResponse:
    wanted, said = asked(request, request.POST), said_in(request)
    try:
        rows = _rows(wanted, "all" in request.POST)
    except ParseError as fault:
        messages.error(request, str(fault))
        return redirect(wanted.address())
    if "all" in request.POST and request.POST.get("number") != str(number := rows.count()):
        told = {"asked": wanted, "said": said, "number": number, "fields": FIELDS, "now": wanted.now}
        return render(request, "findings/findings/confirm.html", told)
    try:
        if "all" in request.POST and number > mass.AT_ONCE:
            return redirect("triage-job", start(_job(wanted, said, number)))
        changed = perform(rows, said["action"], said, request, wanted.now, query=wanted.q)
    except WrongTriage as wrong:
        messages.error(request, str(wrong))
    else:
        messages.success(request, f"{changed} finding{'' if changed == 1 else 's'} changed.")
    return redirect(wanted.address())


def _job(wanted: Asked, said: dict[str, Any], number: int) -> TriageJob:
    rule = wanted.open if not wanted.flat else ""
    return TriageJob(
        by=cast(User, wanted.request.user), query=wanted.q, scope=wanted.scope.choice.value, rule=rule,
        action=said["action"], said=said, at=wanted.now, number=number, beat_at=wanted.now,
    )  # fmt: skip


def said_in(request: HttpRequest) -> dict[str, Any]:
    """What a form of triage says."""
    said = {name: request.POST.get(name, "") for name in FIELDS}
    return said | {"until": said["day"], "due": said["day"]}


def _rows(wanted: Asked, all_found: bool) -> FindingQuerySet:
    """What is meant, of what this person may triage. Raises ParseError."""
    user = wanted.request.user
    if all_found:
        search = wanted.of_rule(wanted.open) if wanted.open and not wanted.flat else wanted.search
        return within_reach(cast(FindingQuerySet, search.rows()), user)
    ticked = [int(pk) for pk in wanted.request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 19]
    return within_reach(Finding.objects.visible_to(user).filter(pk__in=ticked[:MOST_TICKED]), user)
