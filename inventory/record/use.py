"""Store how often functions are called. It is use, not configuration: it makes no snapshot and no change."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from inventory.chunks import batched
from inventory.facts import IDLE_DAYS, UseFact
from inventory.history import clean
from inventory.models import Function, Scope, Use
from inventory.record.prepare import clip

CHUNK = 500

_COLUMNS = [field.name for field in Use._meta.concrete_fields if not field.primary_key]


def record_use(scope: Scope, facts: Sequence[UseFact], at: datetime) -> list[int]:
    """Write what was told at the time `at` of functions of the scope's account; others are passed over.

    Returns the functions that rules may now judge otherwise: told of for the first time, become idle or no longer.
    """
    news: list[int] = []
    for some in batched(facts, CHUNK):
        told = {clip(fact.native_id, 1024): fact for fact in some}
        with transaction.atomic():
            found = Function.objects.filter(account=scope.account_id, gone_at=None, native_id__in=told)
            rows = {row.pk: row for row in found.only("pk", "native_id", "first_seen")}
            before = Use.objects.in_bulk(list(rows))
            written = [_row(row, told[row.native_id], before.get(pk), at) for pk, row in rows.items()]
            Use.objects.bulk_create(
                written, update_conflicts=True, unique_fields=["function"], update_fields=_COLUMNS, batch_size=100
            )
        news += [row.pk for row in written if _weighs(row) != _weighs(before.get(row.pk))]
    return news


def _row(function: Function, fact: UseFact, before: Use | None, at: datetime) -> Use:
    """The function's row as this look leaves it."""
    row = Use(function_id=function.pk)
    if before is not None:
        for name in _COLUMNS:
            setattr(row, name, getattr(before, name))
    row.known_since = min(day for day in (function.first_seen.date(), fact.existed_on, row.known_since) if day)
    if fact.unread is not None:
        row.unread = clean(fact.unread.as_json())
        return row
    row.unread, row.read_at, row.looked_from = {}, at, fact.looked_from
    # What was seen on an earlier day stays true when that day has left the window.
    row.invoked_on = max((day for day in (fact.invoked_on, row.invoked_on) if day), default=None)
    row.invocations, row.errors = fact.invocations, fact.errors
    row.unused_days = _days(row.invoked_on or max(fact.looked_from, row.known_since), at.date())
    return row


def _days(since: date, until: date) -> int:
    return max(0, (until - since).days)


def _weighs(row: Use | None) -> tuple[bool, bool, str]:
    """What a rule makes of a row: whether it was read, whether the function is idle, why it was not read."""
    if row is None:
        return (False, False, "")
    return (row.read_at is not None, (row.unused_days or 0) >= IDLE_DAYS, str(row.unread.get("reason", "")))
