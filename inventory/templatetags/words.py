"""Times, sizes and long names as people read them: pure, without Django's templates."""

import re
from datetime import datetime, timedelta

#: How a day looks when a relative time would say nothing any more.
LONG_AGO = timedelta(days=400)


def relative(moment: datetime, now: datetime) -> str:
    """ "40 s ago", "26 h ago", "3 d ago", "in 12 min"; the date alone beyond 400 days."""
    gap = now - moment
    if abs(gap) >= LONG_AGO:
        return moment.strftime("%Y-%m-%d")
    if abs(gap) < timedelta(seconds=5):
        return "just now"
    words = duration(abs(gap).total_seconds())
    return f"{words} ago" if gap > timedelta() else f"in {words}"


def duration(seconds: float) -> str:
    """Seconds in the unit that reads best: "850 ms", "40 s", "12 min", "26 h", "5 d"."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    if seconds < 72 * 3600:
        return f"{seconds / 3600:.0f} h"
    return f"{seconds / 86400:.0f} d"


def size(count: float) -> str:
    """A number of bytes in binary units: "512 B", "1.5 MiB"."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{_short(count)} {unit}"
        count /= 1024
    return f"{_short(count)} TiB"


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0") if abs(number) < 100 else f"{number:.0f}"


def middle(text: str, width: int = 48) -> str:
    """The text cut in the middle to `width` characters: the account at the front and the leaf at the end stay."""
    if len(text) <= width:
        return text
    tail = (width - 1) * 3 // 5
    return f"{text[: width - 1 - tail]}…{text[-tail:]}"


def leaf(text: str) -> str:
    """The telling end of a principal's id: "deploy/build-7" of an assumed role's ARN, the rest as it is."""
    if not text.startswith("arn:"):
        return text
    resource = text.split(":", 5)[-1]
    return re.sub(r"AWSReservedSSO_(.+)_[0-9a-f]{16}", r"\1", resource.split("/", 1)[-1])


def undated(action: str) -> str:
    """The name of an action without the interface's date at its end, as CloudTrail writes it for Lambda."""
    return re.sub(r"(?<=[a-z])20\d{6}(v\d+)?$", "", action)
