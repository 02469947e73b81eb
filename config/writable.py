"""A database that can be read and takes no changes: a standby, one set read-only, a full disk."""

from __future__ import annotations

from django.db import DatabaseError, transaction
from django.db.models import F

from collectors.models import Pulse

#: PostgreSQL's codes: read_only_sql_transaction, disk_full. https://www.postgresql.org/docs/15/errcodes-appendix.html
_CODES = ("25006", "53100")
#: SQLite's SQLITE_READONLY, SQLITE_FULL as it words them. https://www.sqlite.org/rescode.html
_SENTENCES = ("readonly database", "disk is full")


def refuses_writes(fault: BaseException | None) -> bool:
    """Whether a fault says that the database is there, and takes no changes."""
    if not isinstance(fault, DatabaseError):
        return False
    code = getattr(fault.__cause__, "sqlstate", None)
    return code in _CODES or any(sentence in str(fault) for sentence in _SENTENCES)


def takes_changes() -> bool:
    """Try a change that changes nothing. Raises DatabaseError when the database does not answer."""
    try:
        with transaction.atomic():
            Pulse.objects.filter(name="").update(at=F("at"))
    except DatabaseError as fault:
        if refuses_writes(fault):
            return False
        if "locked" not in str(fault):  # by somebody who writes
            raise
    return True
