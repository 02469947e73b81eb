"""Small pieces of answers that several sections read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.shapes import Unusable, mapping

Json = Any


def flag(holder: Mapping[str, Json], key: str) -> bool | None:
    """A truth value, also when it is written as text; absent and null are None: not said, which is not false."""
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unusable(f"{key} is neither true nor false.")


def properties(row: Json, what: str = "The site") -> Mapping[str, Json]:
    """The `properties` of a row of Resource Graph or Resource Manager."""
    return mapping(mapping(row, what).get("properties"), f"The properties of {what}")


def location(value: Json) -> str:
    """A region as Resource Graph writes it: "East US" is eastus."""
    return value.replace(" ", "").lower() if isinstance(value, str) else ""
