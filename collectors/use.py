"""From invocations by day to what is kept of them: the last day with one, and sums over 30 days. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from inventory.facts import UseFact

#: How far back is looked: two days more than the 90 that count, and one less than Azure keeps (93).
LOOK_BACK = timedelta(days=92)
#: The days whose sums are kept, today included.
RECENT_DAYS = 30
#: Metrics are read again after so long; what is asked of AWS costs money.
READ_AGAIN = timedelta(hours=24)

ByDay = Mapping[date, float]


def window(at: datetime) -> tuple[datetime, datetime]:
    """From when until when to ask: whole days in UTC, today's with what there is of it."""
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - LOOK_BACK, today + timedelta(days=1)


def reduced(
    native_id: str, at: datetime, calls: ByDay, errors: ByDay | None, existed_on: date | None = None
) -> UseFact:
    """What is kept of a function's days; `errors` None: the cloud did not tell."""
    begin, end = window(at)
    told = {day: count for day, count in calls.items() if begin.date() <= day < end.date() and count > 0}
    return UseFact(
        native_id, looked_from=begin.date(), invoked_on=max(told, default=None),
        invocations=_recent(told, end), errors=None if errors is None else _recent(errors, end), existed_on=existed_on,
    )  # fmt: skip


def recent_from(at: datetime) -> datetime:
    """When the days begin whose sums are kept."""
    return window(at)[1] - timedelta(days=RECENT_DAYS)


def _recent(days: ByDay, end: datetime) -> int:
    first = (end - timedelta(days=RECENT_DAYS)).date()
    return round(sum(count for day, count in days.items() if first <= day < end.date()))


def day_of(text: str) -> date | None:
    """The day in UTC of a cloud's time, None for what is no time."""
    told = _moment(text)
    return told.date() if told else None


def last_day_before(end: str) -> date | None:
    """The last day in UTC of a span that ends at a cloud's time, None for what is no time."""
    told = _moment(end)
    return (told - timedelta(microseconds=1)).date() if told else None


def number_of(value: object) -> float | None:
    """A number, also when the cloud sends it as text; None for anything else."""
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None


def _moment(text: str) -> datetime | None:
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return told.astimezone(UTC) if told.tzinfo else told
