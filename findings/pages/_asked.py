"""Parameters of an address as values; what is no such value is as if it were not given."""

from datetime import UTC, datetime

from django.http import HttpRequest

#: Numbers beyond this are nobody's page or revision, and no database's integer either.
LARGEST = 10**8


def number(request: HttpRequest, name: str) -> int | None:
    """A whole number from 1."""
    text = request.GET.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(LARGEST)):
        return None
    return int(text) if 0 < int(text) < LARGEST else None


def moment(request: HttpRequest, name: str) -> datetime | None:
    """A time in ISO 8601; UTC where it names no zone."""
    try:
        given = datetime.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return given if given.tzinfo else given.replace(tzinfo=UTC)
