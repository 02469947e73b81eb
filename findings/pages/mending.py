"""Which change opened which finding, and time to mend: over the whole estate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from defusedcsv import csv
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from findings.mending import Mending, Spell, mending, spell_json
from findings.pages import _asked, _scope
from findings.pages._refused import refused
from findings.pages.functions.export import Echo
from findings.pages.report.bars import Bars, drawn
from findings.search import FINDINGS
from inventory.audit import audit
from inventory.clock import about_now
from inventory.limits import few_exports
from inventory.models import Account
from inventory.output import as_json, cell
from inventory.permission import needs
from inventory.search.parse import ParseError
from inventory.search.patience import TooSlow, patience

TEMPLATE = "findings/mending.html"
DAYS = {"30": "30 days", "90": "90 days", "365": "a year", "all": "ever"}
USUAL = "90"
PAGE = 50
COLUMNS = (
    "finding", "rule", "title", "severity", "name", "uid", "account", "opened_at", "opened_by", "opened_by_actor",
    "end", "ended_at", "ended_by", "ended_by_actor", "seconds_to_mend", "seconds_open",
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a query of findings (in whatever state), so many days back, whose changes."""

    request: HttpRequest
    q: str
    days: str
    actor: str
    page: int
    now: datetime

    @cached_property
    def scope(self) -> _scope.Picked:
        return _scope.picked(self.request)

    @property
    def since(self) -> datetime | None:
        return None if self.days == "all" else self.now - timedelta(days=int(self.days))

    @cached_property
    def found(self) -> Mending:
        """Raises ParseError."""
        within = Q(account__in=self.scope.accounts) if self.scope.choice.value else Q()
        search = replace(FINDINGS.search(self.q, self.request.user, self.now, within), whole=True)
        accounts = Account.objects.visible_to(self.request.user)
        return mending(search.rows(), accounts, self.now, self.since, self.actor)

    def address(self, name: str = "findings-mending", **changes: str) -> str:
        told = {"q": self.q, "days": self.days if self.days != USUAL else "", "actor": self.actor,
                "scope": self.scope.choice.value, **changes}  # fmt: skip
        query = urlencode({key: value for key, value in told.items() if value})
        return f"{reverse(name)}?{query}" if query else reverse(name)

    @property
    def csv(self) -> str:
        return self.address("mending-csv")

    @property
    def jsonl(self) -> str:
        return self.address("mending-jsonl")


def asked(request: HttpRequest) -> Asked:
    """Read the address; what is no such value is as if it were not given."""
    read = request.GET
    days = read.get("days", "") if read.get("days", "") in DAYS else USUAL
    page = _asked.number(request, "page") or 1
    return Asked(request, read.get("q", "").strip(), days, read.get("actor", "").strip(), page, about_now())


@needs("view")
def report(request: HttpRequest) -> HttpResponse:
    wanted = asked(request)
    shown = {"asked": wanted, "now": wanted.now, "days": DAYS, "scope": wanted.scope.choice,
             "scopes": wanted.scope.choices}  # fmt: skip
    try:
        with patience():
            found = wanted.found
    except (ParseError, TooSlow) as fault:
        return render(request, TEMPLATE, {**shown, "fault": str(fault)}, status=400)
    begin = (wanted.page - 1) * PAGE
    spells = found.spells[begin : begin + PAGE]
    return render(request, TEMPLATE, {
        **shown, "found": found, "rows": [{"spell": one, "age": one.age(wanted.now)} for one in spells],
        "first": begin + 1, "last": begin + len(spells), "chart": chart(found),
        "earlier": wanted.address(page=str(wanted.page - 1)) if wanted.page > 1 else "",
        "later": wanted.address(page=str(wanted.page + 1)) if len(found.spells) > begin + PAGE else "",
    })  # fmt: skip


def chart(found: Mending) -> Bars:
    """Mended a week, drawn; the page has the same weeks as a table."""
    return drawn("Mended per week", [(f"{one.day:%d %b %Y}", one.mended, "low") for one in found.last_weeks])


@needs("view")
@few_exports
def export_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """One line a spell; formula cells made harmless."""
    wanted = asked(request)
    try:
        found = wanted.found
    except ParseError as fault:
        return refused(fault)
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for one in found.spells:
            row = _flat(one, wanted.now)
            yield writer.writerow([cell(row[name]) for name in COLUMNS])

    return _file(wanted, "csv", "text/csv; charset=utf-8", lines())


@needs("view")
@few_exports
def export_jsonl(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """JSON lines; the first says what was asked and when."""
    wanted = asked(request)
    try:
        found = wanted.found
    except ParseError as fault:
        return refused(fault)

    def lines() -> Iterator[str]:
        yield as_json({"query": wanted.q, "days": wanted.days, "actor": wanted.actor, "as_of": wanted.now}) + "\n"
        for one in found.spells:
            yield as_json(spell_json(one, wanted.now)) + "\n"

    return _file(wanted, "jsonl", "application/jsonl; charset=utf-8", lines())


def _flat(spell: Spell, at: datetime) -> dict[str, Any]:
    told = spell_json(spell, at)
    for part in ("opened_by", "ended_by"):
        told[f"{part}_actor"] = "; ".join(one["actor"] for one in told[part] if one["actor"])
        told[part] = "; ".join(f"{one['name']}: {', '.join(one['says'])}" for one in told[part])
    return told


def _file(wanted: Asked, ending: str, kind: str, lines: Iterator[str]) -> StreamingHttpResponse:
    audit("export", wanted.request, after={"list": "mending", "form": ending, "query": wanted.q, "actor": wanted.actor})
    answer = StreamingHttpResponse(lines, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="mending_{wanted.now:%Y-%m-%dT%H%MZ}.{ending}"'
    return answer


ROUTES = [
    path("findings/mending/", report, name="findings-mending"),
    path("findings/mending.csv", export_csv, name="mending-csv"),
    path("findings/mending.jsonl", export_jsonl, name="mending-jsonl"),
]
