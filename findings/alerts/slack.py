"""Slack, through an incoming webhook."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from findings.alerts._json import encoded, posted
from findings.message import Aim, Channel, Line, Message, Ways

#: Slack takes sections of at most 3,000 characters; a line is cut well below.
_LINE, _SECTION = 600, 2_900
_BREAK = "\u2060"


def escaped(text: str) -> str:
    """Text that Slack shows as it is: no mention, no link, no bold (docs.slack.dev, "Formatting message text")."""
    for mark in "*_~`@#":
        text = text.replace(mark, mark + _BREAK)
    text = " ".join(text.replace("://", f":{_BREAK}//").split())
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(line: Line) -> str:
    told = escaped(f"{line.severity}: {line.text}" if line.severity else line.text)[:_LINE]
    where = escaped(line.where)[:_LINE]
    link = f" <{line.address}|open>" if line.address else ""
    return f"• {told} ({where}){link}" if where else f"• {told}{link}"


def document(message: Message) -> dict[str, Any]:
    """What is posted: a header, and sections of lines."""
    sections, now = [], ""
    lines = [f"_{escaped(message.scope)[:_LINE]}_"] if message.scope else []
    lines += [_line(line) for line in message.shown]
    if message.rest > 0:
        more = f" <{message.address}|all of them>" if message.address else ""
        lines.append(f"and {message.rest} more{more}")
    for line in lines:
        if now and len(now) + len(line) > _SECTION:
            sections.append(now)
            now = ""
        now = f"{now}\n{line}" if now else line
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": message.title[:150], "emoji": False}}
    ]
    blocks += [{"type": "section", "text": {"type": "mrkdwn", "text": text}} for text in (*sections, now) if text]
    return {"text": escaped(message.title), "blocks": blocks, "unfurl_links": False, "unfurl_media": False}


def send(message: Message, aim: Aim, ways: Ways, at: datetime) -> str:
    return posted(ways, aim.address, encoded(document(message)), {"Idempotency-Key": message.key})


CHANNEL = Channel(
    "slack", "Slack", frozenset({"address"}), send, "The address of an incoming webhook of your Slack workspace."
)
