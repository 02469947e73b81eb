"""Ways in, as they are stored with a function: the summary word, and the widest of them for the pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from findings.access.ladder import worst
from findings.access.privilege import Privilege
from findings.access.surface import Surface, Way

Json = Any


def word(ways: Sequence[Way], unread: Sequence[str], is_guess: Callable[[Way], bool] = lambda way: True) -> str:
    """The rung as stored, or "unknown".

    A way under a condition of the cloud's counts as one. What nobody knows (`is_guess` of a way that is not certain),
    or what was not read, makes anything below public unknown.
    """
    certain = worst(way.level for way in ways if way.certain)
    possible = worst(way.level for way in ways)
    if certain.is_public or (certain is possible and not unread):
        return certain.value
    guessed = any(is_guess(way) for way in ways if not way.certain)
    return "unknown" if guessed or unread else possible.value


def rows(
    ways: Sequence[Way], kind_of: Callable[[Way], str], most: int | None, surface: Surface | None = None
) -> list[Json]:
    """The widest ways as JSON; those of a surface with its reach, and why it is closed if it is."""
    latent = "; ".join(surface.latent) if surface else ""
    return [
        {
            "principal": way.who, "kind": kind_of(way), "level": way.level.value,
            "via": f"{way.reason.source}: {way.reason.says}", "condition": way.reason.condition, "latent": latent,
            "certain": way.certain, "reach": surface.reach.value if surface else "",
        }
        for way in sorted(ways, key=lambda way: (-way.level.rung, not way.certain, way.who))[:most]
    ]  # fmt: skip


def steps(one: Privilege, leads_to: str) -> tuple[str, ...]:
    """An escalation told in order: each permission with what gives it and where, and whose rights it ends with."""
    place = f" on {one.scope}" if one.scope else ""
    condition = f", if {one.condition}" if one.conditional and one.condition else ""
    allowed = (f"{action}{place}: {one.via}{condition}" for action in one.actions)
    return (*allowed, f"leads to the rights of {leads_to}{place.replace(' on ', ' at ', 1)}")
