"""What the System page says of this installation: parts, work, versions, storage, retention."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import celery
import django
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from collectors.models import Pulse, Run, Worker
from collectors.workers import ALIVE
from config import checks
from config.health import CHECKS
from config.queue import waiting_tasks
from inventory.models import Account

TABLES_SHOWN = 10
#: What is asked of our own system checks; Django's would look at every address and model again.
OWN_CHECKS = (checks.exposure_of_settings, checks.folder_and_files, checks.limits, checks.broker, checks.endpoints)
SAID = {
    "database": "Database",
    "migrations": "Tables match the code",
    "broker": "Task queue",
    "scheduler": "Scheduler",
    "disk": "Disk",
}


class Part(NamedTuple):
    """A part of the installation: its name, and "ok" or what is wrong with it."""

    name: str
    said: str

    @property
    def works(self) -> bool:
        return self.said == "ok"


def parts() -> list[Part]:
    """The same as /readyz tells to machines."""
    return [Part(SAID.get(name, name), check()) for name, check in CHECKS.items()]


@dataclass(frozen=True)
class Work:
    """What waits, what goes on, and who works. `depth` is None when the queue does not answer."""

    depth: int | None
    queued: int
    running: int
    oldest: datetime | None
    late: int
    parked: Sequence[Account]
    workers: Sequence[Worker]


def work(at: datetime) -> Work:
    """The state of the work at this moment, in six queries and one question to the broker."""
    queued = Run.objects.filter(state=Run.State.QUEUED).order_by("queued_at")
    parked = Account.objects.filter(due_at=None, paused=False, runs__error_class="parked").distinct()
    return Work(
        depth=waiting_tasks(),
        queued=queued.count(),
        running=Run.objects.filter(state=Run.State.RUNNING).count(),
        oldest=queued.values_list("queued_at", flat=True).first(),
        late=Account.objects.filter(paused=False, due_at__lt=at).exclude(runs__state__in=Run.ACTIVE).count(),
        parked=list(parked[:20]),
        workers=list(Worker.objects.filter(at__gte=at - ALIVE)),
    )


def pulses() -> dict[str, datetime | None]:
    """When the scheduler ticked last, and when something was last cleared away; None for never."""
    return {"tick": None, "prune": None} | dict(Pulse.objects.values_list("name", "at"))


def versions() -> list[tuple[str, str]]:
    """Ours, and those of what we stand on."""
    number = ".".join(map(str, connection.get_database_version()))
    return [
        ("Fanlight", settings.VERSION),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("Celery", celery.__version__),
        (connection.display_name, number),
        ("Task queue", f"{urlsplit(settings.CELERY_BROKER_URL).scheme}, queue {settings.CELERY_TASK_DEFAULT_QUEUE}"),
        ("Operating system", f"{platform.system()} {platform.release()} {platform.machine()}"),
    ]


@dataclass(frozen=True)
class Tables:
    """How far the tables are: the newest migration of each of our apps, and what waits."""

    newest: Sequence[tuple[str, str]]
    waiting: Sequence[str]


def tables() -> Tables:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    ours = [config.label for config in apps.get_app_configs() if Path(config.path).parent == settings.BASE_DIR]
    done = sorted(executor.loader.applied_migrations)
    newest = [(app, max(name for label, name in done if label == app)) for app in ours if app in {a for a, _ in done}]
    return Tables(newest, [f"{migration.app_label} {migration.name}" for migration, _ in plan])


@dataclass(frozen=True)
class Storage:
    """Bytes of the whole database, and of its largest tables where the database tells (with rows, estimated)."""

    size: int
    largest: Sequence[tuple[str, int, int]]
    place: str


def storage() -> Storage:
    if connection.vendor == "postgresql":
        return Storage(_number("SELECT pg_database_size(current_database())"), _largest_tables(), "PostgreSQL")
    name = Path(str(connection.settings_dict["NAME"]))
    files = [name, name.with_name(f"{name.name}-wal")]
    return Storage(sum(file.stat().st_size for file in files if file.exists()), [], name.name)


def _number(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.fetchone()[0])


def _largest_tables() -> list[tuple[str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, greatest(reltuples, 0)::bigint, pg_total_relation_size(oid) FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace "
            "ORDER BY pg_total_relation_size(oid) DESC LIMIT %s",
            [TABLES_SHOWN],
        )
        return [(str(name), int(rows), int(size)) for name, rows, size in cursor.fetchall()]


def retention() -> list[tuple[str, str, str]]:
    """What is kept for how long, and the setting that says so."""
    history = _days(settings.KEEP_HISTORY_DAYS, "for ever")
    return [
        ("What resources are now", "always", ""),
        ("Older configurations, the clouds' log", history, "FANLIGHT_KEEP_HISTORY_DAYS"),
        ("The clouds' redacted answers", _days(settings.KEEP_RAW_DAYS, "not at all"), "FANLIGHT_KEEP_RAW_DAYS"),
        ("Ended runs, but the latest of each account", _days(settings.KEEP_RUN_DAYS, ""), "FANLIGHT_KEEP_RUN_DAYS"),
    ]


def _days(days: int, otherwise: str) -> str:
    return f"{days} day{'s' if days != 1 else ''}" if days else otherwise


def advice() -> list[CheckMessage]:
    """What our checks say of the settings."""
    return [message for check in OWN_CHECKS for message in check()]


def told(at: datetime) -> dict[str, Any]:
    """Everything the page shows."""
    return {
        "parts": parts(), "work": work(at), "pulses": pulses(), "versions": versions(), "tables": tables(),
        "storage": storage(), "retention": retention(), "advice": advice(), "now": at,
    }  # fmt: skip
