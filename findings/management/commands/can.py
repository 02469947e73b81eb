"""May this identity, or whatever this function runs as, do that? The decision, and what gives it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from findings.access.decision import Reason
from findings.access.doubts import doubts_about
from findings.question import WORDS, Told, place_of, tell
from inventory.command import FanlightCommand, wrong_use
from inventory.facts import Kind
from inventory.models import Resource
from inventory.output import add_format_option, plain, print_rows
from inventory.resources import NotFound, find_resource

Row = dict[str, Any]

COLUMNS = (
    "identity", "action", "resource", "outcome", "because", "unless", "unread", "weighed", "not_weighed", "doubts",
)  # fmt: skip


class Command(FanlightCommand):
    help = (
        "Say whether an identity, or each identity of a function, may do an action, and by which statements. Exit code "
        "0 whenever there is an answer, 2 for a question that makes no sense."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("who", metavar="IDENTITY-OR-FUNCTION", help="uid, the cloud's own id, or a unique name")
        parser.add_argument("action", help="such as s3:DeleteObject, storage.objects.delete, Microsoft.Web/sites/write")
        parser.add_argument("resource", nargs="?", default="", help="ARN, name or scope; without it: any resource")
        add_format_option(parser)

    def handle(self, *, who: str, action: str, resource: str, format: str, **options: Any) -> None:
        try:
            found = find_resource(who, Resource.objects.all(), (Kind.FUNCTION, Kind.IDENTITY))
            place = place_of(resource, Resource.objects.all())
            doubts = doubts_about(found.provider, action, place)
            rows = [_row(told, action, place, doubts) for told in tell(found, action, place)]
        except (NotFound, ValueError) as wrong:
            raise wrong_use(str(wrong)) from wrong
        if format != "table":
            print_rows(rows, COLUMNS, format, self.stdout)
            return
        for row in rows:
            for line in _readable(row):
                self.stdout.write(line)


def _row(told: Told, action: str, resource: str, doubts: list[str]) -> Row:
    place = told.answer.place if told.answer else ""
    instead = [told.instead] if told.certain else []
    return {
        "identity": told.identity, "action": action, "resource": resource or place, "outcome": told.outcome,
        "because": [_told(one) for one in told.because] or instead, "unless": [_told(one) for one in told.unless],
        "unread": list(told.unread), "weighed": list(told.answer.weighed) if told.answer else [],
        "not_weighed": list(told.answer.not_weighed) if told.answer else [], "doubts": doubts,
    }  # fmt: skip


def _told(reason: Reason) -> Row:
    return {
        "effect": reason.effect.value, "source": reason.source, "says": reason.says, "condition": reason.condition
    }  # fmt: skip


def _readable(row: Row) -> Iterator[str]:
    on = f" on {plain(row['resource'])}" if row["resource"] else ""
    yield f"{plain(row['identity']) or 'It'}: {plain(row['action'])}{on} is {WORDS[row['outcome']]}"
    for key in ("because", "unless", "unread", "doubts"):
        for one in row[key]:
            yield f"  {key:<8} {one if isinstance(one, str) else _sentence(one)}"


def _sentence(reason: Row) -> str:
    condition = f", condition: {reason['condition']}" if reason["condition"] else ""
    return plain(f"{reason['effect']} by {reason['source']}: {reason['says']}{condition}")
