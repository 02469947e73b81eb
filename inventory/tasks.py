"""What the scheduler does for the inventory: tell the newest audit entry to the log, out of the database's reach."""

from __future__ import annotations

import structlog
from celery import shared_task
from django.conf import settings

from inventory.audit import Head, head
from inventory.clock import now

log = structlog.get_logger(__name__)


@shared_task
def tell_audit_head() -> None:
    """Write number and hash of the newest audit entry into the log and beside the database (var/audit-heads)."""
    newest = head()
    if newest.number:
        log.info("audit_head", number=newest.number, hash=newest.hash)
        with settings.AUDIT_HEADS.open("a") as kept:
            kept.write(f"{now().isoformat()} {newest.number} {newest.hash}\n")


def kept_heads() -> list[Head]:
    """The heads of earlier days as kept beside the database; raises ValueError for a line that is none."""
    if not settings.AUDIT_HEADS.exists():
        return []
    return [parsed_head(line.split(" ", 1)[-1]) for line in settings.AUDIT_HEADS.read_text().splitlines()]


def parsed_head(text: str) -> Head:
    """A head from "NUMBER HASH" (or NUMBER:HASH). Raises ValueError."""
    number, _, hashed = text.strip().replace(":", " ").partition(" ")
    if not number.isdecimal() or len(hashed) != 64 or set(hashed) - set("0123456789abcdef"):
        raise ValueError(f"{text[:100]!r} is no head of the audit log: write NUMBER:HASH, as the log tells them.")
    return Head(int(number), hashed)
