"""Bars drawn on the server, for paper: no script, and the numbers stand in a table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, PITCH, LABEL, NUMBER = 640, 24, 170, 60


@dataclass(frozen=True)
class Bar:
    """One bar with its word and number, in the units of the drawing."""

    word: str
    number: int
    tone: str
    y: int
    width: float

    @property
    def middle(self) -> int:
        return self.y + PITCH // 2

    @property
    def end(self) -> float:
        return LABEL + self.width + 6


@dataclass(frozen=True)
class Bars:
    """Bars one below the other."""

    title: str
    bars: Sequence[Bar]
    width: int = WIDTH
    label: int = LABEL - 8
    begin: int = LABEL
    thick: int = PITCH - 8

    @property
    def height(self) -> int:
        return len(self.bars) * PITCH


def drawn(title: str, numbers: Sequence[tuple[str, int, str]]) -> Bars:
    """Bars of (word, number, tone), the longest over the whole width."""
    most = max([number for _, number, _ in numbers] + [1])
    room = WIDTH - LABEL - NUMBER
    return Bars(title, [
        Bar(word, number, tone, place * PITCH, round(number / most * room, 1))
        for place, (word, number, tone) in enumerate(numbers)
    ])  # fmt: skip
