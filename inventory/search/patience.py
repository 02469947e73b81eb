"""A search may take so long and no longer: then the database stops it, and the person is told to narrow it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

SECONDS = 5.0
#: SQLite looks at the clock every so many of its steps (about a millisecond).
STEPS = 20_000


class TooSlow(Exception):
    """The search took longer than it may."""


@contextmanager
def patience(seconds: float = SECONDS) -> Iterator[None]:
    """Stop database work inside after so many seconds. Raises TooSlow; for reading only."""
    limit = _postgresql if connection.vendor == "postgresql" else _sqlite
    try:
        with limit(seconds):
            yield
    except OperationalError as fault:
        if "statement timeout" in str(fault) or "interrupted" in str(fault):
            raise TooSlow(f"This search took more than {seconds:g} s and was stopped.") from fault
        raise


@contextmanager
def _postgresql(seconds: float) -> Iterator[None]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = DEFAULT")


@contextmanager
def _sqlite(seconds: float) -> Iterator[None]:
    connection.ensure_connection()
    end = time.monotonic() + seconds
    connection.connection.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    try:
        yield
    finally:
        connection.connection.set_progress_handler(None, 0)
