"""Clear away raw answers, runs and (when a limit is set) history that are older than they are kept."""

from argparse import ArgumentParser
from typing import Any

from collectors.prune import prune_old
from inventory.clock import now
from inventory.command import FanlightCommand
from inventory.output import add_format_option, print_rows


class Command(FanlightCommand):
    help = "Clear away what is older than it is kept; what resources are now always stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_format_option(parser)

    def handle(self, **options: Any) -> None:
        rows = [{"what": name.replace("_", " "), "deleted": count} for name, count in prune_old(now()).items()]
        print_rows(rows, ("what", "deleted"), options["format"], self.stdout)
