"""One run: discover → fetch → normalize → record, scope by scope.

Threads read side by side (`reading`); this module's caller alone writes. It is the one place that catches whatever a
cloud's answer makes an SDK or our code raise: such a fault costs the entry, listing or scope it is met in, never more.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from queue import Empty, Queue
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from structlog.contextvars import bound_contextvars

from collectors.aside import aside
from collectors.clouds import cloud
from collectors.models import Run, RunScope
from collectors.progress import GOOD, Progress, Superseded
from collectors.provider import (
    AccountRef,
    BadConnection,
    BadCredentials,
    CallCounts,
    DeadlinePassed,
    Memory,
    Provider,
    ReadFault,
)
from collectors.reading import USE, Logged, Message, Reader, Task, Told, Used, as_fault, entries_coverage
from collectors.renormalize import renormalize_account
from collectors.schedule import AlreadyRunning, begin, cancel, claim_run, finish, hand_back
from collectors.use import READ_AGAIN
from inventory.facts import Coverage, Quarantined, ReadState
from inventory.models import Account
from inventory.record import (
    HandOver,
    Outcome,
    Prepared,
    ScopeRecorder,
    StaleReading,
    known_of,
    open_scope,
    record_activity,
)

log = structlog.get_logger(__name__)

#: Batches that may wait for the writer, and how long after its deadline a reader that does not answer is given up.
WAITING = 8
GRACE_SECONDS = 10.0
#: While a run goes on, what it recorded is judged after so many seconds, or later: at most a fifth of a run is judging.
JUDGE_AFTER_SECONDS, JUDGE_SHARE = 120.0, 5
#: Scopes that others refer to; they are read before the others, which go side by side.
FIRST = ("organisation", "global")
#: A run that a person started asks again for what was refused: perhaps it was granted meanwhile.
PERSONAL = frozenset({"person", "command"})


class Leaving(Exception):
    """The worker was told to end."""


def guarded(call: Callable[..., Any], *args: Any) -> Any:
    """What the call returns, or the exception that it raised."""
    try:
        return call(*args)
    except Exception as fault:  # noqa: BLE001 - a cloud's answer may make anything raise; it is told as coverage
        return fault


def collect_now(account: Account, at: datetime | None = None, *, trigger: str = "command", only_scope: str = "") -> Run:
    """Collect an account in this process, dated `at`; raises AlreadyRunning.

    A run that is queued for a worker is taken over; one that is interrupted (Ctrl-C) is cancelled.
    """
    try:
        run = claim_run(account, trigger, only_scope=only_scope)
    except AlreadyRunning as busy:
        if busy.run is None or busy.run.only_scope != only_scope:
            raise
        run = busy.run
    if not begin(run.pk, at):
        raise AlreadyRunning(account, run)
    run.refresh_from_db()
    try:
        return collect(run)
    except KeyboardInterrupt:
        cancel(run)
        raise


def collect(run: Run, leaving: Callable[[], bool] = lambda: False) -> Run:
    """Read and record the account of a run that was begun; returns it with its outcome.

    When the worker is `leaving` (it was told to end), the run goes back into the queue within a second or two. Raises
    what the database raises when it is away: the run is then found lost, and queued again.
    """
    with bound_contextvars(run=run.pk, account=run.account.native_id, provider=run.account.provider):
        log.info("run_began", trigger=run.trigger, attempt=run.attempt, scope=run.only_scope or "all")
        ended = _ended(run, guarded(_collect, run, leaving))
        log.info("run_ended", state=str(ended.state), error_class=ended.error_class, **ended.totals)
        return ended


def _ended(run: Run, outcome: ReadFault | Exception | None) -> Run:
    """What became of a run whose reading ended so."""
    if isinstance(outcome, Leaving):
        return hand_back(run)
    if isinstance(outcome, Superseded):
        log.warning("run_superseded")
        run.refresh_from_db()
        return run
    if isinstance(outcome, OperationalError | InterfaceError):
        raise outcome
    if isinstance(outcome, Exception):
        fault = as_fault(outcome)
        if fault.error_class == "defect":
            log.error("run_failed", exc_info=outcome)
        return finish(run, Run.State.FAILED, fault)
    return finish(run, _state_of(run), outcome)


def _collect(run: Run, leaving: Callable[[], bool]) -> ReadFault | None:
    """Read and judge; returns the fault to tell at the run, if there is one."""
    account = run.account
    provider = cloud(account.provider)
    renormalize_account(account, provider, guarded)
    progress = Progress(run)
    work = Collection(run, provider, progress, leaving)
    outcome = guarded(_read_all, work)
    if not isinstance(outcome, Leaving):
        # A run that is handed back is judged by whoever goes on with it.
        work.judge()
    if isinstance(outcome, Exception):
        raise outcome
    return work.fault


def _read_all(work: Collection) -> None:
    """Connect and read every scope that is wanted."""
    run, provider, account = work.run, work.provider, work.run.account
    known = _known_scopes(account)
    ref = AccountRef(account.provider, account.native_id, account.name, account.connection, tuple(known))
    connected = aside(partial(guarded, _connect, provider, ref), work.go_on)
    if isinstance(connected, Exception):
        fault = as_fault(connected)
        work.refuse_all([run.only_scope] if run.only_scope else known, fault)
        raise connected
    session, scopes = connected
    wanted = [name for name in scopes if name in _wanted(run, scopes)]
    if not wanted:
        raise BadConnection(f"There is no scope {run.only_scope!r} in this account; known are: {', '.join(scopes)}.")
    work.progress.plan(wanted)
    work.session = session
    first = [name for name in wanted if name in FIRST]
    for name in first:
        work.read([name])
    work.read([name for name in wanted if name not in FIRST])


def _connect(provider: Provider, account: AccountRef) -> tuple[Any, list[str]]:
    session = provider.connect(account)
    return session, list(dict.fromkeys(provider.scopes(session)))


def use_off(account: Account) -> str:
    """Why an account's metrics are not to be read; "" when they are."""
    if not settings.READ_METRICS:
        return "Reading metrics is turned off for this installation (FANLIGHT_READ_METRICS)."
    return (
        "Reading metrics is turned off for this account (no_metrics)." if account.connection.get("no_metrics") else ""
    )


