"""Read the kept raw answers again with the present normalizers, after an upgrade: no change of the clouds."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from collectors.accounts import chosen
from collectors.clouds import cloud
from collectors.collect import guarded
from collectors.provider import BadConnection
from collectors.renormalize import renormalize_account
from inventory.command import FanlightCommand, wrong_use
from inventory.output import add_format_option, print_rows


class Command(FanlightCommand):
    help = "Normalize the kept raw answers again, and put the outcome into the latest snapshots."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--account", action="append", default=[], metavar="ID", help="id or name; may be repeated")
        parser.add_argument("--provider", default="", help="only accounts of this provider")
        parser.add_argument("--all", action="store_true", help="also answers that the present normalizer read already")
        add_format_option(parser)

    def handle(self, **options: Any) -> None:
        try:
            accounts = chosen(options["account"], options["provider"])
        except BadConnection as wrong:
            raise wrong_use(str(wrong)) from wrong
        rows: list[dict[str, Any]] = []
        for account in accounts:
            done = renormalize_account(account, cloud(account.provider), guarded, everything=options["all"])
            rows.append(
                {
                    "account": account.name,
                    "read": done.read,
                    "otherwise": len(done.otherwise),
                    "failed": len(done.failed),
                }
            )
        columns = ("account", "read", "otherwise", "failed")
        print_rows(rows, columns, options["format"], self.stdout)
        if failed := sum(row["failed"] for row in rows):
            raise CommandError(f"{failed} kept answers were not understood; their snapshots stay as they were.")
