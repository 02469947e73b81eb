"""Azure's times as text, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def moment(value: Any) -> datetime | None:
    """A time that Azure wrote (2026-11-21T09:12:46.0631452Z); None for what is none. Without a zone it is UTC."""
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def written(at: datetime) -> str:
    """A time as filters take it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
