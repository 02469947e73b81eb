"""How one scope is asked: attempts and waits, renewed credentials, quotas, the deadline, counts, pages.

`ask` gives one answer, `pages` a list. Both raise the faults of `collectors.provider`, and `Missing` for what does not
exist; never an SDK's own errors.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.credentials import ReadOnlyCredentials

from collectors.hygiene import mask
from collectors.provider import (
    BadAnswer,
    BadCredentials,
    BadTls,
    CallCounts,
    DeadlinePassed,
    Denied,
    ReadFault,
    Throttled,
    Unreachable,
    Unsupported,
    attempt,
)
from collectors.providers.aws.credentials import Keys
from collectors.providers.aws.faults import Expired, Missing, Refusal, Transient, fault_of
from collectors.providers.aws.pace import bucket
from collectors.providers.aws.scrub import scrub
from collectors.providers.aws.wire import Call
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.aws.session import AwsSession

Json = Any
T = TypeVar("T")

ATTEMPTS, LONGEST_WAIT = 5, 20.0
MOST_PAGES, REPEATS = 10_000, 3
#: Worth a second attempt and no fifth: the log, without which everything is asked anyway, and parts that are optional.
PATIENCE = {
    "LookupEvents": 2, "DescribeAlarms": 2, "GetQueueAttributes": 2, "GetTopicAttributes": 2, "GetBucketPolicy": 2,
    "GetPublicAccessBlock": 2, "DescribeSecret": 2, "ListDistributions": 2,
}  # fmt: skip
#: After so many calls in a row that stayed throttled to the end, a scope's next calls are tried once only.
GIVING_UP = 10


class KnownCalls:
    """Which calls an endpoint knows: learned from the first of each, which the others wait for. Safe for threads."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], bool] = {}
        self._first: dict[tuple[str, str], threading.Lock] = {}
        self._lock = threading.Lock()

    @contextmanager
    def learning(self, name: str, endpoint: str) -> Iterator[None]:
        """Make a call of this name; raises Unsupported at once where an earlier one was not known."""
        key = (name, endpoint)
        with self._lock:
            first = self._first.setdefault(key, threading.Lock())
        if key not in self._known:
            with first:
                if key not in self._known:
                    yield from self._learn(key)
                    return
        if not self._known[key]:
            raise Unsupported(f"{name} is not known to this endpoint.", call=name)
        yield

    def _learn(self, key: tuple[str, str]) -> Iterator[None]:
        try:
            yield
        except Unsupported:
            self._known[key] = False
            raise
        except (Denied, Missing):
            self._known[key] = True
            raise
        self._known[key] = True


