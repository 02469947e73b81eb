"""Two documents side by side: which lines differ, what runs are alike and folded, which words within a line. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

Json = Any
Document = Mapping[str, Json]

#: Fields that change with every deployment and say nothing themselves; hidden unless asked for.
NOISE = frozenset({"last_modified", "revision_id", "etag", "updated_at", "update_time"})
CONTEXT = 3
#: Sections with more lines than this on either side are shown as replaced as a whole: matching would take too long.
LINES_MATCHED = 3000


@dataclass(frozen=True)
class Piece:
    """Part of a line; `differs` marks the words that changed within it."""

    text: str
    differs: bool = False


@dataclass(frozen=True)
class Row:
    """One line of each side; `kind` is same, changed, added or removed. A missing side has number 0."""

    kind: str
    left_number: int
    left: Sequence[Piece]
    right_number: int
    right: Sequence[Piece]


@dataclass(frozen=True)
class Run:
    """Rows that stand together; a folded run is lines alike on both sides that nobody needs at first."""

    rows: Sequence[Row]
    folded: bool = False


@dataclass(frozen=True)
class SectionDiff:
    """One section of which something differs. `became_readable`: it was never read before, so nothing changed."""

    name: str
    runs: Sequence[Run]
    became_readable: bool = False

    @property
    def added(self) -> int:
        return self._count("added")

    @property
    def removed(self) -> int:
        return self._count("removed")

    def _count(self, kind: str) -> int:
        return sum(row.kind in (kind, "changed") for run in self.runs for row in run.rows)


@dataclass(frozen=True)
class Comparison:
    """Everything that differs, how many sections are alike, and how many noise fields were left out."""

    sections: Sequence[SectionDiff]
    alike: int
    noise: int

    @property
    def added(self) -> int:
        return sum(section.added for section in self.sections if not section.became_readable)

    @property
    def removed(self) -> int:
        return sum(section.removed for section in self.sections if not section.became_readable)


def compare(
    before: Document, after: Document, became_readable: Sequence[str] = (), *, noise: bool = False
) -> Comparison:
    """Compare two documents section by section; `noise` shows the fields that change with every deployment, too."""
    hidden = 0 if noise else sum(1 for name in before.keys() & after.keys() for _ in _noisy(before[name], after[name]))
    found, alike = [], 0
    for name in sorted(before.keys() | after.keys()):
        left, right = (_shown(document.get(name), noise) for document in (before, after))
        if left == right:
            alike += 1
            continue
        rows = list(_rows(_text(left), _text(right)))
        found.append(SectionDiff(name, list(_runs(rows)), name in became_readable and name not in before))
    return Comparison(found, alike, hidden)


def _noisy(before: Json, after: Json) -> Iterator[str]:
    """The names of noise fields that differ between two values of one section."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before.keys() | after.keys():
            if key in NOISE and before.get(key) != after.get(key):
                yield key
            elif key in before and key in after:
                yield from _noisy(before[key], after[key])


def _shown(value: Json, noise: bool) -> Json:
    if isinstance(value, Mapping):
        return {key: _shown(entry, noise) for key, entry in value.items() if noise or key not in NOISE}
    return [_shown(entry, noise) for entry in value] if isinstance(value, list) else value


def _text(value: Json) -> list[str]:
    if value is None:
        return []
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).splitlines()


def _rows(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    """The lines of both sides matched; within a replaced block the lines stand beside each other in order."""
    for tag, i1, i2, j1, j2 in _blocks(left, right):
        if tag == "equal":
            for offset in range(i2 - i1):
                same = [Piece(left[i1 + offset])]
                yield Row("same", i1 + offset + 1, same, j1 + offset + 1, same)
            continue
        for offset in range(max(i2 - i1, j2 - j1)):
            yield _differing(left, i1 + offset, i2, right, j1 + offset, j2)


def _blocks(left: Sequence[str], right: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    if max(len(left), len(right)) > LINES_MATCHED:
        return [("replace", 0, len(left), 0, len(right))]
    return SequenceMatcher(None, left, right, autojunk=False).get_opcodes()


def _differing(left: Sequence[str], i: int, i_end: int, right: Sequence[str], j: int, j_end: int) -> Row:
    if i >= i_end:
        return Row("added", 0, [], j + 1, [Piece(right[j])])
    if j >= j_end:
        return Row("removed", i + 1, [Piece(left[i])], 0, [])
    before, after = _words(left[i], right[j])
    return Row("changed", i + 1, before, j + 1, after)


def _words(left: str, right: str) -> tuple[list[Piece], list[Piece]]:
    """Both lines with the part between their common beginning and end marked."""
    shorter = min(len(left), len(right))
    start = next((n for n in range(shorter) if left[n] != right[n]), shorter)
    end = next((n for n in range(shorter - start) if left[-1 - n] != right[-1 - n]), shorter - start)
    if start + end < len(left.lstrip()) // 4:
        return [Piece(left, differs=True)], [Piece(right, differs=True)]

    def pieces(line: str) -> list[Piece]:
        parts = [Piece(line[:start]), Piece(line[start : len(line) - end], True), Piece(line[len(line) - end :])]
        return [piece for piece in parts if piece.text]

    return pieces(left), pieces(right)


def _runs(rows: Sequence[Row]) -> Iterator[Run]:
    """Rows in runs: three lines alike around each difference are shown, the rest between is folded."""
    near = [False] * len(rows)
    for number, row in enumerate(rows):
        if row.kind != "same":
            for close in range(max(0, number - CONTEXT), min(len(rows), number + CONTEXT + 1)):
                near[close] = True
    start = 0
    for number in range(1, len(rows) + 1):
        if number == len(rows) or near[number] != near[start]:
            # A fold of one line would take as much room as the line.
            yield Run(rows[start:number], folded=not near[start] and number - start > 1)
            start = number
