"""Take answers apart without trusting their shape: what is not as documented reads as nothing there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Any


def mapping(value: Json) -> Mapping[str, Json]:
    """The object, or an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def objects(value: Json) -> list[Mapping[str, Json]]:
    """The objects of a list; of anything else, none."""
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list | tuple) else []


def words(value: Json) -> list[str]:
    """The texts of a list; of anything else, none."""
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list | tuple) else []


def text(value: Json) -> str:
    """The text, or "" for anything else."""
    return value if isinstance(value, str) else ""


def without_empty(**fields: Json) -> dict[str, Json]:
    """The fields that the cloud said something in: neither absent nor an empty text; an empty list is something."""
    return {name: value for name, value in fields.items() if value is not None and value != ""}
