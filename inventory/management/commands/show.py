"""Everything known of one resource."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from inventory.command import FanlightCommand, wrong_use
from inventory.models import Resource
from inventory.output import as_json, plain
from inventory.present import present_resource
from inventory.resources import NotFound, find_resource

Json = Any


class Command(FanlightCommand):
    help = "Show everything known of one resource: what it is, how it was judged, and its whole document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("resource", help="uid, the cloud's own id, or a name that only one resource has")
        parser.add_argument("--format", choices=("table", "json"), default="table", help="default: %(default)s")

    def handle(self, *, resource: str, format: str, **options: Any) -> None:
        try:
            found = find_resource(resource, Resource.objects.all())
        except NotFound as missing:
            raise wrong_use(str(missing)) from missing
        told = present_resource(found)
        if format == "json":
            self.stdout.write(json.dumps(json.loads(as_json(told)), indent=2, ensure_ascii=False))
            return
        for line in _readable(told):
            self.stdout.write(line)


def _readable(value: Json, depth: int = 0) -> Iterator[str]:
    """Nested values as indented lines; empty ones say so."""
    margin = "  " * depth
    for key, entry in value.items() if isinstance(value, Mapping) else enumerate(value, 1):
        if isinstance(entry, Mapping | list) and entry:
            if isinstance(entry, list) and all(not isinstance(one, Mapping | list) for one in entry):
                yield f"{margin}{plain(key)}: {plain(entry)}"
                continue
            yield f"{margin}{plain(key)}:"
            yield from _readable(entry, depth + 1)
        else:
            yield f"{margin}{plain(key)}: {_leaf(entry)}"


def _leaf(entry: Json) -> str:
    if entry is None:
        return "unknown"
    return plain(entry) if entry not in ("", [], {}) else "none"
