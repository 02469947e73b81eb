"""Careful reading of answers, for the normalizing of every provider.

What is absent stays absent, what has the wrong type makes its section unusable.

Nothing is guessed: a number written as text is a number, a list where text belongs is a bad answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from inventory.facts import Unread

Json = Any

#: Documents nested deeper than this are no answer of a cloud; reading on would exhaust the stack.
DEPTH = 40
#: Refusals that stay until someone changes a permission or the endpoint: what else is known of a section may be told.
LASTING = frozenset({"denied", "unsupported", "not applicable", "not found"})


class Unusable(Exception):
    """A part of an answer that has not the documented shape; the message says which and why."""


def refused(value: Json) -> Unread | None:
    """Why a part was not read, or None when it was."""
    return value if isinstance(value, Unread) else None


def bad_answer(reason: str) -> Unread:
    return Unread(reason, error_class="bad answer")


class Reading:
    """The sections of one resource as they are made out, and why others are not."""

    def __init__(self) -> None:
        self.sections: dict[str, Json] = {}
        self.unread: dict[str, Unread] = {}

    def section(self, name: str, build: Callable[..., Json], *parts: Json, beside: Iterable[Json] = ()) -> None:
        """Build a section from parts of the raw entry; when one of them was refused, the section is unread.

        Of the parts `beside`, a lasting refusal leaves the section told as far as known, and marked: `build` gets
        None for it. After a passing one the section is left out, so that its last value stays whole.
        """
        extra = list(beside)
        needed = [why for part in parts if (why := refused(part))]
        others = [why for part in extra if (why := refused(part))]
        if needed or others:
            self.unread[name] = (needed + others)[0]
        if needed or any(why.error_class not in LASTING for why in others):
            return
        try:
            self.sections[name] = build(*parts, *(None if refused(part) else part for part in extra))
        except Unusable as unusable:
            self.unread[name] = bad_answer(str(unusable))

    def whole(self, *names: str) -> bool:
        """Whether none of these sections failed in a way that may pass: else they must be asked again soon."""
        return all(self.unread[name].error_class in LASTING for name in names if name in self.unread)


def mapping(value: Json, what: str) -> Mapping[str, Json]:
    """An object; nothing is an empty one."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return value
    raise Unusable(f"{what} is no object.")


def objects(value: Json, what: str) -> Iterator[Mapping[str, Json]]:
    """The entries of a list of objects; nothing is an empty list."""
    if value is None:
        return
    if not isinstance(value, list):
        raise Unusable(f"{what} is no list.")
    for entry in value:
        yield mapping(entry, f"An entry of {what}")


def texts(value: Json, what: str) -> list[str]:
    """A list of texts; nothing is an empty list, and one text alone a list of one."""
    if value is None:
        return []
    if isinstance(value, str):
        return [value]
    if isinstance(value, list) and all(isinstance(entry, str) for entry in value):
        return value
    raise Unusable(f"{what} is no list of texts.")


def text(holder: Mapping[str, Json], key: str) -> str:
    """A text; absent and null are empty."""
    value = holder.get(key)
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise Unusable(f"{key} is no text.")


def number(holder: Mapping[str, Json], key: str) -> int | None:
    """A whole number, also when it is written as text; absent and null are None."""
    value = holder.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lstrip("-").isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise Unusable(f"{key} is no whole number.")


def boolean(holder: Mapping[str, Json], key: str) -> bool:
    """A truth value, also when it is written as text; absent is false."""
    value = holder.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise Unusable(f"{key} is neither true nor false.")


def said(**values: Json) -> dict[str, Json]:
    """The keys that were said: absent, null and empty ones are left out."""
    return {key: value for key, value in values.items() if value not in (None, "", [], {})}


def shallow(value: Json, depth: int = DEPTH) -> bool:
    """Whether a value is nested no deeper than answers of clouds are."""
    if isinstance(value, Mapping):
        return depth > 0 and all(shallow(inner, depth - 1) for inner in value.values())
    if isinstance(value, list):
        return depth > 0 and all(shallow(inner, depth - 1) for inner in value)
    return True
