"""The audit log: what people did here, filtered, exported, and proved."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from defusedcsv import csv
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone

from inventory.audit import ACTIONS, audit, verify
from inventory.clock import now
from inventory.limits import few_exports
from inventory.models import AuditEntry
from inventory.models.audit import SEALED
from inventory.output import cell
from inventory.permission import needs
from inventory.tasks import kept_heads

PAGE = 50
COLUMNS = (*SEALED, "previous", "hash")


def wanted(request: HttpRequest) -> tuple[QuerySet[AuditEntry], dict[str, str]]:
    """The entries that the address asks for, newest first, and what it asked."""
    asked = {name: request.GET.get(name, "").strip() for name in ("action", "who", "about", "since", "until")}
    found = AuditEntry.objects.all()
    if asked["action"] in ACTIONS:
        found = found.filter(action=asked["action"])
    if asked["who"]:
        found = found.filter(who__icontains=asked["who"])
    if asked["about"]:
        text = asked["about"]
        found = found.filter(Q(name__icontains=text) | Q(key=text) | Q(after__icontains=text))
    if since := _day(asked["since"]):
        found = found.filter(at__gte=since)
    if until := _day(asked["until"]):
        found = found.filter(at__lt=until + timedelta(days=1))
    return found, asked


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), timezone.get_current_timezone())
    except ValueError:
        return None


def _shown(request: HttpRequest, **more: Any) -> HttpResponse:
    found, asked = wanted(request)
    before = request.GET.get("before", "")
    if before.isdecimal():
        found = found.filter(number__lt=int(before[:18]))
    page = list(found[: PAGE + 1])
    rows = [{"entry": entry, "changes": changes(entry)} for entry in page[:PAGE]]
    told = {"rows": rows, "more": page[PAGE - 1].number if len(page) > PAGE else None, "asked": asked,
            "actions": ACTIONS, "now": now(), "filtered": any(asked.values()), **more}  # fmt: skip
    return render(request, "config/settings/audit.html", told)


def changes(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """Each field that an entry tells: its name, before and after (None where it is not told)."""
    before, after = (dict(_flat(json.loads(text))) if text else {} for text in (entry.before, entry.after))
    return [(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]


def _flat(told: dict[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in told.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{within}{name} ")
        elif isinstance(value, bool):
            yield f"{within}{name}", "yes" if value else "no"
        else:
            yield f"{within}{name}", ", ".join(map(str, value)) if isinstance(value, list) else value


@needs("administer")
def audit_log(request: HttpRequest) -> HttpResponse:
    return _shown(request)


@needs("administer", "POST")
def verify_log(request: HttpRequest) -> HttpResponse:
    """Recompute the whole chain and say what came of it."""
    try:
        heads, unread = kept_heads(), ""
    except ValueError as fault:
        heads, unread = [], str(fault)
    return _shown(request, proof=verify(heads), heads=len(heads), unread=unread)


class Echo:
    """A file that gives back what is written to it, so that a CSV writer can be streamed."""

    def write(self, text: str) -> str:
        return text


@needs("administer")
@few_exports
def export_log(request: HttpRequest) -> StreamingHttpResponse:
    """CSV of the entries asked for, oldest first, with the hashes to prove them by."""
    found, asked = wanted(request)
    audit("export", request, after={"list": "audit log", "form": "csv", **{k: v for k, v in asked.items() if v}})
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for row in found.order_by("number").values_list(*COLUMNS).iterator(chunk_size=2000):
            yield writer.writerow([cell(value) for value in row])

    answer = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit_{now():%Y-%m-%dT%H%MZ}.csv"'
    return answer


ROUTES = [
    path("settings/audit/", audit_log, name="settings-audit"),
    path("settings/audit/verify/", verify_log, name="settings-audit-verify"),
    path("settings/audit.csv", export_log, name="settings-audit-csv"),
]
