"""One finding: what is wrong and where, why it is that grave, how to mend it, what happened to it, and what next."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from findings.acting import perform
from findings.catalogue import catalogue
from findings.models import Finding, WrongTriage
from findings.models.triage import FindingQuerySet
from findings.pages._graph import mini
from findings.pages.findings.bulk import said_in
from findings.present import RELATED, title_of
from findings.risk import FORMULA
from findings.rule import Rule
from findings.standards import FRAMEWORKS
from findings.states import LONGEST_DAYS
from inventory.clock import about_now
from inventory.permission import needs, require

EVENTS_SHOWN = 200
#: What a person may set, with what must go along.
CHOICES = (
    ("in-review", "In review"),
    ("remediating", "Remediating"),
    ("open", "Open"),
    ("accept", "Accepted (reason and end needed)"),
    ("false-positive", "False positive (reason needed)"),
    ("snooze", "Snoozed (end needed)"),
)


@needs("view")
def finding(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Finding.objects.visible_to(request.user).select_related(*RELATED), pk=pk)
    rule, now = catalogue().get(found.rule), about_now()
    others = Finding.objects.visible_to(request.user).active()
    return render(request, "findings/findings/finding.html", {
        "finding": found, "rule": rule, "title": title_of(found.rule), "now": now, "score": found.score(now),
        "formula": FORMULA, "late": found.is_overdue(now), "events": list(found.events.all()[:EVENTS_SHOWN]),
        "fix": rule.fix.get(found.account.provider) if rule else None, "controls": controls(rule),
        "choices": CHOICES, "longest": LONGEST_DAYS, "more": found.faults - len(found.evidence),
        "same_rule": others.filter(rule=found.rule).exclude(pk=pk).count(),
        "same_resource": others.filter(resource=found.resource_id).exclude(pk=pk).count(),
        "provider_unread": found.resource.unread, "path": mini.path_of(found, rule, request.user),
        **beside(found, rule, others),
    })  # fmt: skip


def beside(found: Finding, rule: Rule | None, others: FindingQuerySet) -> dict[str, list[tuple[int, str]]]:
    """The open paths on the same resource that this finding is a part of, and the parts that it joins: id and title."""
    parts = rule.joins if rule else ()
    paths = [one.id for one in catalogue().values() if found.rule in one.joins]
    rows = others.filter(resource=found.resource_id, rule__in=[*parts, *paths]).order_by("-risk")
    told = [(pk, id, title_of(id)) for pk, id in rows.values_list("pk", "rule")] if parts or paths else []
    return {
        "paths": [(pk, title) for pk, id, title in told if id in paths],
        "parts": [(pk, title) for pk, id, title in told if id in parts],
    }


def controls(rule: Any) -> list[tuple[str, str]]:
    """The controls a rule answers: framework with version, and the control."""
    told = [control.partition(":") for control in rule.standards] if rule else []
    return [(f"{FRAMEWORKS[slug].name} {FRAMEWORKS[slug].version}", control) for slug, _, control in told]


@needs("triage", "POST")
def triage_one(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Finding.objects.visible_to(request.user).select_related("account"), pk=pk)
    require(request.user, "triage", found.account)
    said = said_in(request)
    try:
        changed = perform(Finding.objects.filter(pk=pk), said["action"], said, request, about_now(), of=found)
    except WrongTriage as wrong:
        messages.error(request, str(wrong))
    else:
        told = "Kept." if changed else "Nothing changed: it is closed, or stands like that already."
        messages.success(request, told)
    return redirect("finding", pk)
