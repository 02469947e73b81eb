"""E-mail, as plain text."""

from __future__ import annotations

from datetime import datetime

from findings.message import Aim, Channel, Line, Message, Ways
from findings.outward import Undelivered


def one_line(text: str) -> str:
    """Without line ends and control characters: nothing of it can become a header or a line of its own."""
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()


def _line(line: Line) -> str:
    told = one_line(f"{line.severity}: {line.text}" if line.severity else line.text)
    rest = [f"  {one_line(line.where)}"] if line.where else []
    return "\n".join([f"- {told}", *rest, *([f"  {line.address}"] if line.address else [])])


def text_of(message: Message) -> str:
    """The body."""
    said = [one_line(message.scope)] if message.scope else []
    parts = [one_line(message.title), *said, *(_line(line) for line in message.shown)]
    if message.rest > 0:
        parts.append(f"and {message.rest} more.")
    if message.address:
        parts.append(f"The alert: {message.address}")
    return "\n\n".join(parts) + "\n"


def send(message: Message, aim: Aim, ways: Ways, at: datetime) -> str:
    if not aim.recipients:
        raise Undelivered("Nobody to write to: the channel names no address, and the alert's owner has none.")
    ways.mail(aim.recipients, one_line(message.title)[:200], text_of(message), message.key)
    return "Taken by the mail server."


CHANNEL = Channel(
    "email", "E-mail", frozenset({"recipients"}), send, "Without an address, the owner of the alert is written to."
)
