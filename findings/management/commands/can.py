"""May this identity, or whatever this function runs as, do that? The decision, and what gives it."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from findings.access.decision import Reason
from findings.evaluate import judge_of
from findings.judge import Answer
from findings.seen import identity_ids
from inventory.command import FanlightCommand, wrong_use
from inventory.facts import Kind
from inventory.models import Account, Identity, Resource
from inventory.output import add_format_option, plain, print_rows
from inventory.resources import NotFound, find_resource

Row = dict[str, Any]

COLUMNS = ("identity", "action", "resource", "outcome", "because", "unless", "unread")
WORDS = {
    "allowed": "allowed",
    "allowed_if": "allowed if",
    "denied_explicit": "denied explicitly",
    "denied_implicit": "denied implicitly",
    "unknown": "unknown",
}


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
            place = _place(resource)
            rows = [_row(name, action, place, answer) for name, answer in _answers(found, action, place)]
        except (NotFound, ValueError) as wrong:
            raise wrong_use(str(wrong)) from wrong
        if format != "table":
            print_rows(rows, COLUMNS, format, self.stdout)
            return
        for row in rows:
            for line in _readable(row):
                self.stdout.write(line)


def _place(text: str) -> str:
    """The native id of what a resource argument names; what is not in the inventory is taken as it stands."""
    if not text:
        return ""
    try:
        return find_resource(text, Resource.objects.all()).native_id
    except NotFound:
        if any(sign in text for sign in ":/*"):
            return text
        raise


def _answers(found: Resource, action: str, resource: str) -> Iterator[tuple[str, Answer | str]]:
    """The answer for each identity; a sentence where there is nobody to ask about."""
    if found.kind == Kind.IDENTITY:
        named: list[str] | None = [found.native_id]
    else:
        named = identity_ids(found.document)
    if not named:
        yield "", "What it runs as was not read." if named is None else "It runs as no identity, so it may do nothing."
    for native_id in named or ():
        rows = Identity.objects.filter(native_id=native_id, gone_at=None, account__provider=found.provider)
        rows = rows.select_related("account", "resource__latest")
        own = [row for row in rows if row.account_id == found.account_id]
        identity = next(iter([*own, *rows]), None)
        if identity is None:
            yield native_id, "This identity is not in the inventory: it does not exist, or was not read."
        else:
            yield native_id, _ask(identity.account, identity, action, resource)


def _ask(account: Account, identity: Identity, action: str, resource: str) -> Answer | str:
    judge = judge_of(account)
    return judge.decide(identity, action, resource) if judge else f"Nothing judges {account.provider} yet."


def _row(identity: str, action: str, resource: str, answer: Answer | str) -> Row:
    asked = {"identity": identity, "action": action, "resource": resource}
    if isinstance(answer, str):
        nobody = "no identity" in answer
        return asked | {
            "outcome": "denied_implicit" if nobody else "unknown", "because": [answer] if nobody else [], "unless": [],
            "unread": [] if nobody else [answer],
        }  # fmt: skip
    decision = answer.decision
    return asked | {
        "resource": resource or answer.place, "outcome": answer.word,
        "because": [_told(one) for one in decision.because], "unless": [_told(one) for one in decision.unless],
        "unread": list(answer.unread),
    }  # fmt: skip


def _told(reason: Reason) -> Row:
    return {
        "effect": reason.effect.value, "source": reason.source, "says": reason.says, "condition": reason.condition
    }  # fmt: skip


def _readable(row: Row) -> Iterator[str]:
    on = f" on {plain(row['resource'])}" if row["resource"] else ""
    yield f"{plain(row['identity']) or 'It'}: {plain(row['action'])}{on} is {WORDS[row['outcome']]}"
    for key in ("because", "unless", "unread"):
        for one in row[key]:
            yield f"  {key:<8} {one if isinstance(one, str) else _sentence(one)}"


def _sentence(reason: Row) -> str:
    condition = f", condition: {reason['condition']}" if reason["condition"] else ""
    return plain(f"{reason['effect']} by {reason['source']}: {reason['says']}{condition}")
