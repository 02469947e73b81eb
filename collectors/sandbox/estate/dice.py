"""Chance that always falls the same way: every roll is a digest of the seed and of what is asked.

Unlike a random generator, a roll does not depend on the order of the questions, so one function can be
looked at without building those before it, and the estate is the same on every Python."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")


class Dice:
    def __init__(self, seed: int) -> None:
        self.seed = seed

    def _roll(self, *question: object) -> int:
        asked = "|".join(map(str, (self.seed, *question)))
        return int.from_bytes(blake2b(asked.encode(), digest_size=8).digest())

    def pick(self, options: Sequence[T], *question: object) -> T:
        return options[self._roll(*question) % len(options)]

    def number(self, low: int, high: int, *question: object) -> int:
        """Anything from low to high, both included."""
        return low + self._roll(*question) % (high - low + 1)

    def chance(self, share: float, *question: object) -> bool:
        return self._roll(*question) % 10_000 < share * 10_000
