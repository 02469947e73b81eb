"""Which workers there are: each shows itself in the database, so that it can be told without asking the broker."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import structlog
from celery.signals import worker_ready, worker_shutdown
from django.conf import settings
from django.db import DatabaseError, connection

from collectors.models import Worker
from inventory.clock import now

log = structlog.get_logger(__name__)

SHOWN_EVERY_SECONDS = 30.0
#: A worker that did not show itself for so long is counted as gone, and forgotten after the longer time.
ALIVE, FORGOTTEN = timedelta(seconds=100), timedelta(hours=24)

_ended = threading.Event()


def show(name: str, tasks_at_once: int) -> None:
    """Note that this worker lives; forget those that were killed long ago."""
    at = now()
    here = {"at": at, "version": settings.VERSION, "tasks_at_once": tasks_at_once}
    Worker.objects.update_or_create(name=name, defaults=here, create_defaults={**here, "started_at": at})
    Worker.objects.filter(at__lt=at - FORGOTTEN).delete()


@worker_ready.connect
def _begin(sender: Any = None, **_: Any) -> None:
    """`sender` is Celery's consumer: its host name and the size of its pool are told."""
    name, at_once = str(sender.hostname)[:200], int(getattr(sender.pool, "limit", 0) or 0)
    _ended.clear()
    _safely(Worker.objects.filter(name=name).delete)
    threading.Thread(target=_show_until_the_end, args=(name, at_once), name="show worker", daemon=True).start()


def _show_until_the_end(name: str, tasks_at_once: int) -> None:
    while True:
        _safely(show, name, tasks_at_once)
        if _ended.wait(SHOWN_EVERY_SECONDS):
            return


@worker_shutdown.connect
def _end(sender: Any = None, **_: Any) -> None:
    """`sender` is Celery's worker."""
    _ended.set()
    _safely(Worker.objects.filter(name=str(sender.hostname)[:200]).delete)


def _safely(call: Any, *args: Any) -> None:
    """A database that is away for a while costs a sign of life, not the worker."""
    try:
        call(*args)
    except DatabaseError as fault:
        log.warning("worker_not_shown", error=type(fault).__name__)
    finally:
        connection.close()
