"""List the identities that a query finds."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from inventory.clock import now
from inventory.columns import IDENTITY_COLUMNS, UnknownColumn, chosen_columns, default_columns, plain_row
from inventory.command import FanlightCommand, wrong_use
from inventory.output import add_format_option, print_rows
from inventory.present import present_identities
from inventory.search.lists import IDENTITIES, ParseError
from inventory.system_user import EVERYTHING


class Command(FanlightCommand):
    help = "List the roles, service accounts and managed identities that a query finds."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("query", nargs="?", default="", help="in the search language: 'functions:>1'")
        parser.add_argument(
            "--columns", default="", help=f"for table and csv: {','.join(c.name for c in IDENTITY_COLUMNS)}"
        )
        add_format_option(parser)

    def handle(self, *, query: str, columns: str, format: str, **options: Any) -> None:
        try:
            names = columns.split(",") if columns else [column.name for column in default_columns(IDENTITY_COLUMNS)]
            chosen = chosen_columns(IDENTITY_COLUMNS, names)
            found = IDENTITIES.search(query, EVERYTHING, now())
        except (ParseError, UnknownColumn) as wrong:
            raise wrong_use(str(wrong)) from wrong
        told = present_identities(found.sorted_rows())
        whole = format in ("json", "jsonl") and not columns
        shown = told if whole else (plain_row(chosen, row) for row in told)
        print_rows(shown, [column.name for column in chosen], format, self.stdout)
