"""How one scope is asked: attempts and waits, renewed tokens, quotas, the deadline, counts, pages.

`ask` gives one answer, `pages` a list of Resource Manager or Graph, `query` rows of Resource Graph. All raise the
faults of `collectors.provider` only. Knows no SDK: that is the session's.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote, urlencode

from collectors.provider import (
    BadAnswer,
    BadCredentials,
    CallCounts,
    DeadlinePassed,
    Denied,
    NotApplicable,
    Throttled,
    Unreachable,
    Unsupported,
)
from collectors.providers.azure.addresses import origin
from collectors.providers.azure.faults import Expired, Refusal, Transient, fault_of
from collectors.providers.azure.pace import bucket
from collectors.providers.azure.routes import RESOURCE_GRAPH, Route
from collectors.providers.azure.scrub import scrub

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any
T = TypeVar("T")

ATTEMPTS, LONGEST_PAUSE = 5, 20.0
MOST_PAGES, REPEATS = 10_000, 3
#: Rows of one answer of Resource Graph, its most.
ROWS = 1000
#: After so many calls in a row that stayed throttled to the end, a scope's next calls are tried once only.
GIVING_UP = 10


class Reach:
    """What the readers of one scope ask with: its deadline, its counts, and sweeps made once a reading."""

    def __init__(self, session: AzureSession, scope: str, until: float) -> None:
        self.session, self.scope, self._until = session, scope, until
        self.subscription = session.subscription
        self.counts = CallCounts()
        self._lock = threading.Lock()
        self._once: dict[object, Json] = {}
        self._once_locks: dict[object, threading.Lock] = {}
        self._throttled_in_a_row = 0

    def left(self) -> float:
        """Seconds until the deadline of this scope."""
        return self._until - monotonic()

    def once(self, key: object, read: Callable[[], T]) -> T:
        """What `read` gave the first time in this reading of the scope; others wait for it meanwhile."""
        with self._lock:
            lock = self._once_locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._once:
                self._once[key] = read()
            found: T = self._once[key]
            return found

    def ask(
        self, route: Route, *, attempts: int = ATTEMPTS, filter: str = "", query: Mapping[str, str] | None = None,
        **places: str,
    ) -> dict[str, Json]:  # fmt: skip
        """One answer, which holds what the route says it must."""
        url = self.address(route, filter, "", query, **places)
        return self._held(route, self._renewing(route, url, None, attempts))

    def address(
        self, route: Route, filter: str = "", select: str = "", query: Mapping[str, str] | None = None, **places: str
    ) -> str:
        """The full address of a route's request; `places` fill the braces of its path, `query` says what else is
        asked."""
        filled = route.path.format(subscription=self.subscription, **places)
        asked = {"api-version": route.version, "$filter": filter, "$select": select, **(query or {})}
        told = urlencode({name: value for name, value in asked.items() if value}, quote_via=quote)
        base = self.session.wire.graph if route.service == "graph" else self.session.wire.endpoint
        return f"{base}{quote(filled, safe='/')}" + (f"?{told}" if told else "")

    @staticmethod
    def _held(route: Route, answer: dict[str, Json]) -> dict[str, Json]:
        if route.key and route.key not in answer:
            raise BadAnswer(f"{route.name}: the answer has no '{route.key}'.", call=route.name)
        return answer

    def pages(self, route: Route, *, filter: str = "", select: str = "", **places: str) -> Iterator[list[Json]]:
        """The entries of a list, page by page; further pages are followed on the same origin only.

        A page without its list is a failed page, and so is a link that comes back: raises BadAnswer.
        """
        url, seen = self.address(route, filter, select, None, **places), Counter[str]()
        home = origin(url)
        for _ in range(MOST_PAGES):
            answer = self._held(route, self._renewing(route, url, None, ATTEMPTS))
            if not isinstance(answer[route.key], list):
                raise BadAnswer(f"{route.name}: '{route.key}' is no list.", call=route.name)
            yield answer[route.key]
            following = answer.get("nextLink") or answer.get("@odata.nextLink")
            if not following:
                return
            url = str(following)
            if origin(url) != home:
                raise BadAnswer(
                    f"{route.name}: the next page is at another address; it is not followed.", call=route.name
                )
            seen[url] += 1
            if seen[url] >= REPEATS:
                raise BadAnswer(f"{route.name}: the same next page was named {REPEATS} times.", call=route.name)
        raise BadAnswer(f"{route.name}: more than {MOST_PAGES} pages.", call=route.name)

    def entries(self, route: Route, *, filter: str = "", select: str = "", **places: str) -> list[Json]:
        """A whole list at once."""
        return [entry for page in self.pages(route, filter=filter, select=select, **places) for entry in page]

    @staticmethod
    def either(newer: Callable[[], T], older: Callable[[], T]) -> T:
        """What the one way says, or the other where the first is refused or not known."""
        try:
            return newer()
        except (Unsupported, Denied, NotApplicable):
            return older()

    def query(self, text: str, *, everywhere: bool = False) -> list[Json]:
        """All rows of a Resource Graph query, of this subscription or of all that may be read.

        The query must give the column id and an order, else there are no further pages.
        """
        seen, rows, token = Counter[str](), list[Json](), ""
        within = {} if everywhere else {"subscriptions": [self.subscription]}
        for _ in range(MOST_PAGES):
            options = {"$top": ROWS, "resultFormat": "objectArray"} | ({"$skipToken": token} if token else {})
            body = {"query": text, "options": options, **within}
            answer = self._held(
                RESOURCE_GRAPH, self._renewing(RESOURCE_GRAPH, self.address(RESOURCE_GRAPH), body, ATTEMPTS)
            )
            if not isinstance(answer["data"], list):
                raise BadAnswer("resource graph: 'data' is no list.", call=RESOURCE_GRAPH.name)
            rows += answer["data"]
            token = str(answer.get("$skipToken") or "")
            if not token:
                break
            seen[token] += 1
            if seen[token] >= REPEATS:
                raise BadAnswer(f"resource graph: the same page token came {REPEATS} times.", call=RESOURCE_GRAPH.name)
        if token or str(answer.get("resultTruncated", "false")).lower() == "true":
            raise BadAnswer("resource graph: the rows were cut off.", call=RESOURCE_GRAPH.name)
        return rows

    def _renewing(self, route: Route, url: str, body: Json, attempts: int) -> dict[str, Json]:
        """The answer, with the token renewed once when the cloud no longer takes it."""
        if route.name in self.session.unsupported and route is not RESOURCE_GRAPH:
            raise Unsupported(f"{route.name} is not known to this endpoint.", call=route.name)
        token, seen = self.session.token(route)
        try:
            return self._rounds(route, url, body, token, attempts)
        except Expired as expired:
            claims = expired.claims
        self.session.tokens.renew(seen)
        try:
            return self._rounds(route, url, body, self.session.token(route, claims)[0], attempts)
        except Expired as again:
            raise BadCredentials(
                f"Azure no longer takes the token, and renewing it did not help. {again}", call=route.name
            ) from again

    def _rounds(self, route: Route, url: str, body: Json, token: str, attempts: int) -> dict[str, Json]:
        """A call that stays throttled gets a second round of attempts after a rest, unless nothing works any more."""
        hopeless = self._throttled_in_a_row >= GIVING_UP
        try:
            answer = self._attempts(route, url, body, token, 1 if hopeless else attempts)
        except Throttled:
            if hopeless:
                raise
            self._rest(random.uniform(1.0, 2.0))  # noqa: S311 - spreads retries, guards nothing
            try:
                answer = self._attempts(route, url, body, token, attempts)
            except Throttled:
                self._throttled_in_a_row += 1
                raise
        self._throttled_in_a_row = 0
        return answer

    def _attempts(self, route: Route, url: str, body: Json, token: str, most: int) -> dict[str, Json]:
        """The answer after at most so many attempts, each after a longer pause or as long as the cloud says."""
        for number in range(most):
            try:
                return self._attempt(route, url, body, token, again=number > 0)
            except Transient as passing:
                if number + 1 == most:
                    raise passing.fault from passing
                growing = random.uniform(0, min(LONGEST_PAUSE, 0.25 * 2**number))  # noqa: S311
                self._rest((passing.wait or 0) + growing)
        raise Unreachable(f"{route.name}: never tried.")

    def _attempt(self, route: Route, url: str, body: Json, token: str, again: bool) -> dict[str, Json]:
        paced = bucket(self.subscription, route.name, route.service) if self.session.paced else None
        if paced:
            self._rest(paced.take())
        if self.left() <= 0:
            raise DeadlinePassed(f"{self.scope} was not read within its time.", call=route.name)
        self._count(route, again)
        answer = self.session.wire.send(route, url, body, token, seconds=self.left() + 5)
        if not isinstance(answer, Refusal):
            return scrub(route.name, *answer)
        fault = fault_of(answer)
        if isinstance(fault, Unsupported):
            self.session.unsupported.add(route.name)
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

    def _count(self, route: Route, again: bool) -> None:
        with self._lock:
            self.counts.calls += 1
            self.counts.retries += again
            self.counts.by_call[route.name] = self.counts.by_call.get(route.name, 0) + 1
