"""Work in bounded pieces (itertools.batched comes only with Python 3.12)."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batched(entries: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """The entries in tuples of at most `size`."""
    source = iter(entries)
    while some := tuple(islice(source, size)):
        yield some
