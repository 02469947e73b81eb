"""List the functions that a query finds."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from inventory.clock import now
from inventory.columns import FUNCTION_COLUMNS, UnknownColumn, chosen_columns, plain_row
from inventory.command import FanlightCommand, wrong_use
from inventory.output import add_format_option, print_rows
from inventory.present import PARTS, present_functions
from inventory.search.lists import FUNCTIONS, ParseError
from inventory.system_user import EVERYTHING
from inventory.then import NoSuchTime, moment_of, state_at

TABLE = ("name", "account", "region", "runtime", "privilege", "exposure", "changed")


class Command(FanlightCommand):
    help = "List the functions that a query finds; an empty query lists everything present, is:gone what is gone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "query", nargs="?", default="", help="in the search language: 'privilege:admin exposure:public'"
        )
        parser.add_argument(
            "--columns", default="", help=f"for table and csv: {','.join(c.name for c in FUNCTION_COLUMNS)}"
        )
        parser.add_argument("--sort", default="", help=f"one of {', '.join(FUNCTIONS.sorts)}; -name for the other way")
        parser.add_argument("--at", default="", metavar="TIME", help="as it was then: a day, or a moment (RFC 3339)")
        add_format_option(parser)

    def handle(self, *, query: str, columns: str, sort: str, at: str, format: str, **options: Any) -> None:
        try:
            chosen = chosen_columns(FUNCTION_COLUMNS, columns.split(",") if columns else TABLE)
            then = moment_of(at, now()) if at else None
            found = FUNCTIONS.search(query, EVERYTHING, then or now(), past=then is not None)
        except (ParseError, UnknownColumn, NoSuchTime) as wrong:
            raise wrong_use(str(wrong)) from wrong
        if sort and sort.removeprefix("-") not in FUNCTIONS.sorts:
            raise wrong_use(f"There is no order “{sort}”; there are {', '.join(FUNCTIONS.sorts)}.")
        with state_at(then):
            told = present_functions(found.sorted_rows(sort), PARTS)
            whole = format in ("json", "jsonl") and not columns
            shown = told if whole else (plain_row(chosen, row) for row in told)
            print_rows(shown, [column.name for column in chosen], format, self.stdout)
