"""One sentence about a change."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

#: What a line can be about, in the order in which lists show them.
KINDS = ("added", "removed", "access", "permission", "network", "code", "config")


class Risk(StrEnum):
    """Which way a change moves the risk; NONE also where it cannot be told."""

    UP = "up"
    DOWN = "down"
    NONE = "none"

    @property
    def opposite(self) -> "Risk":
        return {Risk.UP: Risk.DOWN, Risk.DOWN: Risk.UP}.get(self, Risk.NONE)


@dataclass(frozen=True, slots=True)
class Line:
    """`text` is a sentence without a full stop; `kind` one of KINDS; `section` where in the document it stands.

    A `minor` line tells what follows from every change of its kind (a new revision number): it is said only where
    nothing else is.
    """

    text: str
    kind: str = "config"
    risk: Risk = Risk.NONE
    section: str = ""
    minor: bool = False


def risk_of(lines: Iterable[Line]) -> Risk:
    """The direction of a whole change: up as soon as one line says so."""
    risks = {line.risk for line in lines}
    return Risk.UP if Risk.UP in risks else Risk.DOWN if Risk.DOWN in risks else Risk.NONE


def kinds_of(lines: Iterable[Line]) -> list[str]:
    """The kinds that occur, in the order of KINDS."""
    found = {line.kind for line in lines}
    return [kind for kind in KINDS if kind in found]