class Reach:
    """What the readers of one scope ask with: its region, its deadline, its counts, and sweeps made once a reading."""

    def __init__(self, session: AwsSession, scope: str, region: str, until: float) -> None:
        self.session, self.scope, self.region, self._until = session, scope, region, until
        self.account = session.account
        self.counts = CallCounts()
        self._lock = threading.Lock()
        self._once: dict[object, Json] = {}
        self._once_locks: dict[object, threading.Lock] = {}
        self._throttled_in_a_row = 0

    def left(self) -> float:
        """Seconds until the deadline of this scope."""
        return self._until - time.monotonic()

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What `read` gave the first time in this reading of the scope; others wait for it meanwhile."""
        with self._lock:
            lock = self._once_locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._once:
                self._once[key] = read()
            found: T = self._once[key]
            return found

    def ask(self, service: str, operation: str, key: str = "", hub: bool = False, **params: Json) -> dict[str, Json]:
        """One answer. `key` is what a good answer must hold; `hub` asks with the credentials that assume the role.

        Raises the faults of collectors.provider, and Missing when the cloud says that there is none.
        """
        call = Call(service, operation, self.region, self.account)
        keys = self.session.base_keys if hub else self.session.keys
        endpoint = self.session.wire.endpoint(service, self.region)
        with self.session.known_calls.learning(call.name, endpoint.url):
            answer = self._renewing(call, params, keys)
        if key and key not in answer:
            raise BadAnswer(f"{call.name}: the answer has no '{key}'.", call=call.name)
        return answer

    def _renewing(self, call: Call, params: dict[str, Json], keys: Keys) -> dict[str, Json]:
        """The answer, with credentials renewed once when they have expired on the way."""
        credentials, seen = keys.current()
        try:
            return self._rounds(call, params, credentials)
        except Expired:
            keys.renew(seen)
        try:
            return self._rounds(call, params, keys.current()[0])
        except Expired as again:
            raise BadCredentials(
                f"The credentials have expired and renewing them did not help. {again}", call=call.name
            ) from again

    def _rounds(self, call: Call, params: dict[str, Json], credentials: ReadOnlyCredentials) -> dict[str, Json]:
        """A call that stays throttled gets a second round of attempts after a rest, unless nothing works any more."""
        hopeless = self._throttled_in_a_row >= GIVING_UP
        try:
            answer = self.attempts(call, params, credentials, 1 if hopeless else ATTEMPTS)
        except Throttled:
            if hopeless:
                raise
            self._rest(random.uniform(1.0, 2.0))  # noqa: S311 - spreads retries, guards nothing
            try:
                answer = self.attempts(call, params, credentials, ATTEMPTS, tried=True)
            except Throttled:
                self._throttled_in_a_row += 1
                raise
        self._throttled_in_a_row = 0
        return answer

    def attempts(
        self, call: Call, params: dict[str, Json], credentials: ReadOnlyCredentials, most: int, *, tried: bool = False
    ) -> dict[str, Json]:
        """The answer after at most so many attempts, waiting longer after each; raises Expired for the caller to
        renew. `tried`: an earlier round was in vain, so that all of these are retries."""
        for number in range(most):
            try:
                return self._attempt(call, params, credentials, again=tried or number > 0)
            except Transient as passing:
                patience = most if passing.throttled else min(most, PATIENCE.get(call.operation, most))
                if number + 1 >= patience:
                    raise passing.fault from passing
                growing = random.uniform(0, min(LONGEST_WAIT, 0.25 * 2**number))  # noqa: S311
                self._rest(min(LONGEST_WAIT, passing.wait + growing) if passing.wait else growing)
        raise Unreachable(f"{call.name}: never tried.")

    def _attempt(
        self, call: Call, params: dict[str, Json], credentials: ReadOnlyCredentials, again: bool
    ) -> dict[str, Json]:
        paced = bucket(call.account, call.region, call.service, call.operation) if self.session.paced else None
        if paced:
            self._rest(paced.take())
        if self.left() <= 0:
            raise DeadlinePassed(f"{self.scope} was not read within its time.", call=call.name)
        self._count(call, again)
        answer = self.session.wire.send(call, params, credentials, seconds=self.left() + 5)
        if not isinstance(answer, Refusal):
            return scrub(call, *answer, self.session.fingerprint_key)
        fault = fault_of(answer, call.region, self.session.regions.enabled(call.region))
        if isinstance(fault, Transient) and fault.throttled:
            with self._lock:
                self.counts.throttles += 1
            if paced:
                paced.slow_down()
        raise fault

    def _rest(self, seconds: float) -> None:
        if seconds > self.left():
            raise DeadlinePassed(f"{self.scope} was not read within its time.")
        if seconds > 0:
            time.sleep(seconds)

    def _count(self, call: Call, again: bool) -> None:
        with self._lock:
            self.counts.calls += 1
            self.counts.retries += again
            self.counts.by_call[call.name] = self.counts.by_call.get(call.name, 0) + 1

    def find(self, service: str, operation: str, key: str = "", **params: Json) -> dict[str, Json] | None:
        """One answer, or None when the cloud says that there is no such thing."""
        try:
            return self.ask(service, operation, key, **params)
        except Missing:
            return None

    @staticmethod
    def either(newer: Callable[[], T], older: Callable[[], T]) -> T:
        """What the newer call says, or the older one where the endpoint does not know the newer."""
        try:
            return newer()
        except Unsupported:
            return older()

    def answers(self, service: str, operation: str, key: str, *, send: str = "Marker", take: str = "NextMarker",
                hub: bool = False, **params: Json) -> Iterator[dict[str, Json]]:  # fmt: skip
        """The answers of a paged call: `key` holds the entries, `take` the token for `send` in the next question.

        A page without its list is a failed page, and so is a token that comes back: raises BadAnswer.
        """
        name, seen, token = f"{service}:{operation}", Counter[str](), None
        for _ in range(MOST_PAGES):
            answer = self.ask(service, operation, key, hub, **params, **({send: token} if token else {}))
            if not isinstance(answer[key], list):
                raise BadAnswer(f"{name}: '{key}' is no list.", call=name)
            yield answer
            token = answer.get(take)
            if not token:
                return
            seen[str(token)] += 1
            if seen[str(token)] >= REPEATS:
                raise BadAnswer(f"{name}: the same page token came {REPEATS} times.", call=name)
        raise BadAnswer(f"{name}: more than {MOST_PAGES} pages.", call=name)

    def pages(self, service: str, operation: str, key: str, **params: Json) -> Iterator[list[Json]]:
        """The entries of a list, page by page."""
        for answer in self.answers(service, operation, key, **params):
            yield answer[key]

    def entries(self, service: str, operation: str, key: str, **params: Json) -> list[Json]:
        """A whole list at once; empty when what it hangs on does not exist (any more)."""
        try:
            return [entry for page in self.pages(service, operation, key, **params) for entry in page]
        except Missing:
            return []

    def gather(self, service: str, operation: str, keys: tuple[str, ...], **params: Json) -> Gathered:
        """Lists that come side by side, page by page; what arrived before a fault is kept beside it."""
        gathered = Gathered({key: [] for key in keys})
        try:
            for answer in self.answers(service, operation, keys[0], **params):
                for key in keys:
                    gathered.lists[key] += answer.get(key) or []
        except ReadFault as fault:
            gathered.fault = fault
        return gathered


def part(read: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`attempt`, for answers that are taken apart: one that is not in the documented shape is unread too."""
    try:
        return attempt(read, *args, **kwargs)
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        said = mask(f"{type(error).__name__}: {error}")[:200]
        return Unread(f"An answer is not in the documented shape ({said}).", error_class=BadAnswer.error_class)


def aside(read: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`part`, for a service that only optional parts ask: when it alone refuses the credentials or the signature, or
    shows a certificate that is not to be trusted, that costs the part and not the scope."""
    try:
        return part(read, *args, **kwargs)
    except (BadCredentials, BadTls) as fault:
        return Unread(fault.reason, fault.permission, fault.error_class)


class Gathered:
    """Lists read as far as possible; `settle` raises what stopped the reading, when it was stopped."""

    def __init__(self, lists: dict[str, list[Json]]) -> None:
        self.lists = lists
        self.fault: ReadFault | None = None

    def settle(self) -> None:
        if self.fault:
            raise self.fault