def _known_scopes(account: Account) -> list[str]:
    return list(account.scopes.values_list("name", flat=True))


def _wanted(run: Run, scopes: Sequence[str]) -> set[str]:
    """The scopes of this run: one that was named, those to try again, or all."""
    if run.only_scope:
        return {run.only_scope}
    if run.trigger != "retry":
        return set(scopes)
    failed = run.account.scopes.filter(coverage__state=ReadState.FAILED, coverage__optional=False)
    known = set(_known_scopes(run.account))
    again = set(failed.values_list("name", flat=True)) | {name for name in scopes if name not in known}
    return again & set(scopes) or set(scopes)


def _state_of(run: Run) -> Run.State:
    states = set(RunScope.objects.filter(run=run).values_list("state", flat=True))
    if states <= set(GOOD):
        return Run.State.SUCCEEDED
    return Run.State.PARTIAL if states & {*GOOD, ReadState.PARTIAL} else Run.State.FAILED


class Collection:
    """The writing side of a run: hands scopes to readers and stores what they tell."""

    def __init__(self, run: Run, provider: Provider, progress: Progress, leaving: Callable[[], bool]) -> None:
        self.run, self.provider, self.progress, self.leaving = run, provider, progress, leaving
        self.session: Any = None
        self.fault: ReadFault | None = None
        self.deadline = time.monotonic() + settings.RUN_DEADLINE_SECONDS
        self.outbox: Queue[Message] = Queue(WAITING)
        self.active: dict[str, tuple[Reader, ScopeRecorder]] = {}
        self.hand_over = HandOver(run.account)
        self.judge_at = time.monotonic() + JUDGE_AFTER_SECONDS
        parts = {permission.part for permission in provider.permissions}
        needed = {permission.part for permission in provider.permissions if not permission.optional}
        self.optional = frozenset(parts - needed)

    def go_on(self) -> None:
        """Show life; raises Leaving when the worker is to end, Superseded when the run was taken away."""
        if self.leaving():
            raise Leaving
        self.progress.beat()

    def read(self, scopes: Sequence[str]) -> None:
        """Read these scopes, so many at once; raises Superseded when the run was taken away."""
        waiting = deque(scopes)
        try:
            while waiting or self.active:
                while waiting and len(self.active) < settings.SCOPES_AT_ONCE:
                    self._start(waiting.popleft())
                if self.leaving():
                    raise Leaving
                if self.active:
                    self._take_next()
                self._give_up_overdue()
                if self.hand_over.waiting and time.monotonic() > self.judge_at:
                    self.judge()
                seen = [(name, recorder.outcome.seen) for name, (_, recorder) in self.active.items()]
                self.progress.beat([reader for reader, _ in self.active.values()], seen)
        finally:
            for reader, _ in self.active.values():
                reader.stop.set()

    def judge(self) -> None:
        """Have judged what was recorded so far: once for many scopes, since a change of a role concerns all."""
        begun = time.monotonic()
        self.hand_over.send_on_commit()
        ended = time.monotonic()
        self.judge_at = ended + max(JUDGE_AFTER_SECONDS, (JUDGE_SHARE - 1) * (ended - begun))

    def _start(self, scope: str) -> None:
        left = self.deadline - time.monotonic()
        if isinstance(self.fault, BadCredentials):
            return self._refuse(scope, self.fault)
        if left <= 0:
            return self._refuse(scope, DeadlinePassed("The run's time was over before this scope's turn."))
        recorder = self._open(scope)
        if recorder is None:
            return None
        row, at = recorder.scope, recorder.at
        personal = self.run.trigger in PERSONAL
        known = known_of(row, ask_refused=personal)
        memory = Memory(at=at, known=known, refresh_hours=settings.REFRESH_HOURS)
        seconds = min(settings.SCOPE_DEADLINE_SECONDS, left)
        task = Task(
            self.provider, self.session, scope, memory, seconds, row.read_at, row.activity_until,
            use_due=recorder.due(USE, READ_AGAIN, ask_refused=personal), use_off=use_off(self.run.account),
        )  # fmt: skip
        reader = Reader(task, self.outbox, guarded)
        self.active[scope] = (reader, recorder)
        self.progress.started(scope)
        return reader.start()

    def _open(self, scope: str) -> ScopeRecorder | None:
        assert self.run.at is not None
        try:
            return open_scope(
                self.run.account, scope, self.run.at, run=self.run.pk, normalizer=self.provider.normalizer,
                keep_raw=bool(settings.KEEP_RAW_DAYS), optional=self.optional, hand_over=self.hand_over,
            )  # fmt: skip
        except StaleReading as stale:
            self.progress.failed(scope, _stale(stale))
            return None

    def refuse_all(self, scopes: Sequence[str], fault: ReadFault) -> None:
        """Note at each scope that it could not be read, and delete nothing."""
        self.progress.plan(scopes)
        for scope in scopes:
            self._refuse(scope, fault)

    def _refuse(self, scope: str, fault: ReadFault) -> None:
        recorder = self._open(scope)
        if recorder is not None:
            recorder.close(_all_failed(self.provider, scope, fault))
            self.progress.failed(scope, fault)

    def _take_next(self) -> None:
        try:
            message = self.outbox.get(timeout=0.5)
        except Empty:
            return
        reader, recorder = self.active.get(message.reader.scope, (None, None))
        if reader is not message.reader or recorder is None:
            return  # given up meanwhile
        try:
            self._write(message, recorder)
        except StaleReading as stale:
            self._drop(message.reader)
            self.progress.failed(message.reader.scope, _stale(stale))

    def _write(self, message: Message, recorder: ScopeRecorder) -> None:
        if isinstance(message, Told):
            self._store(message.reader, recorder, message.prepared)
        elif isinstance(message, Logged):
            record_activity(recorder.scope, message.events, message.until)
        elif isinstance(message, Used):
            recorder.note_use(message.facts)
        else:
            self._close(message.reader, message.reader.fault)

    def _store(self, reader: Reader, recorder: ScopeRecorder, prepared: Sequence[Prepared]) -> None:
        """Store a batch; when the database refuses something in it, entry by entry, and quarantine that entry."""
        outcome = guarded(recorder.store, prepared)
        if isinstance(outcome, StaleReading | OperationalError | InterfaceError):
            raise outcome
        if not isinstance(outcome, Exception):
            return
        if len(prepared) > 1:
            for one in prepared:
                self._store(reader, recorder, [one])
            return
        log.error("entry_refused", scope=reader.scope, exc_info=outcome)
        reader.lost += 1
        reason = as_fault(outcome).reason
        reader.quarantined.append(Quarantined(prepared[0].observation.listing, prepared[0].native_id, reason))

    def _give_up_overdue(self) -> None:
        for reader, _ in list(self.active.values()):
            if time.monotonic() > reader.deadline + GRACE_SECONDS:
                self._close(reader, DeadlinePassed("The cloud did not answer in the time that a scope may take."))

    def _close(self, reader: Reader, fault: ReadFault | None) -> None:
        """End a scope with what was read of it; `fault` stands for what was not."""
        _, recorder = self.active[reader.scope]
        self._drop(reader)
        unread = fault or ReadFault("The reading ended early.")
        outcome: Outcome = recorder.close([*reader.unread(unread), entries_coverage(reader)], reader.quarantined)
        if isinstance(fault, BadCredentials):
            self.fault = fault
        counts: CallCounts = self.session.calls(reader.scope)
        self.progress.ended(reader.scope, outcome, counts, fault)

    def _drop(self, reader: Reader) -> None:
        reader.stop.set()
        self.active.pop(reader.scope, None)


def _all_failed(provider: Provider, scope: str, fault: ReadFault) -> list[Coverage]:
    return [
        Coverage(
            listing.name, ReadState.FAILED, fault.reason, fault.permission, listing=True, optional=listing.optional
        )
        for listing in provider.listings(scope)
    ]


def _stale(stale: StaleReading) -> ReadFault:
    fault = ReadFault(str(stale))
    fault.error_class = "stale"
    return fault
