"""How one scope is read: cloud → plain values → the writer's queue. Touches no database, judges nothing.

`guarded` comes from `collect`, which alone may catch whatever a cloud's answer makes our code or an SDK raise.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from queue import Full, Queue
from typing import Any

from collectors.hygiene import mask, mask_all
from collectors.provider import (
    BadConnection,
    BadCredentials,
    DeadlinePassed,
    Denied,
    Listing,
    Memory,
    NotApplicable,
    Provider,
    Raw,
    ReadFault,
    Unsupported,
)
from inventory.facts import ActivityFact, Coverage, Quarantined, ReadState, UseFact
from inventory.record import Prepared, Unstorable, prepare

BATCH = 250
#: Quarantined entries kept of one reading; more are counted only.
QUARANTINE = 200
SAMPLE_BYTES = 4096
#: The part of a scope that tells how often functions are called.
USE = "invocations"
#: How far back the log is read the first time, and how long clouds keep it.
FIRST_LOOK, LOG_KEPT = timedelta(days=7), timedelta(days=89)

Guarded = Callable[..., Any]


class Interrupted(Exception):
    """The reading is no longer wanted: the run was stopped, or the scope given up."""


@dataclass(frozen=True)
class Told:
    """Some of what was seen."""

    reader: Reader
    prepared: Sequence[Prepared]


@dataclass(frozen=True)
class Logged:
    """A page of the cloud's log, and up to when it is known to be read."""

    reader: Reader
    events: Sequence[ActivityFact]
    until: datetime | None


@dataclass(frozen=True)
class Used:
    """How often some functions are called."""

    reader: Reader
    facts: Sequence[UseFact]


@dataclass(frozen=True)
class Ended:
    """The reading is over; its coverage and quarantine are the reader's."""

    reader: Reader


Message = Told | Logged | Used | Ended


@dataclass
class Task:
    """What a reader needs to know of its scope. `read_at` and `logged_until` tell of the readings before.

    With `names` (native ids) just those functions are read, and the log is left to the next whole reading. `use_due`
    asks for the metrics, too; `use_off` says why they are never asked for.
    """

    provider: Provider
    session: Any
    scope: str
    memory: Memory
    seconds: float
    read_at: datetime | None = None
    logged_until: datetime | None = None
    names: tuple[str, ...] | None = None
    use_due: bool = False
    use_off: str = ""

    @property
    def listings(self) -> Sequence[Listing]:
        if self.names is None:
            return self.provider.listings(self.scope)
        return self.provider.named(self.scope, self.names)


