"""How many changes there were in each hour of the last week, drawn: one row a day, one cell an hour (UTC)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import Count
from django.db.models.functions import TruncHour

from inventory.models.change import ChangeQuerySet

DAYS, HOURS = 7, 24
PITCH, CELL, LEFT, TOP = 22, 20, 78, 16
#: A cell is shaded in so many steps besides the empty one, by its share of the busiest hour.
STEPS = 4


@dataclass(frozen=True)
class Cell:
    """One hour: how many changes, and where it is drawn."""

    at: datetime
    count: int
    step: int
    x: int
    y: int

    @property
    def end(self) -> datetime:
        return self.at + timedelta(hours=1)


@dataclass(frozen=True)
class Strip:
    """The days, oldest first, with their hours, and the measures of the drawing."""

    days: Sequence[tuple[date, Sequence[Cell]]]
    hours: Sequence[tuple[int, int]]
    width: int = LEFT + HOURS * PITCH
    height: int = TOP + DAYS * PITCH
    cell: int = CELL

    @property
    def total(self) -> int:
        return sum(cell.count for _, cells in self.days for cell in cells)

    @property
    def busy(self) -> list[Cell]:
        """The hours in which anything changed, newest first: what the table beside the drawing lists."""
        return sorted(
            (cell for _, cells in self.days for cell in cells if cell.count), key=lambda c: c.at, reverse=True
        )


def strip(changes: ChangeQuerySet, now: datetime) -> Strip:
    """The last seven days up to now, in one grouped query."""
    first = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)
    rows = changes.filter(at__gte=first, at__lt=first + timedelta(days=DAYS)).order_by()
    hourly = rows.annotate(hour=TruncHour("at", tzinfo=UTC)).values_list("hour").annotate(Count("pk"))
    counts = dict(hourly.values_list("hour", "pk__count"))
    top = max(counts.values(), default=0)
    days = []
    for number in range(DAYS):
        begin = first + timedelta(days=number)
        cells = [_cell(begin + timedelta(hours=hour), counts, top, hour, number) for hour in range(HOURS)]
        days.append((begin.date(), cells))
    return Strip(days, [(hour, LEFT + hour * PITCH) for hour in range(0, HOURS, 3)])


def _cell(at: datetime, counts: dict[datetime, int], top: int, hour: int, number: int) -> Cell:
    count = counts.get(at, 0)
    step = -(-count * STEPS // top) if count else 0
    return Cell(at, count, step, LEFT + hour * PITCH, TOP + number * PITCH)
