"""Three-valued logic: True, False, and None for "cannot be decided from what is known" (Kleene's strong logic)."""

from collections.abc import Iterable


def negate(value: bool | None) -> bool | None:
    """Not; the opposite of undecided is undecided."""
    return None if value is None else not value


def every(values: Iterable[bool | None]) -> bool | None:
    """And: one False refuses, whatever is undecided beside it."""
    undecided = False
    for value in values:
        if value is False:
            return False
        undecided = undecided or value is None
    return None if undecided else True


def some(values: Iterable[bool | None]) -> bool | None:
    """Or: one True suffices, whatever is undecided beside it."""
    undecided = False
    for value in values:
        if value is True:
            return True
        undecided = undecided or value is None
    return None if undecided else False
