"""Read what events asked for: single functions, or a whole scope where that is what is left or costs less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from collectors.models import Run, WantedRead
from collectors.named import read_named
from collectors.provider import Denied, NotApplicable, Unsupported
from inventory.models import Account

log = structlog.get_logger(__name__)

#: More functions of one scope than this at once are read as the scope.
NAMED_AT_ONCE = 20
#: Events make a scope be read as a whole at most so often.
SCOPE_PAUSE = timedelta(seconds=60)
#: A worker that began to read and said nothing for so long is taken for lost.
LOST_AFTER = timedelta(minutes=3)
#: What fails in passing is tried again, each time later; then it is left to the next run.
ATTEMPTS, FIRST_PAUSE = 6, timedelta(seconds=5)

#: Starts a run of one scope; None when one is going on in the account.
Start = Callable[[Account, str], Run | None]


def read_wanted(account: Account, at: datetime, start: Start) -> WantedRead | None:
    """Read what is due in an account at this time; returns what is due next there, None when nothing is left."""
    by_scope: dict[str, list[WantedRead]] = {}
    for row in _claimed(account, at):
        by_scope.setdefault(row.scope, []).append(row)
    for scope, rows in by_scope.items():
        if len(rows) > NAMED_AT_ONCE or any(not row.native_id for row in rows):
            _read_scope(account, scope, rows, at, start)
        else:
            _read_functions(account, scope, rows, at, start)
    return WantedRead.objects.filter(account=account).order_by("due_at").first()


def _claimed(account: Account, at: datetime) -> list[WantedRead]:
    """What is due and nobody reads; ours from now on."""
    free = WantedRead.objects.filter(account=account, due_at__lte=at)
    waiting = [*free.filter(taken_at=None), *free.filter(taken_at__lt=at - LOST_AFTER)]
    mine = []
    for row in waiting:
        same = WantedRead.objects.filter(pk=row.pk, taken_at=row.taken_at, due_at=row.due_at)
        if same.update(taken_at=at, attempts=row.attempts + 1):
            row.taken_at, row.attempts = at, row.attempts + 1
            mine.append(row)
    return mine


def _read_functions(account: Account, scope: str, rows: Sequence[WantedRead], at: datetime, start: Start) -> None:
    again = any(row.attempts > 1 for row in rows)
    seen = read_named(account, scope, [row.native_id for row in rows], at, again=again)
    outcome = seen.outcome
    log.info(
        "event_read", account=account.native_id, scope=scope, functions=len(rows), calls=seen.calls,
        changed=len(outcome.changed), added=len(outcome.added), vanished=len(seen.vanished),
        error_class=seen.fault.error_class if seen.fault else "",
    )  # fmt: skip
    if seen.needs_scope or isinstance(seen.fault, Denied | Unsupported | NotApplicable):
        return _read_scope(account, scope, rows, at, start)
    if seen.fault is None or rows[0].attempts >= ATTEMPTS:
        return _done(rows)
    return _later(rows, at + FIRST_PAUSE * 2 ** min(rows[0].attempts - 1, 5), seen.fault.reason)


def _read_scope(account: Account, scope: str, rows: Sequence[WantedRead], at: datetime, start: Start) -> None:
    """Have the scope read by a run of its own: only that can say that something is gone, or who may do what now."""
    _want_scope(account, scope, rows, at)
    last = Run.objects.filter(account=account, trigger="event", only_scope=scope).order_by("-id").first()
    whole = WantedRead.objects.filter(account=account, scope=scope, native_id="")
    if last is not None and at < last.queued_at + SCOPE_PAUSE:
        return _later(list(whole), last.queued_at + SCOPE_PAUSE, "")
    taken = list(whole)
    if start(account, scope) is None:
        return _later(taken, at + 2 * FIRST_PAUSE, "Another collection of this account is going on.")
    return _done(taken)


def _want_scope(account: Account, scope: str, rows: Sequence[WantedRead], at: datetime) -> None:
    """One row that stands for the whole scope in the place of these."""
    WantedRead.objects.get_or_create(
        account=account, scope=scope, native_id="", defaults={"asked_at": at, "due_at": at, "taken_at": at}
    )
    _done([row for row in rows if row.native_id])


def _done(rows: Sequence[WantedRead]) -> None:
    """Take away what was read, unless an event has asked for it again meanwhile."""
    for row in rows:
        WantedRead.objects.filter(pk=row.pk, taken_at=row.taken_at).delete()


def _later(rows: Sequence[WantedRead], due: datetime, why: str) -> None:
    for row in rows:
        WantedRead.objects.filter(pk=row.pk, taken_at=row.taken_at).update(taken_at=None, due_at=due, fault=why[:1000])
