"""`manage.py recount`: compare the counts that pages show of findings with the findings themselves, and mend them."""

from argparse import ArgumentParser
from typing import Any

from findings.models import Finding
from findings.models.ledger import recount
from inventory.command import FanlightCommand


class Command(FanlightCommand):
    help = "Count all findings anew and mend the counts that pages show. With --check nothing is mended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="only compare; exit with 1 when a count is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        wrong = 0
        for account, differing in recount(Finding, mend=not options["check"]):
            wrong += differing
            if differing:
                self.stdout.write(f"{account}: {differing} count{'' if differing == 1 else 's'} wrong.")
        told = "wrong" if options["check"] else "mended"
        self.stdout.write(f"{wrong} count{'' if wrong == 1 else 's'} {told}.")
        if wrong and options["check"]:
            raise SystemExit(1)
