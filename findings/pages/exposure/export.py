"""The list as a file: exactly the rows of the tab and query, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import structlog
from defusedcsv import csv
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from findings.pages._refused import refused
from findings.pages.exposure.asked import Asked, asked
from findings.pages.exposure.rows import COLUMNS, load, plain, rows_of
from findings.pages.functions.coverage import coverage_of
from findings.pages.functions.export import Echo
from inventory.audit import audit
from inventory.chunks import batched
from inventory.limits import few_exports
from inventory.output import as_json, cell
from inventory.permission import needs
from inventory.search.parse import ParseError

log = structlog.get_logger(__name__)
BATCH = 500


@needs("view")
@few_exports
def exposure_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """CSV with formula cells made harmless; the header row names the columns."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except ParseError as fault:
        return refused(fault)
    writer = csv.writer(Echo())

    def lines() -> Iterator[str]:
        yield writer.writerow(COLUMNS)
        for row in rows:
            yield writer.writerow([cell(row[column]) for column in COLUMNS])

    return _file(wanted, "csv", "text/csv; charset=utf-8", lines())


@needs("view")
@few_exports
def exposure_jsonl(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """JSON lines; the first says what was asked, when, and how far it can be trusted."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except ParseError as fault:
        return refused(fault)
    covered = coverage_of(wanted.scope.accounts, wanted.now)

    def lines() -> Iterator[str]:
        yield as_json({
            "query": wanted.q, "tab": wanted.tab, "who": wanted.who, "scope": wanted.scope.choice.value,
            "as_of": wanted.now, "accounts": covered.accounts, "accounts_fresh": covered.fresh,
        }) + "\n"  # fmt: skip
        for row in rows:
            yield as_json(row) + "\n"

    return _file(wanted, "jsonl", "application/jsonl; charset=utf-8", lines())


def _rows(wanted: Asked) -> Iterator[dict[str, Any]]:
    """The rows one by one, a bounded number in memory. Raises ParseError before anything is sent."""
    found = load(wanted.search.sorted_rows(wanted.sort))

    def told() -> Iterator[dict[str, Any]]:
        for some in batched(found.iterator(chunk_size=BATCH), BATCH):
            yield from map(plain, rows_of(some, wanted))

    return told()


def _file(wanted: Asked, ending: str, kind: str, lines: Iterator[str]) -> StreamingHttpResponse:
    log.info("list_exported", list="exposure", form=ending, query=wanted.q, tab=wanted.tab, who=wanted.who)
    audit("export", wanted.request, after={
        "list": "exposure", "form": ending, "query": wanted.q, "tab": wanted.tab, "who": wanted.who,
    })  # fmt: skip
    answer = StreamingHttpResponse(lines, content_type=kind)
    name = f"exposure_{wanted.tab}_{wanted.who}_{wanted.now:%Y-%m-%dT%H%MZ}.{ending}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
