"""Read single functions that an event or a person named, and record them: a minute's work of a run, in seconds.

The cloud is asked through the provider's `named` listings; everything else (deadline, quarantine, redaction) is as in a
run. What cannot be read so (a refusal, a function that is not there any more) is told, for the whole scope to be read.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from queue import Empty, Queue
from typing import Any

import structlog
from django.conf import settings

from collectors.clouds import cloud
from collectors.collect import GRACE_SECONDS, WAITING, guarded
from collectors.provider import AccountRef, DeadlinePassed, Memory, ReadFault
from collectors.reading import Ended, Message, Reader, Task, Told, as_fault
from inventory.models import Account, Resource, Scope
from inventory.record import NeverRead, Outcome, Prepared, known_of, store_named

log = structlog.get_logger(__name__)

#: What reading a few functions may take at most.
SECONDS = 60.0


@dataclass
class Seen:
    """What came of it. `vanished` are known functions that the cloud does not name any more; `fault` is why nothing, or
    not all, could be read; `unknown` says that the scope must be read as a whole first."""

    outcome: Outcome = field(default_factory=Outcome)
    vanished: frozenset[str] = frozenset()
    fault: ReadFault | None = None
    unknown: bool = False
    calls: int = 0

    @property
    def needs_scope(self) -> bool:
        """Whether only a reading of the whole scope can tell."""
        return self.unknown or bool(self.vanished)


def read_named(
    account: Account, scope: str, names: Iterable[str], at: datetime, *, again: bool = False, run: int | None = None
) -> Seen:
    """Read and record these functions (native ids) of a scope at a time; see `store_named` for `again` and `run`."""
    wanted = tuple(sorted(set(names)))
    row = Scope.objects.filter(account=account, name=scope).exclude(first_read_at=None).first()
    if row is None:
        return Seen(unknown=True)
    provider = cloud(account.provider)
    session = guarded(_connect, provider, account)
    if isinstance(session, Exception):
        return Seen(fault=as_fault(session))
    memory = Memory(at=at, known=known_of(row), named=frozenset(wanted), refresh_hours=settings.REFRESH_HOURS)
    outbox: Queue[Message] = Queue(WAITING)
    reader = Reader(Task(provider, session, scope, memory, SECONDS, names=wanted), outbox, guarded)
    prepared = _read(reader, outbox)
    done = Seen(fault=reader.fault or _incomplete(reader), calls=session.calls(scope).calls)
    keep = bool(settings.KEEP_RAW_DAYS)
    stored = guarded(_stored, account, scope, prepared, at, provider.normalizer, keep, again, run)
    if isinstance(stored, Outcome):
        done.outcome = stored
    elif isinstance(stored, NeverRead):
        done.unknown = True
    else:
        log.error("named_not_stored", scope=scope, exc_info=stored)
        done.fault = done.fault or as_fault(stored)
    if done.fault is None:
        told = {one.native_id for one in prepared}
        gone = Resource.objects.filter(account=account, native_id__in=set(wanted) - told, gone_at=None)
        done.vanished = frozenset(gone.values_list("native_id", flat=True))
    return done


def _connect(provider: Any, account: Account) -> Any:
    return provider.connect(AccountRef(account.provider, account.native_id, account.name, account.connection))


def _stored(
    account: Account, scope: str, prepared: list[Prepared], at: datetime, normalizer: int, keep: bool, again: bool,
    run: int | None,
) -> Outcome:  # fmt: skip
    return store_named(account, scope, prepared, at, normalizer=normalizer, keep_raw=keep, again=again, run=run)


def _read(reader: Reader, outbox: Queue[Message]) -> list[Prepared]:
    """What the reader tells until it ends; one that does not answer is given up."""
    reader.start()
    prepared: list[Prepared] = []
    while True:
        try:
            message = outbox.get(timeout=0.5)
        except Empty:
            if time.monotonic() > reader.deadline + GRACE_SECONDS:
                reader.stop.set()
                reader.fault = DeadlinePassed("The cloud did not answer in the time that single functions may take.")
                return prepared
            continue
        if isinstance(message, Told):
            prepared += message.prepared
        if isinstance(message, Ended):
            return prepared


def _incomplete(reader: Reader) -> ReadFault | None:
    """Why not every function could be read, though nothing stopped the reading as a whole."""
    if reader.lost:
        return ReadFault("An entry could not be understood.")
    unread = next((part for part in reader.coverage if part.reason), None)
    return ReadFault(unread.reason, unread.permission) if unread else None
