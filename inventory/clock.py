"""What time it is, by the one clock that all workers and pages share: the database's."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

#: How far the database's clock is before this process's, as it was when the last connection was made.
_apart = timedelta()
_lock = threading.Lock()


def now() -> datetime:
    """The database's time; with the embedded database that is this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at


def about_now() -> datetime:
    """The database's time without asking for it, right to a second or so: for pages, which compare with what is stored.

    Connections are made anew every minute or so (FANLIGHT_DATABASE_CONN_AGE), and each measures how far the clocks are
    apart.
    """
    return timezone.now() + _apart


def compare_clocks(connection: Any, **_: Any) -> None:
    """Note how far the clocks are apart; told of each new connection."""
    global _apart
    if connection.vendor != "postgresql":
        return
    before = timezone.now()
    # The driver's own cursor: this is no query of whoever opened the connection.
    (theirs,) = connection.connection.execute("SELECT clock_timestamp()").fetchone()
    with _lock:
        _apart = theirs - (before + (timezone.now() - before) / 2)
