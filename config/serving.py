"""Web, worker and scheduler in one process tree: what `up` and `demo` have in common."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from config.processes import Part, Tree


def require_free_port(host: str, port: int) -> None:
    """Raises CommandError (exit 2) with a sentence when something already listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as fault:
            raise CommandError(
                f"Port {port} of {host} cannot be used: {fault.strerror}. Choose another one, as in --port {port + 1} "
                f"(with make: PORT={port + 1}).",
                returncode=2,
            ) from fault


def waiting_migrations() -> int:
    """How many changes of the tables have not been made in this database."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def bring_tables_up_to_date(say: Callable[[str], None]) -> None:
    """Make the embedded database's tables match the code; a shared database is changed only by its own people.

    Raises CommandError when a shared database is behind.
    """
    waiting = waiting_migrations()
    if not waiting:
        return
    if connection.vendor != "sqlite":
        raise CommandError(
            f"{waiting} migrations wait for this database. Make a backup, then: manage.py migrate", returncode=1
        )
    say("Preparing the database")
    call_command("migrate", verbosity=0)


def serve(host: str, port: int, say: Callable[[str], None], ready: Callable[[], None]) -> int:
    """Serve until told to stop; `ready` is called once, when the first page can be had. Returns the exit code."""
    bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py"), "part"]
    parts = [
        Part("web", [*manage, "web", "--bind", bind]),
        Part("worker", [*manage, "worker", "--at-once", str(settings.ACCOUNTS_AT_ONCE)]),
        Part("beat", [*manage, "scheduler"]),
    ]
    environment = {"FANLIGHT_LOG_FORMAT": "lines"} | os.environ | {"PYTHONUNBUFFERED": "1"}
    watch = _until_answering(f"http://{bind.replace('0.0.0.0', '127.0.0.1')}/healthz", ready)  # noqa: S104
    return Tree(parts, environment, say).run(watch)


def _until_answering(url: str, ready: Callable[[], None]) -> Callable[[], None]:
    """Asks the address each time it is called, until the first answer; then calls `ready` and asks no more."""
    answered = False

    def ask() -> None:
        nonlocal answered
        if answered:
            return
        try:
            with urlopen(url, timeout=1):  # noqa: S310 - our own address
                answered = True
        except (URLError, OSError):
            return
        ready()

    return ask
