"""The restore drill: dump the database, restore it into a new one, and see that everything is there again.

Counts and dump are taken in one and the same snapshot of the database, so the drill is true also while workers write.
"""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.conf import settings
from django.core.management import get_commands
from django.db import connection
from psycopg import sql

Say = Callable[[str], None]
Counts = dict[str, int]
TOOLS = ("pg_dump", "pg_restore")
#: What must hold in the restored database, each a command of ours that ends with 0.
MUST_HOLD = (("migrate", "--check"), ("verify_audit",))


class DrillFailed(Exception):
    """The sentence says what was not as it should be."""


def drill(dump: Path, say: Say) -> Counts:
    """Dump into this file, restore, compare; returns the rows of each table. Raises DrillFailed.

    The database into which is restored is a new one on the same server, and is dropped at the end in any case.
    """
    _require_tools()
    address = _address()
    with psycopg.connect(**address) as source:
        source.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        snapshot = source.execute("SELECT pg_export_snapshot()").fetchone()
        assert snapshot is not None
        before = _counts(source)
        say(f"Dumping {sum(before.values())} rows in {len(before)} tables to {dump}")
        _run(["pg_dump", "--format=custom", f"--snapshot={snapshot[0]}", f"--file={dump}"], address)
    with _new_database(address) as restored:
        say(f"Restoring into {restored['dbname']}")
        _run(["pg_restore", "--exit-on-error", "--no-owner", f"--dbname={restored['dbname']}", str(dump)], restored)
        with psycopg.connect(**restored) as target:
            after = _counts(target)
        if wrong := sorted(name for name in {*before, *after} if before.get(name) != after.get(name)):
            lines = [f"{name}: {before.get(name)} before, {after.get(name)} after" for name in wrong]
            raise DrillFailed("The restored database does not hold the same. " + "; ".join(lines))
        for command in MUST_HOLD:
            if command[0] in get_commands():
                say(f"Asking the restored database: {' '.join(command)}")
                _manage(command, restored)
    return after


def _require_tools() -> None:
    if connection.vendor != "postgresql":
        raise DrillFailed("The drill is for PostgreSQL. SQLite: see docs/deploy.md, Backup.")
    if missing := [tool for tool in TOOLS if not shutil.which(tool)]:
        raise DrillFailed(f"{' and '.join(missing)} cannot be found: install PostgreSQL's client programs.")


def _address() -> dict[str, Any]:
    """Where the product's database is, in libpq's words."""
    known = connection.get_connection_params()
    return {name: str(known[name]) for name in ("dbname", "user", "password", "host", "port") if known.get(name)}


def _counts(link: psycopg.Connection[Any]) -> Counts:
    """The exact number of rows of every table."""
    tables = link.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1").fetchall()
    found: Counts = {}
    for (name,) in tables:
        row = link.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
        assert row is not None
        found[name] = row[0]
    return found


@contextmanager
def _new_database(address: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An empty database beside ours, dropped afterwards; the role of DATABASE_URL must be allowed to make one."""
    name = f"{address['dbname']}_drill_{secrets.token_hex(4)}"
    with psycopg.connect(**address, autocommit=True) as ours:
        try:
            ours.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as fault:
            raise DrillFailed(f"The role {address.get('user')} may not make databases: grant it CREATEDB.") from fault
        try:
            yield address | {"dbname": name}
        finally:
            ours.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _run(command: Sequence[str], address: dict[str, Any]) -> None:
    names = {"dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD", "host": "PGHOST", "port": "PGPORT"}
    environment = os.environ | {names[name]: value for name, value in address.items()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise DrillFailed(f"{command[0]} failed: {done.stderr.strip()[-1000:]}")


def _manage(command: Sequence[str], address: dict[str, Any]) -> None:
    who = quote(address.get("user", "")) + (f":{quote(address['password'])}" if "password" in address else "")
    where = f"{address.get('host', '')}:{address.get('port', 5432)}"
    environment = os.environ | {"DATABASE_URL": f"postgres://{who}@{where}/{address['dbname']}"}
    line = [sys.executable, str(settings.BASE_DIR / "manage.py"), *command]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise DrillFailed(f"{' '.join(command)} failed on the restored database: {done.stderr.strip()[-1000:]}")
