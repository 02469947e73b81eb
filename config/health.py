"""Is the process alive, and is the installation ready? Asked by machines, so without sign-in, and told in few words."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError as BrokerAway

from collectors.models import Pulse
from config.celery import app
from config.serving import waiting_migrations
from config.writable import takes_changes
from inventory.clock import about_now
from inventory.permission import needs

#: The scheduler's tick comes every minute; three missed ones are a fault.
TICK_PATIENCE_SECONDS = 200
FREE_BYTES_NEEDED = 64 * 1024 * 1024
_started = time.monotonic()


@login_not_required
@needs("anyone")
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@needs("anyone")
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything the installation needs works, else 503; one word or sentence a part."""
    parts = {name: check() for name, check in CHECKS.items()}
    ready = all(said == "ok" for said in parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if takes_changes() else "takes no changes"
    except DatabaseError:
        return "no answer"


def _migrations() -> str:
    try:
        waiting = waiting_migrations()
    except DatabaseError:
        return "unknown"
    return f"{waiting} waiting" if waiting else "ok"


def _broker() -> str:
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=0, timeout=2)
    except (BrokerAway, OSError):
        return "no answer"
    return "ok"


def _scheduler() -> str:
    try:
        pulse = Pulse.objects.filter(name="tick").first()
    except DatabaseError:
        return "unknown"
    age = (about_now() - pulse.at).total_seconds() if pulse else time.monotonic() - _started
    return "ok" if age < TICK_PATIENCE_SECONDS else f"no tick for {age:.0f} s"


def _disk() -> str:
    free = shutil.disk_usage(settings.VAR_DIR).free
    return "ok" if free > FREE_BYTES_NEEDED else f"{free // 1024 // 1024} MB left"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "scheduler": _scheduler,
    "disk": _disk,
}
