"""Which of several reasons a scope shows when it could not be read whole."""

from __future__ import annotations

from inventory.facts import Coverage, ReadState
from inventory.record.coverage import main_reason


def part(name: str, state: ReadState = ReadState.DENIED, listing: bool = True, optional: bool = False) -> Coverage:
    return Coverage(name, state, f"why {name}", listing=listing, optional=optional)


def test_functions_that_were_not_listed_are_named_before_whatever_else_was_not() -> None:
    assert main_reason([part("roles"), part("service accounts"), part("functions")]) == "why functions"
    assert main_reason([part("access", listing=False), part("roles")]) == "why roles"


def test_what_was_not_read_at_all_is_named_before_what_was_read_in_part() -> None:
    assert main_reason([part("roles", ReadState.PARTIAL), part("service accounts")]) == "why service accounts"


def test_what_is_optional_or_was_read_is_never_named() -> None:
    assert main_reason([part("account", optional=True), part("roles", ReadState.COMPLETE)]) == ""
