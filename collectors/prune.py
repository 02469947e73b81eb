"""Clear away what is kept for a while only. What a resource is now, and its newest snapshot, always stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from collectors.models import ConnectionTest, Run, TakenEvent
from inventory.models import Activity, Grant, RawAnswer, Resource, Snapshot, Statement

CHUNK = 2000


def prune_old(at: datetime) -> dict[str, int]:
    """Delete raw answers, runs, history and log entries past their time; returns how many of each.

    History and log entries are kept for ever unless FANLIGHT_KEEP_HISTORY_DAYS says how long; raw answers no longer
    than FANLIGHT_KEEP_RAW_DAYS (0 keeps none), ended runs FANLIGHT_KEEP_RUN_DAYS but for the latest of each account.
    """
    runs = at - timedelta(days=settings.KEEP_RUN_DAYS)
    newer = Run.objects.filter(account=OuterRef("account"), pk__gt=OuterRef("pk"))
    old_runs = Run.objects.exclude(state__in=Run.ACTIVE).filter(queued_at__lt=runs)
    done = {
        "raw_answers": _delete(RawAnswer.objects.filter(at__lt=at - timedelta(days=settings.KEEP_RAW_DAYS)))
        if settings.KEEP_RAW_DAYS
        else _delete(RawAnswer.objects.all()),
        "runs": _delete(old_runs.filter(Exists(newer))),
        "taken_events": _delete(TakenEvent.objects.filter(at__lt=at - timedelta(days=1))),
        "connection_tests": _delete(ConnectionTest.objects.filter(asked_at__lt=runs)),
        "statements": _delete(Statement.objects.exclude(Exists(Grant.objects.filter(statement=OuterRef("pk"))))),
    }
    if keep := settings.KEEP_HISTORY_DAYS:
        done |= _prune_history(at - timedelta(days=keep))
    return done


def _prune_history(before: datetime) -> dict[str, int]:
    """Snapshots that were over before this time, and log entries; a snapshot ends where the next one begins."""
    successor = Snapshot.objects.filter(resource=OuterRef("resource"), number=OuterRef("number") + 1, at__lt=before)
    latest = Resource.objects.filter(latest=OuterRef("pk"))
    return {
        "snapshots": _delete(Snapshot.objects.filter(Exists(successor)).exclude(Exists(latest))),
        "activity": _delete(Activity.objects.filter(at__lt=before)),
    }


def _delete(rows: QuerySet[Any]) -> int:
    """Delete in pieces, so that no other writer waits long."""
    count = 0
    while pks := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        rows.model._default_manager.filter(pk__in=pks).delete()
        count += len(pks)
    return count
