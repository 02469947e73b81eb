"""How a route in front of a function is called: the same words where it is judged and where it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def route_name(entry: Mapping[str, Any]) -> str:
    """A stored entry point in words: its kind, what it belongs to, its method and path."""
    detail = entry.get("detail") or {}
    name = f"{entry.get('method', '')} {entry.get('path', '')}".strip()
    title = detail.get("name") or detail.get("api") or entry.get("id", "")
    return f"{entry.get('kind', '')} {title} {name}".strip()
