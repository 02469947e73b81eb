"""Prove that nobody changed, deleted, inserted or swapped an entry of the audit log."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from inventory.audit import verify
from inventory.command import FanlightCommand, wrong_use
from inventory.tasks import kept_heads, parsed_head


class Command(FanlightCommand):
    help = (
        "Read the audit log and recompute its chain of hashes. Exit code 1 when something was touched. That its end "
        "was cut off shows against the heads that the log tells every day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head", action="append", default=[], metavar="NUMBER:HASH",
            help="a head that the log told (audit_head); may be given several times. Those in the folder FANLIGHT_VAR "
            "are compared in any case",
        )  # fmt: skip

    def handle(self, *, head: list[str], **options: Any) -> None:
        try:
            heads = [*kept_heads(), *(parsed_head(text) for text in head)]
        except ValueError as fault:
            raise wrong_use(str(fault)) from fault
        found = verify(heads)
        for sentence in found.faults:
            self.stdout.write(sentence)
        if found.faults:
            raise CommandError("The audit log was touched.")
        self.stdout.write(f"{found.entries:,} entries, none touched; {len(heads)} heads of earlier days agree.")
        self.stdout.write(f"The newest: {found.head.number}:{found.head.hash}")
