"""Write the configuration to a file, or make it as a file says."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from config.carry import NotOurs, exported, imported
from inventory.command import FanlightCommand, wrong_use
from inventory.output import add_format_option, print_rows

LARGEST = 50 * 1024 * 1024


class Command(FanlightCommand):
    """Groups, accounts with their schedules, saved searches; no person, no secret, nothing that was collected."""

    help = "Export or import the configuration: groups, accounts without secrets, schedules, saved searches."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="export|import")
        actions.add_parser("export", help="write it to standard output, as JSON")
        reading = actions.add_parser("import", help="make it as a file says; what the file does not name stays")
        reading.add_argument("file", help="a file that export wrote, or - for standard input")
        add_format_option(reading)

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "export":
            self.stdout.write(json.dumps(exported(), indent=2, ensure_ascii=False))
            return
        try:
            done = imported(_read(options["file"]))
        except NotOurs as wrong:
            raise wrong_use(str(wrong)) from wrong
        rows = [
            {"part": name, "outcome": said, "entries": count}
            for name, told in done.items()
            for said, count in told.items()
        ]
        print_rows(rows, ("part", "outcome", "entries"), options["format"], self.stdout)


def _read(name: str) -> Any:
    """The document in a file; raises NotOurs with what is wrong with it."""
    try:
        if name != "-" and Path(name).stat().st_size > LARGEST:
            raise NotOurs(f"{name} is larger than 50 MB: that is no configuration.")
        return json.loads(sys.stdin.read(LARGEST) if name == "-" else Path(name).read_text())
    except OSError as fault:
        raise NotOurs(f"{name} cannot be read: {fault.strerror}.") from fault
    except (ValueError, RecursionError) as fault:
        raise NotOurs(f"{name} is no JSON: {fault}") from fault
