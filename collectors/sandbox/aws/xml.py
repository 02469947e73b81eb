"""Answers of the query protocols: XML written from plain values.

A mapping becomes elements, a list an element with one child for each member, None nothing at all."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape


def element(name: str, value: Any, member: str) -> str:
    """One element; the children of a list are called `member`."""
    if value is None:
        return ""
    return f"<{name}>{_inside(value, member)}</{name}>"


def _inside(value: Any, member: str) -> str:
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "".join(element(name, inner, member) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return "".join(element(member, one, member) for one in value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value)
