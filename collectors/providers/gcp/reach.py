"""How one scope is asked: attempts and waits, renewed credentials, quotas, the deadline, counts, pages.

`ask` gives one answer, `entries` a list. Both raise the faults of `collectors.provider`, never an SDK's own errors.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

from collectors.provider import (
    BadAnswer,
    BadCredentials,
    BadTls,
    CallCounts,
    DeadlinePassed,
    ReadFault,
    Throttled,
    Unreachable,
)
from collectors.providers.gcp.call import Call
from collectors.providers.gcp.faults import Expired, Refusal, Transient, fault_of
from collectors.providers.gcp.pace import bucket
from collectors.providers.gcp.scrub import scrub

if TYPE_CHECKING:
    from collectors.providers.gcp.session import GcpSession

Json = Any

ATTEMPTS, LONGEST_WAIT = 5, 20.0
MOST_PAGES, REPEATS = 10_000, 3
#: After so many calls in a row that stayed throttled to the end, a scope's next calls are tried once only.
GIVING_UP = 5


class Reach:
    """What the readers of one scope ask with: its deadline and its counts."""

    def __init__(self, session: GcpSession, scope: str, until: float, counts: CallCounts | None = None) -> None:
        self.session, self.scope, self._until = session, scope, until
        self.counts = counts or CallCounts()
        self._lock = threading.Lock()
        self._throttled_in_a_row = 0

    def left(self) -> float:
        """Seconds until the deadline of this scope."""
        return self._until - monotonic()

    def ask(self, call: Call) -> dict[str, Json]:
        """One answer, with the token renewed once when it was refused; raises the faults of collectors.provider."""
        seen = self.session.keys.renewals
        try:
            return self._attempts(call)
        except Expired:
            self._renew(seen)
        try:
            return self._attempts(call)
        except Expired as again:
            raise BadCredentials(
                f"The credentials were refused and renewing them did not help. {again}", call=call.name
            ) from again

    def _renew(self, seen: int) -> None:
        try:
            self.session.keys.renew(seen)
        except Transient as passing:
            raise passing.fault from passing

    def _attempts(self, call: Call) -> dict[str, Json]:
        """The answer after at most ATTEMPTS attempts, waiting longer after each."""
        most = 1 if self._throttled_in_a_row >= GIVING_UP else ATTEMPTS
        for number in range(most):
            try:
                answer = self._attempt(call, again=number > 0)
            except Transient as passing:
                if number + 1 == most:
                    self._throttled_in_a_row += isinstance(passing.fault, Throttled)
                    raise passing.fault from passing
                growing = random.uniform(0, min(LONGEST_WAIT, 0.5 * 2**number))  # noqa: S311 - spreads retries
                self._rest(growing if passing.wait is None else passing.wait + 0.1 * growing)
            else:
                self._throttled_in_a_row = 0
                return answer
        raise Unreachable(f"{call.name}: never tried.", call=call.name)

    def _attempt(self, call: Call, again: bool) -> dict[str, Json]:
        paced = bucket(self.session.project, call.api) if self.session.paced else None
        if paced:
            self._rest(paced.take())
        if self.left() <= 0:
            raise DeadlinePassed(f"{self.scope} was not read within its time.", call=call.name)
        self._count(call, again)
        answer = self.session.send(call, seconds=self.left() + 5)
        if not isinstance(answer, Refusal):
            return scrub(answer.body, answer.text, self.session.fingerprint_key)
        fault = fault_of(answer)
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
            sleep(seconds)

    def _count(self, call: Call, again: bool) -> None:
        with self._lock:
            self.counts.calls += 1
            self.counts.retries += again
            self.counts.by_call[call.name] = self.counts.by_call.get(call.name, 0) + 1

    def pages(
        self, call: Call, key: str, *, send: str = "pageToken", take: str = "nextPageToken"
    ) -> Iterator[dict[str, Json]]:
        """The answers of a paged call. Google leaves an empty list out, so its absence is no fault; anything else than
        a list under `key`, and a token that keeps coming back, is: raises BadAnswer.
        """
        yield from self._pages(call, key, list, send, take)

    def mapped(self, call: Call, key: str) -> Iterator[dict[str, Json]]:
        """The answers of a paged call whose entries stand in a mapping (Compute's lists over all regions)."""
        for answer in self._pages(call, key, dict, "pageToken", "nextPageToken"):
            yield {**answer, key: answer.get(key) or {}}

    def _pages(
        self, call: Call, key: str, shape: type[list[Json]] | type[dict[str, Json]], send: str, take: str
    ) -> Iterator[dict[str, Json]]:
        seen, token = Counter[str](), ""
        for _ in range(MOST_PAGES):
            answer = self.ask(call.on_page(send, token))
            if not isinstance(answer.get(key, shape()), shape):
                raise BadAnswer(f"{call.name}: '{key}' is no {shape.__name__}.", call=call.name)
            _check_envelope(answer, key, call)
            yield answer
            token = str(_next(answer, take) or "")
            if not token:
                return
            seen[token] += 1
            if seen[token] >= REPEATS:
                raise BadAnswer(f"{call.name}: the same page token came {REPEATS} times.", call=call.name)
        raise BadAnswer(f"{call.name}: more than {MOST_PAGES} pages.", call=call.name)

    def gather(self, call: Call, key: str, *, send: str = "pageToken", take: str = "nextPageToken") -> Gathered:
        """The pages of a list as far as they could be read, and what stopped the reading.

        What ends the whole scope (credentials, certificate, deadline) is raised all the same.
        """
        gathered = Gathered()
        try:
            for answer in self.pages(call, key, send=send, take=take):
                gathered.answers.append(answer)
        except (BadCredentials, BadTls, DeadlinePassed):
            raise
        except ReadFault as fault:
            gathered.fault = fault
        return gathered

    def entries(self, call: Call, key: str, *, send: str = "pageToken", take: str = "nextPageToken") -> list[Json]:
        """A whole list at once."""
        return [entry for answer in self.pages(call, key, send=send, take=take) for entry in answer.get(key) or []]


@dataclass
class Gathered:
    """Pages that were read, and the fault that cut them off (None: all were)."""

    answers: list[dict[str, Json]] = field(default_factory=list)
    fault: ReadFault | None = None


def _check_envelope(answer: Mapping[str, Json], key: str, call: Call) -> None:
    """An object that is about something else (an error with status 200, a single resource) is no empty list."""
    if key not in answer and ("error" in answer or "name" in answer):
        raise BadAnswer(f"{call.name}: the answer is no list of {key}.", call=call.name)


def _next(answer: Mapping[str, Json], take: str) -> Json:
    """The token of the next page; a dotted name looks one level down (metadata.continue)."""
    head, _, tail = take.partition(".")
    found = answer.get(head)
    return (found.get(tail) if isinstance(found, Mapping) else None) if tail else found
