"""A run that reads one function, because a person asked for that: its outcome stands where that of every run does."""

from __future__ import annotations

import structlog
from structlog.contextvars import bound_contextvars

from collectors.models import Run
from collectors.named import Seen, read_named
from collectors.progress import Progress, Superseded
from collectors.provider import CallCounts, Denied, ReadFault
from collectors.schedule import finish
from inventory.facts import Coverage, ReadState

log = structlog.get_logger(__name__)

NEVER_READ = "This scope was never read as a whole; until it is, nothing can be said of one function in it."
VANISHED = "The cloud does not name it any more. Whether it is gone, only a reading of the whole scope can tell."


def collect_function(run: Run) -> Run:
    """Read, record and judge the one function of a run that was begun; returns it with its outcome."""
    assert run.at is not None, "the run was not begun"
    with bound_contextvars(run=run.pk, account=run.account.native_id, provider=run.account.provider):
        log.info("run_began", trigger=run.trigger, attempt=run.attempt, scope=run.only_scope)
        progress = Progress(run)
        progress.plan([run.only_scope])
        progress.started(run.only_scope)
        seen = read_named(run.account, run.only_scope, [run.only_function], run.at, again=run.attempt > 1, run=run.pk)
        fault = _fault(seen)
        seen.outcome.state, seen.outcome.coverage = _state(seen, fault), [_coverage(fault)]
        try:
            progress.ended(run.only_scope, seen.outcome, CallCounts(calls=seen.calls), fault)
        except Superseded:
            log.warning("run_superseded")
            run.refresh_from_db()
            return run
        ended = finish(run, _run_state(seen, fault), fault)
        log.info("run_ended", state=str(ended.state), error_class=ended.error_class, **ended.totals)
        return ended


def _fault(seen: Seen) -> ReadFault | None:
    """Why nothing, or not all, is known of it now."""
    if seen.unknown:
        return ReadFault(NEVER_READ)
    if not seen.vanished:
        return seen.fault
    gone = ReadFault(VANISHED)
    gone.error_class = "not found"
    return gone


def _state(seen: Seen, fault: ReadFault | None) -> ReadState:
    if fault is None:
        return ReadState.COMPLETE
    if seen.outcome.seen:
        return ReadState.PARTIAL
    return ReadState.DENIED if isinstance(fault, Denied) else ReadState.FAILED


def _coverage(fault: ReadFault | None) -> Coverage:
    """How the reading of this one went, as a part of its scope; it is kept with the run only."""
    if fault is None:
        return Coverage("function", ReadState.COMPLETE, count=1)
    state = ReadState.DENIED if isinstance(fault, Denied) else ReadState.FAILED
    return Coverage("function", state, fault.reason, fault.permission)


def _run_state(seen: Seen, fault: ReadFault | None) -> Run.State:
    if fault is None:
        return Run.State.SUCCEEDED
    return Run.State.PARTIAL if seen.outcome.seen else Run.State.FAILED
