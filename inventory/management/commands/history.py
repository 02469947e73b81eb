"""The revisions of one resource, or the difference of two of them."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from inventory.command import FanlightCommand, wrong_use
from inventory.models import Resource, Snapshot
from inventory.output import add_format_option, as_json, plain, print_rows
from inventory.resources import NotFound, find_resource
from inventory.revisions import between, line_json, revisions, step_json, steps

COLUMNS = ("number", "at", "risk", "change")


class Command(FanlightCommand):
    help = "List the revisions of a resource, newest first; with --from and --to, what differs between two of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("resource", help="uid, the cloud's own id, or a name that only one resource has")
        parser.add_argument("--from", dest="before", type=int, help="number of the earlier revision")
        parser.add_argument("--to", dest="after", type=int, help="number of the later revision (default: the latest)")
        add_format_option(parser)

    def handle(self, *, resource: str, before: int | None, after: int | None, format: str, **options: Any) -> None:
        try:
            found = find_resource(resource, Resource.objects.all())
        except NotFound as missing:
            raise wrong_use(str(missing)) from missing
        if before is None and after is None:
            self._list(found, format)
        else:
            self._compare(found, before, after, format)

    def _list(self, resource: Resource, format: str) -> None:
        rows = revisions(resource)
        if format in ("table", "csv"):
            rows = ({**row, "change": "; ".join(line["text"] for line in row["lines"])} for row in rows)
        print_rows(rows, COLUMNS, format, self.stdout)

    def _compare(self, resource: Resource, before: int | None, after: int | None, format: str) -> None:
        newest = resource.latest.number if resource.latest else 0
        last = after if after is not None else newest
        left, right = (
            self._revision(resource, before if before is not None else last - 1),
            self._revision(resource, last),
        )
        told, differences = between(resource, left, right), steps(left, right)
        if format in ("json", "jsonl"):
            answer = {
                "uid": resource.uid,
                "native_id": resource.native_id,
                "from": left.number,
                "to": right.number,
                "lines": [line_json(line) for line in told],
                "steps": [step_json(step) for step in differences],
            }
            self.stdout.write(as_json(answer))
        elif format == "csv":
            print_rows(map(step_json, differences), ("op", "path", "before", "after"), "csv", self.stdout)
        else:
            self.stdout.write(f"{resource.native_id}: revision {left.number} ({left.at:%Y-%m-%d %H:%M:%S}) "
                              f"to {right.number} ({right.at:%Y-%m-%d %H:%M:%S})")  # fmt: skip
            for line in told:
                self.stdout.write(f"  {_SIGNS[line.risk]} {plain(line.text)}")
            for step in differences:
                self.stdout.write(f"{step.dotted}:\n  - {plain(step.before)}\n  + {plain(step.after)}")

    def _revision(self, resource: Resource, number: int) -> Snapshot:
        found = resource.snapshots.filter(number=number).first()
        if found is None:
            newest = resource.latest.number if resource.latest else 0
            raise wrong_use(f"{resource.name} has no revision {number}; it has 1 to {newest}.")
        return found


_SIGNS = {"up": "▲", "down": "▼", "none": "·"}
