"""Put what is kept sealed under today's key."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from config.resealing import UNREADABLE, reseal
from inventory.command import FanlightCommand
from inventory.output import add_format_option, print_rows


class Command(FanlightCommand):
    """Addresses and secrets of channels, secrets of identity providers, second factors."""

    help = "Put all secrets under today's FANLIGHT_SECRET_KEY; FANLIGHT_OLD_SECRET_KEY is the key before."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_format_option(parser)

    def handle(self, **options: Any) -> None:
        rows = [
            {"what": name, "outcome": said, "entries": count} for name, done in reseal() for said, count in done.items()
        ]
        print_rows(rows, ("what", "outcome", "entries"), options["format"], self.stdout)
        if any(row["outcome"] == UNREADABLE for row in rows):
            raise CommandError(
                "Some are unreadable. Name the key before in FANLIGHT_OLD_SECRET_KEY, or enter them anew."
            )
