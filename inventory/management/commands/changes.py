"""What changed over everything, newest first; or tell the changes of snapshots from before an upgrade."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from inventory.changes import RISKS, WHO, Asked, filtered
from inventory.command import FanlightCommand, wrong_use
from inventory.models import Change
from inventory.output import add_format_option, print_rows
from inventory.record import fill_changes
from inventory.revisions import change_json
from inventory.semantics import KINDS

COLUMNS = ("at", "risk", "name", "change", "actor", "told")
MOST = 10_000


class Command(FanlightCommand):
    help = "List what changed, newest first; with --fill, tell the changes of snapshots from before an upgrade."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="*", help="words that the name, the id or a sentence of the change has")
        parser.add_argument("--risk", default="", choices=["", *RISKS], help="which way the risk moved")
        parser.add_argument("--kind", default="", choices=["", *KINDS, "readable"], help="what the change is about")
        parser.add_argument("--who", default="", choices=["", *WHO], help="whether the cloud's log names who did it")
        parser.add_argument("--actor", default="", help="who did it, as the log names them")
        parser.add_argument("--account", default="", metavar="ID", help="id of an account")
        parser.add_argument("--limit", type=int, default=100, help=f"how many, at most {MOST} (default: 100)")
        parser.add_argument("--fill", action="store_true", help="write what is missing, and list nothing")
        add_format_option(parser)

    def handle(self, *, text: list[str], fill: bool, limit: int, format: str, **options: Any) -> None:
        if fill:
            told, joined = fill_changes()
            self.stdout.write(f"{told} changes told, {joined} weighed against the clouds' logs.")
            return
        if not 0 < limit <= MOST:
            raise wrong_use(f"--limit takes a number from 1 to {MOST:,}, not {limit}.")
        names = ("risk", "kind", "who", "actor", "account")
        asked = Asked(text=" ".join(text), **{name: options[name] for name in names})
        found = filtered(Change.objects.all(), asked).select_related("resource__account", "snapshot")
        rows = [change_json(change) for change in found.defer("snapshot__document", "search_text")[:limit]]
        if format in ("table", "csv"):
            rows = [{**row, "change": "; ".join(line["text"] for line in row["lines"])} for row in rows]
        print_rows(rows, COLUMNS, format, self.stdout)
