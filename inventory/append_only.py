"""Triggers by which the database itself refuses to change or delete an audit entry.

They are set after every migration, not in one: SQLite loses the triggers of a table that a later migration rebuilds.
"""

from __future__ import annotations

from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from inventory.models.audit import AuditEntry

TABLE = AuditEntry._meta.db_table
SAID = "The audit log is append-only."

SQLITE = [
    f"CREATE TRIGGER IF NOT EXISTS audit_no_{deed.lower()} BEFORE {deed} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    for deed in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    f"CREATE OR REPLACE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{SAID}'; END $$",
    f"CREATE OR REPLACE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION audit_is_append_only()",
    f"CREATE OR REPLACE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()",
]


def guard(connection: BaseDatabaseWrapper) -> None:
    """Set the triggers, where there are none yet."""
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)


def after_migrating(using: str, **_: Any) -> None:
    """Django's post_migrate: the table is there unless the migrations were undone."""
    connection = connections[using]
    if TABLE in connection.introspection.table_names():
        guard(connection)
