"""List the findings that a query finds; with --fail-on, a gate for pipelines."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from findings.columns import FINDING_COLUMNS
from findings.present import present_findings
from findings.search import FINDINGS
from findings.severity import Severity
from findings.states import ACTIVE
from inventory.clock import now
from inventory.columns import UnknownColumn, chosen_columns, default_columns, plain_row
from inventory.command import FanlightCommand, wrong_use
from inventory.output import add_format_option, print_rows
from inventory.search.lists import ParseError
from inventory.system_user import EVERYTHING


class Command(FanlightCommand):
    help = "List the findings that a query finds: what is open when it names no state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "query", nargs="?", default="", help="in the search language: 'severity:>=high account:acme-prod'"
        )
        parser.add_argument(
            "--fail-on", default="", metavar="SEVERITY",
            help="end with exit code 1 when an open finding of this severity or a worse one is among them",
        )  # fmt: skip
        parser.add_argument(
            "--columns", default="", help=f"for table and csv: {','.join(one.name for one in FINDING_COLUMNS)}"
        )
        parser.add_argument("--sort", default="", help=f"one of {', '.join(FINDINGS.sorts)}; -name for the other way")
        add_format_option(parser)

    def handle(
        self, *, query: str, fail_on: str, columns: str, sort: str, format: str, **options: Any
    ) -> None:  # fmt: skip
        at = now()
        try:
            chosen = (
                chosen_columns(FINDING_COLUMNS, columns.split(",")) if columns else default_columns(FINDING_COLUMNS)
            )
            found = FINDINGS.search(query, EVERYTHING, at)
        except (ParseError, UnknownColumn) as wrong:
            raise wrong_use(str(wrong)) from wrong
        if sort and sort.removeprefix("-") not in FINDINGS.sorts:
            raise wrong_use(f"There is no order “{sort}”; there are {', '.join(FINDINGS.sorts)}.")
        gate = _severity(fail_on)
        told = present_findings(found.sorted_rows(sort), at)
        whole = format in ("json", "jsonl") and not columns
        shown = told if whole else (plain_row(chosen, row) for row in told)
        print_rows(shown, [column.name for column in chosen], format, self.stdout)
        if gate is not None:
            _fail(gate, found.rows().filter(state__in=ACTIVE, rank__gte=gate.rank).count())


def _severity(word: str) -> Severity | None:
    if not word:
        return None
    try:
        return Severity(word.lower())
    except ValueError:
        raise wrong_use(f"There is no severity “{word}”; there are {', '.join(Severity)}.") from None


def _fail(gate: Severity, number: int) -> None:
    if number:
        what = "finding is" if number == 1 else "findings are"
        raise CommandError(f"{number:,} {what} open that are {gate} or worse.")
