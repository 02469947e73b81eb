"""What only AWS's answers need beside the careful reading that all providers share: the native id of an entry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.shapes import (
    Reading,
    Unusable,
    bad_answer,
    boolean,
    mapping,
    number,
    objects,
    refused,
    said,
    shallow,
    text,
    texts,
)

Json = Any

LONGEST_ID, LONGEST_NAME = 1024, 512

__all__ = [
    "LONGEST_ID",
    "LONGEST_NAME",
    "Reading",
    "Unusable",
    "bad_answer",
    "boolean",
    "identity",
    "mapping",
    "number",
    "objects",
    "refused",
    "said",
    "shallow",
    "text",
    "texts",
]


def identity(holder: Json, key: str, what: str) -> str:
    """The native id of an entry; raises Malformed when it has none, or none that can be kept."""
    if not isinstance(holder, Mapping):
        raise Malformed(f"{what} is no object but {type(holder).__name__}.")
    value = holder.get(key)
    if not isinstance(value, str) or not value.startswith("arn:") or value.count(":") < 5:
        raise Malformed(f"{what} has no {key}.")
    if len(value) > LONGEST_ID:
        raise Malformed(f"The {key} of {what} is longer than any ARN may be.", value[:LONGEST_ID])
    return value
