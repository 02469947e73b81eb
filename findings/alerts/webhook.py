"""A signed POST of JSON to an address of one's own."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Any

from findings.alerts._json import encoded, posted
from findings.message import Aim, Channel, Line, Message, Ways


def signature(secret: str, at: int, body: bytes) -> str:
    """`t=SECONDS,v1=HEX`: HMAC-SHA256 with the secret over the seconds, a full stop and the body as it is sent."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


def document(message: Message) -> dict[str, Any]:
    """What is posted; docs/alerts.md describes it."""
    return {
        "version": 1,
        "id": message.key,
        "alert": message.alert,
        "test": message.test,
        "made_at": message.made_at.isoformat(),
        "total": message.total,
        "address": message.address or None,
        "rules": list(message.rules),
        "events": [_event(line) for line in message.lines],
    }


def _event(line: Line) -> dict[str, Any]:
    return {
        "event": line.kind, "at": line.at.isoformat(), "text": line.text, "where": line.where,
        "severity": line.severity or None, "address": line.address or None, **line.more,
    }  # fmt: skip


def send(message: Message, aim: Aim, ways: Ways, at: datetime) -> str:
    body = encoded(document(message))
    signed = signature(aim.secret, int(at.timestamp()), body)
    return posted(ways, aim.address, body, {"Idempotency-Key": message.key, "Fanlight-Signature": signed})


CHANNEL = Channel(
    "webhook", "Webhook", frozenset({"address", "secret"}), send,
    "JSON, signed with a secret that you and the receiver share.",
)  # fmt: skip
