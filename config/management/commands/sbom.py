"""Print what Fanlight is made of, as a software bill of materials or as a list of licences."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.sbom import packages, sbom
from inventory.output import add_format_option, print_rows


class Command(BaseCommand):
    """Needs no database: it reads the lock files beside the code."""

    help = "Print the software bill of materials (CycloneDX 1.6, JSON), or with --licences the licences."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--licences", action="store_true", help="one row a package instead: name, version, licence")
        add_format_option(parser)

    def handle(self, *, licences: bool, **options: Any) -> None:
        if not licences:
            self.stdout.write(json.dumps(sbom(), indent=2))
            return
        rows = [
            {"package": one.name, "version": one.version, "licence": one.licence or "unknown", "from": one.kind}
            for one in packages()
        ]
        print_rows(rows, ("package", "version", "licence", "from"), options["format"], self.stdout)
