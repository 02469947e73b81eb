"""The list as a file: exactly the query, order and columns of the page, streamed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import structlog
from defusedcsv import csv
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

from findings.pages._refused import refused
from findings.pages.functions.asked import Asked, asked
from inventory.audit import audit
from inventory.columns import Column, UnknownColumn, parts_of, plain_row
from inventory.limits import few_exports
from inventory.output import as_json, cell
from inventory.permission import needs
from inventory.present import present_functions
from inventory.search.parse import ParseError

log = structlog.get_logger(__name__)


class Echo:
    """A file that gives back what is written to it, so that a CSV writer can be streamed."""

    def write(self, text: str) -> str:
        return text


@needs("view")
@few_exports
def export_csv(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """CSV with formula cells made harmless; the header row names the columns."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except (ParseError, UnknownColumn) as fault:
        return refused(fault)
    writer = csv.writer(Echo())
    columns = list(wanted.columns)

    def lines() -> Iterator[str]:
        yield writer.writerow([column.name for column in columns])
        for row in rows():
            yield writer.writerow([cell(column.value(row)) for column in columns])

    return _file(wanted, "csv", "text/csv; charset=utf-8", lines())


@needs("view")
@few_exports
def export_jsonl(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """JSON lines; the first says which query this is, when it was asked and how far it can be trusted."""
    wanted = asked(request)
    try:
        rows = _rows(wanted)
    except (ParseError, UnknownColumn) as fault:
        return refused(fault)

    def lines() -> Iterator[str]:
        yield as_json({"query": wanted.q, "scope": wanted.scope.choice.value, "as_of": wanted.moment}) + "\n"
        for row in rows():
            yield as_json(_plain(wanted.columns, row)) + "\n"

    return _file(wanted, "jsonl", "application/jsonl; charset=utf-8", lines())


def _rows(wanted: Asked) -> Callable[[], Iterator[dict[str, Any]]]:
    """What gives the rows one by one, a bounded number in memory. Raises ParseError or UnknownColumn before anything is
    sent."""
    search = wanted.search
    if wanted.no_columns:
        raise UnknownColumn(wanted.no_columns)

    def rows() -> Iterator[dict[str, Any]]:
        with wanted.then():
            yield from present_functions(search.sorted_rows(wanted.sort), parts_of(wanted.columns))

    return rows


def _plain(columns: Sequence[Column], row: dict[str, Any]) -> dict[str, Any]:
    return {"uid": row["uid"], **plain_row(columns, row)}


def _file(wanted: Asked, ending: str, kind: str, lines: Iterator[str]) -> StreamingHttpResponse:
    log.info("list_exported", list="functions", form=ending, query=wanted.q)
    audit("export", wanted.request, after={"list": "functions", "form": ending, "query": wanted.q, "at": wanted.own_at})
    answer = StreamingHttpResponse(lines, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="functions_{wanted.now:%Y-%m-%dT%H%MZ}.{ending}"'
    return answer