@dataclass
class Reader:
    """Reads one scope in a thread of its own, and tells the writer through `outbox`."""

    task: Task
    outbox: Queue[Message]
    guarded: Guarded
    coverage: list[Coverage] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)
    fault: ReadFault | None = None

    def __post_init__(self) -> None:
        self.scope = self.task.scope
        self.stop = threading.Event()
        self.deadline = time.monotonic() + self.task.seconds
        self.entries = self.lost = self.unidentified = 0
        self._batch: list[Prepared] = []
        # A daemon: a peer that holds the thread may not hold the worker.
        # What is logged here belongs to the run, too.
        around = copy_context()
        self.thread = threading.Thread(target=around.run, args=(self._run,), name=f"read {self.scope}", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _run(self) -> None:
        outcome = self.guarded(self._read)
        if isinstance(outcome, Exception) and not isinstance(outcome, Interrupted):
            self.fault = self.fault or as_fault(outcome)
        self.guarded(self._send, Ended(self))

    def _read(self) -> None:
        self.task.session.begin(self.scope, self.task.seconds)
        if self.task.names is None:
            self.coverage.append(self._read_log())
        for listing in self.task.listings:
            self.coverage.append(self._read_listing(listing))
        if self.task.use_due and not _ends_the_scope(self.fault):
            self.coverage += self._read_use()

    def unread(self, fault: ReadFault) -> list[Coverage]:
        """Coverage of the whole scope when its reading was cut off by this fault."""
        read = {part.part for part in self.coverage}
        missing = [listing for listing in self.task.listings if listing.name not in read]
        return [*self.coverage, *(listing_coverage(listing, 0, fault) for listing in missing)]

    def _read_log(self) -> Coverage:
        outcome = self.guarded(self._log_entries)
        if isinstance(outcome, Interrupted):
            raise outcome
        if isinstance(outcome, Exception):
            fault = self._note(as_fault(outcome), optional=True)
            return Coverage("activity", _state(fault, may_lack=True), fault.reason, fault.permission, optional=True)
        return Coverage("activity", ReadState.COMPLETE, count=outcome, optional=True)

    def _log_entries(self) -> int:
        """Read the log since its watermark; only a log without gap since the last reading lets anything be skipped."""
        task, at = self.task, self.task.memory.at
        since = task.logged_until or at - FIRST_LOOK
        gapless = (task.logged_until is not None or task.read_at is None) and at - since <= LOG_KEPT
        named: set[str] = set()
        until, count = None, 0
        for page in task.provider.activity(task.session, self.scope, max(since, at - LOG_KEPT), at):
            self._go_on()
            named.update(event.subject for event in page.events)
            until, count = page.until or until, count + len(page.events)
            self._send(Logged(self, page.events, page.until))
        if gapless and until is not None:
            task.memory.named = frozenset(named)
        return count

    def _read_use(self) -> list[Coverage]:
        """How the metrics were read; nothing where the scope has none."""
        outcome = self.guarded(self._use_entries)
        if isinstance(outcome, Interrupted):
            raise outcome
        if isinstance(outcome, Exception):
            fault = self._note(as_fault(outcome), optional=True)
            state = _state(fault, may_lack=True)
            return [Coverage(USE, state, mask(fault.reason), fault.permission, optional=True)]
        return [] if outcome is None else [Coverage(USE, ReadState.COMPLETE, count=outcome, optional=True)]

    def _use_entries(self) -> int | None:
        task = self.task
        told = task.provider.use(task.session, self.scope, task.memory.at)
        if told is None:
            return None
        if task.use_off:
            raise NotApplicable(task.use_off)
        count, facts = 0, list[UseFact]()
        for fact in told:
            self._go_on()
            facts.append(fact)
            count += fact.unread is None
            if len(facts) >= BATCH:
                self._send(Used(self, facts))
                facts = []
        if facts:
            self._send(Used(self, facts))
        return count

    def _read_listing(self, listing: Listing) -> Coverage:
        entries, unidentified = self.entries, self.unidentified
        outcome = self.fault if _ends_the_scope(self.fault) else self.guarded(self._list_entries, listing)
        self._flush()
        if isinstance(outcome, Interrupted):
            raise outcome
        fault = self._note(as_fault(outcome), listing.optional) if isinstance(outcome, Exception) else None
        return listing_coverage(listing, self.entries - entries, fault, self.unidentified - unidentified)

    def _list_entries(self, listing: Listing) -> None:
        for raw in listing.fetch(self.task.session, self.scope, self.task.memory):
            self._go_on()
            self.entries += 1
            seen = self.guarded(self._observe, listing.name, raw)
            if isinstance(seen, Exception):
                self._quarantine(listing.name, raw, seen)
            else:
                self._batch += seen
            if len(self._batch) >= BATCH:
                self._flush()

    def _observe(self, listing: str, raw: Raw) -> list[Prepared]:
        return [
            prepare(seen if seen.raw is not None else replace(seen, raw=raw))
            for seen in self.task.provider.normalize(listing, raw)
        ]

    def _quarantine(self, listing: str, raw: Any, why: Exception) -> None:
        self.lost += 1
        about = getattr(why, "native_id", "") or next(self._known_ids(raw), "")
        if not about or len(self.quarantined) >= QUARANTINE:
            self.unidentified += 1
        if len(self.quarantined) < QUARANTINE:
            sample = self.guarded(sample_of, raw)
            text = sample if isinstance(sample, str) else ""
            self.quarantined.append(Quarantined(listing, about, _sentence(why), text))

    def _known_ids(self, raw: Any) -> Iterator[str]:
        """The resources we know that an entry names near its top."""
        return (text for text in _texts(raw, depth=3) if text in self.task.memory.known)

    def _note(self, fault: ReadFault, optional: bool) -> ReadFault:
        if _ends_the_scope(fault) or (self.fault is None and not optional):
            self.fault = fault
        return fault

    def _go_on(self) -> None:
        if self.stop.is_set():
            raise Interrupted
        if time.monotonic() > self.deadline:
            raise DeadlinePassed(
                f"The scope took longer than {self.task.seconds:.0f} s; the next run goes on from here."
            )

    def _flush(self) -> None:
        if self._batch:
            batch, self._batch = self._batch, []
            self._send(Told(self, batch))

    def _send(self, message: Message) -> None:
        """Wait until the writer has room: it sets the pace, so that memory stays flat."""
        while not self.stop.is_set():
            try:
                return self.outbox.put(message, timeout=0.5)
            except Full:
                continue
        raise Interrupted


def as_fault(fault: Exception) -> ReadFault:
    """Any error as a fault of the reading; what is none of a provider's own is a defect, told by its class."""
    if isinstance(fault, ReadFault):
        return fault
    if isinstance(fault, BadConnection):
        wrong = ReadFault(str(fault))
        wrong.error_class = "connection"
        return wrong
    told = ReadFault(f"An answer could not be handled: {_sentence(fault)}")
    told.error_class = "defect"
    return told


def listing_coverage(listing: Listing, count: int, fault: ReadFault | None, unidentified: int = 0) -> Coverage:
    """How a listing was read; an entry that cannot be told from a missing one makes it partial: nothing is gone."""
    state, reason, permission = ReadState.COMPLETE, "", ""
    if fault is not None:
        state = _state(fault, may_lack=listing.optional or listing.newer)
        reason, permission = mask(fault.reason), fault.permission
    elif unidentified:
        state = ReadState.PARTIAL
        reason = f"{unidentified} of {count} entries could not be understood, nor told from others."
    return Coverage(listing.name, state, reason, permission, count, listing=True, optional=listing.optional)


def entries_coverage(reader: Reader) -> Coverage:
    """Whether every entry of the scope could be understood."""
    if not reader.lost:
        return Coverage("entries", ReadState.COMPLETE, count=reader.entries)
    reason = f"{reader.lost} of {reader.entries} entries could not be understood and are quarantined."
    return Coverage("entries", ReadState.PARTIAL, reason, count=reader.entries - reader.lost)


def sample_of(raw: Any) -> str:
    """A redacted piece of an entry, at most 4 KB."""
    text = mask(json.dumps(mask_all(raw), default=str, ensure_ascii=False))
    return text.encode("utf-8", "replace")[:SAMPLE_BYTES].decode("utf-8", "ignore")


def _state(fault: ReadFault, *, may_lack: bool) -> ReadState:
    if isinstance(fault, NotApplicable) or (isinstance(fault, Unsupported) and may_lack):
        return ReadState.NOT_APPLICABLE
    return ReadState.DENIED if isinstance(fault, Denied) else ReadState.FAILED


def _ends_the_scope(fault: ReadFault | None) -> bool:
    """Faults after which asking further calls of the scope is no use."""
    return isinstance(fault, BadCredentials | DeadlinePassed)


def _sentence(fault: Exception) -> str:
    words = " ".join(str(fault).split())[:500]
    told = (
        words
        if isinstance(fault, Unstorable) or type(fault).__name__ == "Malformed"
        else f"{type(fault).__name__}: {words}"
    )
    return mask(told) or type(fault).__name__


def _texts(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner, depth - 1)
    elif depth and isinstance(value, list | tuple):
        for inner in value[:50]:
            yield from _texts(inner, depth - 1)
