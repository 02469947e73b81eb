"""What channels that POST JSON have in common."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from findings.message import Ways
from findings.outward import Undelivered


def encoded(body: Any) -> bytes:
    """JSON in which nothing can end a script or a line early."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode()


def posted(ways: Ways, address: str, body: bytes, headers: Mapping[str, str]) -> str:
    """POST it; the status as text. Raises Undelivered for any status that is no success."""
    status = ways.post(address, {"Content-Type": "application/json", **headers}, body)
    if 300 <= status < 400:
        raise Undelivered(f"Status {status}: redirects are not followed. Enter the address it leads to.")
    if not 200 <= status < 300:
        raise Undelivered(f"Status {status}.")
    return f"Status {status}."
