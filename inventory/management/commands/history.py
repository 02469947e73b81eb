"""The revisions of one resource, or the difference of two of them."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from inventory.clock import now
from inventory.command import FanlightCommand, wrong_use
from inventory.models import Resource, Snapshot
from inventory.output import add_format_option, as_json, plain, print_rows
from inventory.resources import NotFound, find_resource
from inventory.revisions import between, line_json, step_json, steps, timeline
from inventory.then import NoSuchTime, moment_of

COLUMNS = ("number", "at", "risk", "of", "change")


class Command(FanlightCommand):
    help = (
        "List what changed of a resource, its identity and its policies, newest first; with --from and --to, what "
        "differs between two of its revisions."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("resource", help="uid, the cloud's own id, or a name that only one resource has")
        parser.add_argument("--from", dest="before", type=int, help="number of the earlier revision")
        parser.add_argument("--to", dest="after", type=int, help="number of the later revision (default: the latest)")
        parser.add_argument("--at", default="", metavar="TIME", help="known then: a day, or a moment (RFC 3339)")
        add_format_option(parser)

    def handle(
        self, *, resource: str, before: int | None, after: int | None, at: str, format: str, **options: Any
    ) -> None:
        try:
            found = find_resource(resource, Resource.objects.all())
            until = moment_of(at, now()) if at else None
        except (NotFound, NoSuchTime) as missing:
            raise wrong_use(str(missing)) from missing
        if until is not None and (before is not None or after is not None):
            raise wrong_use("--at lists what was known at a time, --from and --to compare: give one or the other.")
        if before is None and after is None:
            self._list(found, until, format)
        else:
            self._compare(found, before, after, format)

    def _list(self, resource: Resource, until: datetime | None, format: str) -> None:
        rows = timeline(resource, until)
        if format in ("table", "csv"):
            rows = ({**row, "of": _named(row, resource), "change": _said(row)} for row in rows)
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


def _named(row: dict[str, Any], resource: Resource) -> str:
    """Whose change it is, where not its own."""
    return "" if row["uid"] == resource.uid else f"{row['kind']} {row['name']}"


def _said(row: dict[str, Any]) -> str:
    return "; ".join(line["text"] for line in row["lines"])


_SIGNS = {"up": "▲", "down": "▼", "none": "·"}
