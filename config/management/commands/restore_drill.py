"""See that a backup can be restored: dump, restore into a new database, compare, drop it again."""

import tempfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from config.drill import DrillFailed, drill
from inventory.command import FanlightCommand
from inventory.output import add_format_option, print_rows


class Command(FanlightCommand):
    """Ours is only read; what is made beside it is dropped at the end, and the dump with it unless it was named."""

    help = "Dump the PostgreSQL database, restore it into a new one, and compare; nothing of ours is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep", type=Path, metavar="FILE", help="keep the dump: a backup that is known to be good"
        )
        add_format_option(parser)

    def handle(self, *, keep: Path | None, **options: Any) -> None:
        with tempfile.TemporaryDirectory(prefix="fanlight-drill-") as folder:
            try:
                counts = drill(keep or Path(folder) / "fanlight.dump", self.stderr.write)
            except DrillFailed as wrong:
                raise CommandError(str(wrong)) from wrong
        rows = [{"table": name, "rows": count} for name, count in counts.items()]
        print_rows(rows, ("table", "rows"), options["format"], self.stdout)
