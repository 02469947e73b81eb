"""The list as a file: exactly the query and order of the page, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defusedcsv import csv
from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from findings.columns import FINDING_COLUMNS
from findings.interchange import ocsf_lines, sarif_pieces
from findings.pages._refused import refused
from findings.pages.findings.asked import Asked, asked
from findings.pages.functions.export import Echo
from findings.present import present_findings
from inventory.audit import audit
from inventory.exporting import too_many
from inventory.output import as_json, cell
from inventory.permission import needs
from inventory.search.parse import ParseError


@needs("view")
def export_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """CSV with formula cells made harmless; the header row names the columns."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except ParseError as fault:
        return refused(fault)
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow([column.name for column in FINDING_COLUMNS])
        for row in rows:
            yield writer.writerow([cell(column.value(row)) for column in FINDING_COLUMNS])

    return _file(wanted, "csv", "text/csv; charset=utf-8", lines())


@needs("view")
def export_jsonl(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """JSON lines; the first says which query this is and when it was asked."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except ParseError as fault:
        return refused(fault)

    def lines() -> Iterator[str]:
        yield as_json({"query": wanted.q, "scope": wanted.scope.choice.value, "as_of": wanted.now}) + "\n"
        for row in rows:
            yield as_json(row) + "\n"

    return _file(wanted, "jsonl", "application/jsonl; charset=utf-8", lines())


def _rows(wanted: Asked) -> Iterator[dict[str, Any]]:
    """The rows one by one. Raises ParseError before anything is sent."""
    return present_findings(wanted.search.sorted_rows(wanted.sort), wanted.now)


@needs("view")
def export_as(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """OCSF (one event a line) or SARIF (one log)."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except ParseError as fault:
        return refused(fault)
    version = str(settings.VERSION)
    if form == "ocsf":
        return _file(wanted, "ocsf.jsonl", "application/jsonl; charset=utf-8", ocsf_lines(rows, version, wanted.now))
    return _file(wanted, "sarif", "application/sarif+json", sarif_pieces(rows, version, wanted.now, wanted.q))


def _file(wanted: Asked, ending: str, kind: str, lines: Iterator[str]) -> HttpResponse | StreamingHttpResponse:
    if refused := too_many(wanted.request, wanted.now):
        return refused
    audit("export", wanted.request, after={"list": "findings", "form": ending, "query": wanted.q})
    answer = StreamingHttpResponse(lines, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="findings_{wanted.now:%Y-%m-%dT%H%MZ}.{ending}"'
    return answer
