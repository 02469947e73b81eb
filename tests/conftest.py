"""What tests of every part share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.backends.base.operations import BaseDatabaseOperations

from inventory.append_only import TABLE, guard
from tests.cast import Cast, build_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """The tiny known world of `tests/cast.py`."""
    return build_cast()


@pytest.fixture(scope="session", autouse=True)
def _emptied_between_tests() -> Iterator[None]:
    """Tests that commit are cleared away by emptying all tables, which the audit log refuses to everybody else."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def unguarded(self: BaseDatabaseOperations, statements: Any) -> Any:
        connection = self.connection
        with connection.cursor() as cursor:
            for trigger in ("audit_no_update", "audit_no_delete", "audit_no_change", "audit_no_truncate"):
                on = f" ON {TABLE}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {trigger}{on}")
        try:
            return flush(self, statements)
        finally:
            guard(connection)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseDatabaseOperations, "execute_sql_flush", unguarded)
        yield
