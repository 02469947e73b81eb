"""An open way into one Google Cloud project: credentials, the ways to ask, and what several scopes need, read once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from collectors.provider import AccountRef, CallCounts, DeadlinePassed, ReadFault
from collectors.providers.gcp.call import Call
from collectors.providers.gcp.clients import Clients
from collectors.providers.gcp.credentials import Keys
from collectors.providers.gcp.faults import Refusal
from collectors.providers.gcp.reach import Reach
from collectors.providers.gcp.wire import Answer, Wire

Json = Any
T = TypeVar("T")

GLOBAL = "global"
#: How long what is asked before any scope began (which locations there are) may take in all.
BEFORE_SECONDS = 300.0


class GcpSession:
    """One project, reached with one set of credentials. Safe to use from several threads."""

    def __init__(self, account: AccountRef, fingerprint_key: str) -> None:
        """Raises BadCredentials when there are no credentials to be had."""
        self.project, self.connection = account.native_id, dict(account.connection)
        self.known_scopes = account.scopes
        self.fingerprint_key = fingerprint_key
        endpoint = str(self.connection.get("endpoint", ""))
        self.keys = Keys(self.connection)
        self.wire = Wire(self.keys.credentials, endpoint, str(self.connection.get("quota_project", "")))
        self.clients = Clients(self.wire)
        self.paced = bool(self.connection.get("pace")) or not endpoint
        self._lock = threading.Lock()
        self._reaches: dict[str, Reach] = {}
        self._shared: dict[object, Json] = {}
        self._shared_locks: dict[object, threading.Lock] = {}

    def send(self, call: Call, seconds: float) -> Answer | Refusal:
        """Ask once, through Google's client where the call names one."""
        return (self.clients if call.client else self.wire).send(call, seconds)

    def reach(self, scope: str) -> Reach:
        with self._lock:
            if scope not in self._reaches:
                self._reaches[scope] = Reach(self, scope, time.monotonic() + BEFORE_SECONDS)
            return self._reaches[scope]

    def calls(self, scope: str) -> CallCounts:
        return self.reach(scope).counts

    def begin(self, scope: str, deadline_seconds: float) -> None:
        """Start the reading of a scope: its deadline runs; calls that were made for it before stay counted."""
        counts = self.reach(scope).counts
        with self._lock:
            self._reaches[scope] = Reach(self, scope, time.monotonic() + deadline_seconds, counts)

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What `read` gave the first time in this session, whichever scope asked; a fault is told again to the others.

        A deadline belongs to the scope that met it: the next one tries again.
        """
        with self._lock:
            lock = self._shared_locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._shared:
                self._shared[key] = self._outcome(read)
            found: Any = self._shared[key]
        if isinstance(found, ReadFault):
            raise found
        kept: T = found
        return kept

    @staticmethod
    def _outcome(read: Callable[[], T]) -> T | ReadFault:
        try:
            return read()
        except DeadlinePassed:
            raise
        except ReadFault as fault:
            return fault
