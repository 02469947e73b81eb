"""Who may call, change or take over a function: every way in, the widest first."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from findings.evaluate import judge_of
from inventory.command import FanlightCommand, wrong_use
from inventory.facts import Kind
from inventory.models import Function, Resource
from inventory.output import add_format_option, print_rows
from inventory.resources import NotFound, find_resource

Row = dict[str, Any]

COLUMNS = ("action", "principal", "kind", "level", "via", "qualifier", "condition", "latent", "certain")


class Command(FanlightCommand):
    help = "List who may invoke and who may deploy a function, how far away they are, and by what they may."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("resource", help="a function: its uid, the cloud's own id, or a name that only one has")
        add_format_option(parser)

    def handle(self, *, resource: str, format: str, **options: Any) -> None:
        try:
            found = find_resource(resource, Resource.objects.all(), (Kind.FUNCTION,))
        except NotFound as missing:
            raise wrong_use(str(missing)) from missing
        function = Function.objects.select_related("account", "resource__latest").get(pk=found.pk)
        print_rows(_rows(function), COLUMNS, format, self.stdout)


def _rows(function: Function) -> Iterator[Row]:
    """One row for each way in; and one for each part that was not read, for more may get in there."""
    judge = judge_of(function.account)
    if judge is None:
        yield _unread(f"Nothing judges {function.provider} yet.")
        return
    for _, verdict in judge.functions([function], most=None):
        for action in ("invoke", "deploy"):
            for way in verdict.because.get(action, []):
                yield _way(action, way)
        for why in verdict.because.get("unread", []):
            yield _unread(why)


def _way(action: str, way: Row) -> Row:
    told = {column: way.get(column, "") for column in COLUMNS}
    return told | {"action": way.get("action") or action, "reach": way.get("reach", ""), "certain": way.get("certain")}


def _unread(why: str) -> Row:
    nobody = dict.fromkeys(COLUMNS, "")
    return nobody | {"kind": "unknown", "level": "unknown", "condition": f"not read: {why}", "certain": False}
