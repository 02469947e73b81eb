"""List what is checked: the rules, and how many resources fail each now."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from findings.rule_standing import standings
from inventory.command import FanlightCommand
from inventory.models import Account
from inventory.output import add_format_option, print_rows

COLUMNS = ("id", "severity", "subject", "providers", "failing", "of", "unknown", "title")


class Command(FanlightCommand):
    help = "List the rules: what is checked, in which clouds, and how many resources fail, pass or are unknown."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_format_option(parser)

    def handle(self, *, format: str, **options: Any) -> None:
        rows = (standing.as_json() for standing in standings(Account.objects.all()))
        print_rows(rows, COLUMNS, format, self.stdout)
