"""Microsoft Teams, through a workflow that takes a webhook request and posts the card."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from findings.alerts._json import encoded, posted
from findings.message import Aim, Channel, Line, Message, Ways

#: Teams takes cards of at most 28 KB.
_LINE, _MOST = 400, 20


def plain(text: str) -> str:
    """Text for a run of rich text, which knows no Markdown; a date function or a mention is taken apart."""
    return " ".join(text.split()).replace("{{", "{\u2060{").replace("<at>", "<\u2060at>")


def _run(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": plain(text)[:_LINE], **more}


def _line(line: Line) -> dict[str, Any]:
    inlines = [_run(f"{line.severity}: ", weight="Bolder")] if line.severity else []
    opened = {"selectAction": {"type": "Action.OpenUrl", "url": line.address}} if line.address else {}
    inlines.append(_run(line.text, **opened))
    if line.where:
        inlines.append(_run(f" ({line.where})", isSubtle=True))
    # The blank between two runs belongs to the first one; plain() would take it away at the end.
    for run in inlines[:-1]:
        run["text"] += " "
    return {"type": "RichTextBlock", "inlines": inlines}


def document(message: Message) -> dict[str, Any]:
    """What is posted: one adaptive card."""
    shown = message.lines[:_MOST]
    body: list[dict[str, Any]] = [
        {"type": "RichTextBlock", "inlines": [_run(message.title, size="Medium", weight="Bolder")]},
        *([{"type": "RichTextBlock", "inlines": [_run(message.scope, isSubtle=True)]}] if message.scope else []),
        *(_line(line) for line in shown),
    ]
    if message.total > len(shown):
        body.append({"type": "RichTextBlock", "inlines": [_run(f"and {message.total - len(shown)} more")]})
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
        "body": body,
    }  # fmt: skip
    if message.address:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open Fanlight", "url": message.address}]
    attached = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attached]}


def send(message: Message, aim: Aim, ways: Ways, at: datetime) -> str:
    return posted(ways, aim.address, encoded(document(message)), {"Idempotency-Key": message.key})


CHANNEL = Channel(
    "teams", "Microsoft Teams", frozenset({"address"}), send,
    "The address of a workflow “When a Teams webhook request is received”.",
)  # fmt: skip
