"""Write findings in the shape that another tool reads."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from findings.columns import FINDING_COLUMNS
from findings.interchange import json_pieces, ocsf_lines, sarif_pieces
from findings.present import present_findings
from findings.search import FINDINGS
from inventory.audit import audit
from inventory.clock import now
from inventory.columns import plain_row
from inventory.command import FanlightCommand, wrong_use
from inventory.output import Writable, print_rows
from inventory.search.lists import ParseError
from inventory.system_user import EVERYTHING

FORMATS = ("ocsf", "sarif", "csv", "json")


class Command(FanlightCommand):
    help = "Export the findings that a query finds (what is open when it names no state) as OCSF, SARIF, CSV or JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", nargs="?", default="", help="in the search language: 'severity:>=high'")
        parser.add_argument("--format", choices=FORMATS, required=True, help="the shape; OCSF is one event a line")
        parser.add_argument("--output", default="", metavar="FILE", help="where to write it (default: to the terminal)")

    def handle(self, *, query: str, format: str, output: str, **options: Any) -> None:
        at = now()
        try:
            found = FINDINGS.search(query, EVERYTHING, at)
            rows = present_findings(found.sorted_rows(""), at)
        except ParseError as wrong:
            raise wrong_use(str(wrong)) from wrong
        audit("export", after={"list": "findings", "form": format, "query": query}, at=at)
        if not output:
            return write(rows, format, query, at, self.stdout)
        try:
            with Path(output).open("w", encoding="utf-8") as file:
                return write(rows, format, query, at, file)
        except OSError as fault:
            raise CommandError(f"{output} cannot be written: {fault.strerror}.") from fault


def write(rows: Iterator[dict[str, Any]], format: str, query: str, at: datetime, stream: Writable) -> None:
    """Write the rows in this format, one by one."""
    if format == "csv":
        names = [column.name for column in FINDING_COLUMNS]
        print_rows((plain_row(FINDING_COLUMNS, row) for row in rows), names, "csv", stream)
        return
    version = str(settings.VERSION)
    pieces = {
        "ocsf": lambda: ocsf_lines(rows, version, at),
        "sarif": lambda: sarif_pieces(rows, version, at, query),
        "json": lambda: json_pieces(rows),
    }[format]()
    for piece in pieces:
        stream.write(piece)
