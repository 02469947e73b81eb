"""Write the configuration to a file, or make it as a file says."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from config.carry import LARGEST, NotOurs, exported, imported, read
from inventory.command import FanlightCommand, wrong_use
from inventory.models import Role, User
from inventory.output import add_format_option, print_rows


class Command(FanlightCommand):
    """Groups, accounts with their schedules, saved searches, receivers, channels, alerts; no secret."""

    help = "Export or import the configuration: accounts, schedules, searches, receivers, alerts; without secrets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="export|import")
        actions.add_parser("export", help="write it to standard output, as JSON")
        reading = actions.add_parser("import", help="make it as a file says; what the file does not name stays")
        reading.add_argument("file", help="a file that export wrote, or - for standard input")
        reading.add_argument("--owner", default="", help="the admin who gets the alerts of people who are not here")
        reading.add_argument("--dry-run", action="store_true", help="tell what would be done, and do nothing")
        add_format_option(reading)

    def handle(self, *, action: str, **options: Any) -> None:
        if action == "export":
            self.stdout.write(json.dumps(exported(), indent=2, ensure_ascii=False))
            return
        try:
            done = imported(_read(options["file"]), _admin(options["owner"]), dry=options["dry_run"])
        except NotOurs as wrong:
            raise wrong_use(str(wrong)) from wrong
        rows = [
            {"part": name, "outcome": said, "entries": count}
            for name, told in done.items()
            for said, count in told.items()
        ]
        print_rows(rows, ("part", "outcome", "entries"), options["format"], self.stdout)


def _read(name: str) -> Any:
    """The document in a file, or on standard input; raises NotOurs with what is wrong with it."""
    try:
        if name == "-":
            return read(sys.stdin.buffer.read(LARGEST + 1))
        with Path(name).open("rb") as file:
            return read(file.read(LARGEST + 1))
    except OSError as fault:
        raise NotOurs(f"{name} cannot be read: {fault.strerror}.") from fault
    except NotOurs as wrong:
        raise NotOurs(f"{'Standard input' if name == '-' else name} cannot be taken. {wrong}") from wrong


def _admin(name: str) -> User | None:
    """Who gets the alerts of people who are not here: who was named, or the only admin. Raises NotOurs."""
    admins = User.objects.filter(role=Role.ADMIN, is_active=True)
    if not name:
        found = list(admins[:2])
        return found[0] if len(found) == 1 else None
    one = admins.filter(username=name).first()
    if one is None:
        raise NotOurs(f"There is no active admin {name!r}. `manage.py createadmin` makes one.")
    return one
