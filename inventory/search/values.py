"""What values of a term mean: numbers with units, durations, days and spans. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from inventory.search.parse import ParseError, Value

_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 7 * 86400, "mo": 30 * 86400, "y": 365 * 86400}
_BYTES = {"": 1, "b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3, "kib": 1024, "mib": 1024**2, "gib": 1024**3}
_LONGEST = timedelta(days=36_500)

Bounds = tuple[int | None, int | None]
Span = tuple[datetime | None, datetime | None]


def refused(value: Value, expected: str) -> ParseError:
    """The error for a value that a field cannot take."""
    return ParseError(f"{expected} is expected, not “{value.text[:60]}”", value.start, value.end)


def number_bounds(value: Value, unit: str = "") -> Bounds:
    """Least and most (None: open) of `5`, `>5`, `<=5`, `1..5`; a bare number counts `unit` ("", s, d, B, MiB)."""
    low, dots, high = value.text.partition("..")
    if dots and not value.op:
        least = _number(value, low, unit) if low else None
        return least, _number(value, high, unit) if high else None
    exact = _number(value, value.text, unit)
    return {
        "": (exact, exact),
        ">": (exact + 1, None),
        ">=": (exact, None),
        "<": (None, exact - 1),
        "<=": (None, exact),
    }[value.op]


def _number(value: Value, text: str, unit: str) -> int:
    shape = re.fullmatch(r"([0-9]{1,12})(\.[0-9]{1,3})?([A-Za-z]*)", text)
    amount = float(f"{shape[1]}{shape[2] or ''}") if shape else 0.0
    suffix = shape[3].lower() if shape else ""
    if shape and not suffix:
        return round(amount)
    if shape and unit in ("s", "d") and suffix in _SECONDS:
        return round(amount * _SECONDS[suffix] / _SECONDS[unit])
    if shape and unit in ("B", "MiB") and suffix in _BYTES:
        return round(amount * _BYTES[suffix] / _BYTES[unit.lower()])
    raise refused(value, _EXPECTED_NUMBER.get(unit, "A number such as 3, >3 or 1..5"))


_EXPECTED_NUMBER = {
    "s": "Seconds or a duration such as 30, >5m or 1m..15m",
    "d": "Days or a duration such as 30, <90d or 1w..4w",
    "B": "A size such as 10MB, >50MiB or 1MB..5MB",
    "MiB": "A size in MiB such as 512, >=1024 or 1GiB",
}


def duration(text: str) -> timedelta | None:
    """`7d`, `26h`, `90m`, `2w`, `3mo`, `1y`; None when it is none."""
    shape = re.fullmatch(r"([0-9]{1,9})(s|m|min|h|d|w|mo|y)", text.lower())
    if shape is None:
        return None
    length = int(shape[1]) * _SECONDS[shape[2]]
    return timedelta(seconds=length) if length <= _LONGEST.total_seconds() else None


def time_span(value: Value, at: datetime) -> Span:
    """Beginning (included) and end (excluded; None: open) of `<7d`, `>30d`, `7d`, a day, `>day`, `day..day`.

    A duration counts back from `at`: `<7d` is within the last seven days. Days are UTC, and a range includes both.
    """
    low, dots, high = value.text.partition("..")
    if dots and not value.op:
        begin = _point(value, low, at)[0] if low else None
        return begin, _point(value, high, at)[1] if high else None
    if (length := duration(value.text)) is not None:
        return (None, at - length) if value.op.startswith(">") else (at - length, None)
    begin, end = _point(value, value.text, at)
    return {"": (begin, end), ">": (end, None), ">=": (begin, None), "<": (None, begin), "<=": (None, end)}[value.op]


def _point(value: Value, text: str, at: datetime) -> tuple[datetime, datetime]:
    """Where a day, a moment or a duration ago begins and ends."""
    if (length := duration(text)) is not None:
        return at - length, at - length
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            begin = datetime.combine(date.fromisoformat(text), datetime.min.time(), UTC)
            return begin, begin + timedelta(days=1)
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment, moment
    except (ValueError, OverflowError):
        raise refused(value, "A time such as <7d, 2026-11-01 or 2026-11-01..2026-11-20") from None


def like_pattern(text: str, stars: bool = True) -> str:
    """A text as an SQL LIKE pattern: `*` is any text (unless stars are plain), the rest escaped with a backslash."""
    escaped = re.sub(r"([\\%_])", r"\\\1", text)
    return re.sub(r"\*+", "%", escaped) if stars else escaped


def longest_literal(text: str) -> str:
    """The longest piece between stars: what an index on parts of texts can look for."""
    return max(text.split("*"), key=len)
