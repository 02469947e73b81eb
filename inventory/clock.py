"""What time it is, by the one clock that all workers share: the database's."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """The database's time; with the embedded database that is this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at
