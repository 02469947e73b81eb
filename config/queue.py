"""How much waits in the task queue, asked of the broker itself."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from kombu.exceptions import OperationalError as BrokerAway

from config.celery import app

#: A page or a probe must not wait longer for a broker that is away.
PATIENCE_SECONDS = 2


def waiting_tasks() -> int | None:
    """How many tasks no worker has taken yet; None when the broker does not answer."""
    try:
        with app.connection_for_read() as link:
            link.ensure_connection(max_retries=0, timeout=PATIENCE_SECONDS)
            return _depth(link)
    except (BrokerAway, OSError):
        return None


def _depth(link: Any) -> int:
    try:
        return int(link.default_channel.queue_declare(settings.CELERY_TASK_DEFAULT_QUEUE, passive=True).message_count)
    except link.channel_errors:
        # A queue that nobody used yet, or (Redis) one that is empty, is not there.
        return 0
