"""What a provider must say, and the few errors in which a cloud's refusal is told.

A provider is a folder in `collectors/providers/` whose `PROVIDER` is an object of this shape. It reads (`listings`,
`activity`), says what was read means (`normalize`, pure), and never stores, judges or catches anything: `collect` turns
the errors below into coverage.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from inventory.facts import ActivityFact, Known, Observation, Unread, UseFact

Json = Any
Raw = Mapping[str, Json]


class ReadFault(Exception):
    """A reading that did not succeed. `error_class` is a word for pages and metrics; `permission` what was missing."""

    error_class = "failed"

    def __init__(self, reason: str, permission: str = "", call: str = "") -> None:
        super().__init__(reason)
        self.reason, self.permission, self.call = reason, permission, call


class Denied(ReadFault):
    """The cloud refused the call: the named permission is missing, or an organisation's policy forbids it."""

    error_class = "denied"


class NotApplicable(ReadFault):
    """There is nothing to read: the region is not enabled, the API is switched off, the plan cannot have it."""

    error_class = "not applicable"


class Unsupported(ReadFault):
    """The endpoint does not know the call (an older or partial implementation)."""

    error_class = "unsupported"


class Throttled(ReadFault):
    """The cloud kept refusing for too many requests, beyond the retries."""

    error_class = "throttled"


class BadCredentials(ReadFault):
    """The credentials are expired, unknown or cannot be assumed; refreshing them once did not help."""

    error_class = "credentials"


class Unreachable(ReadFault):
    """No answer: name not found, connection refused or cut, time-out."""

    error_class = "unreachable"


class BadTls(ReadFault):
    """The endpoint's certificate is not to be trusted; never retried without checking it."""

    error_class = "tls"


class BadAnswer(ReadFault):
    """The cloud answered, but not in the documented shape: a page without its list, a token that repeats."""

    error_class = "bad answer"


class Unsettled(ReadFault):
    """The cloud is still making the change; a moment later it can tell what came of it."""

    error_class = "unsettled"


class DeadlinePassed(ReadFault):
    """The scope took longer than it may."""

    error_class = "deadline"


class Malformed(Exception):
    """One entry of an answer cannot be understood; it is quarantined and the others are kept.

    `native_id` says which resource it is about, where that much can be read: only then may others of the listing be
    taken for gone.
    """

    def __init__(self, reason: str = "", native_id: str = "") -> None:
        super().__init__(reason)
        self.native_id = native_id


class BadConnection(ValueError):
    """What someone typed to connect an account is wrong; the message says what and what to do."""


def attempt(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Ask for a part we can live without: its refusal must not cost us the rest, and comes back as `Unread`.

    Faults of the whole scope (credentials, deadline) are not caught.
    """
    try:
        return call(*args, **kwargs)
    except (Denied, NotApplicable, Unsupported, Throttled, Unreachable, BadAnswer) as fault:
        return Unread(fault.reason, fault.permission, fault.error_class)


@dataclass(frozen=True, slots=True)
class Permission:
    """One permission the collector uses: what for, the part it feeds, and whether we can do without."""

    action: str
    why: str
    part: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class AccountRef:
    """What a provider needs to know of an account; `connection` holds no secret (see `credentials`).

    `scopes` are those that were read before: one in which nothing is left must be read again to say so.
    """

    provider: str
    native_id: str
    name: str
    connection: Mapping[str, Json]
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovered:
    """An account that the cloud's own directory lists. `state` is the cloud's word (ACTIVE, SUSPENDED …).

    `found_by` names the way it was found, where a cloud has several.
    """

    native_id: str
    name: str
    state: str
    path: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    found_by: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the connection test: a call, how it ended ("ok", or an error class), how long it took."""

    call: str
    outcome: str
    seconds: float
    note: str = ""
    permission: str = ""
    optional: bool = False


@dataclass
class Memory:
    """What the collector may remember of a scope while it reads it again.

    `known` maps native ids to what the inventory remembers of them; `named` holds the native ids that the activity log
    names since the last reading, or is None when the log could not be read (then nothing may be skipped).
    `refresh_hours` is the age at which everything is read again whatever the log says.
    """

    at: datetime
    known: Mapping[str, Known] = field(default_factory=dict)
    named: frozenset[str] | None = None
    refresh_hours: int = 24


class Session(Protocol):
    """An open way into one account. Counts every request it makes; safe to use from several threads."""

    def calls(self, scope: str) -> CallCounts: ...

    def begin(self, scope: str, deadline_seconds: float) -> None: ...


@dataclass
class CallCounts:
    """What the reading of a scope cost."""

    calls: int = 0
    retries: int = 0
    throttles: int = 0
    by_call: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list of a scope: complete reading of it tells what is gone.

    `fetch(session, scope, memory)` yields raw entries: mappings of parts, JSON as the cloud answers, secrets already
    dropped. A part that was refused is an `Unread`, one that was not asked for is absent (the last answer of it stays
    kept). An error raised from it makes this listing incomplete, not the others. `optional` listings do not make the
    scope partial. `newer` ones came later than the rest of the cloud: an endpoint that does not know their call has
    nothing of the kind. Of any other listing that is no answer: what it would name was not read.
    """

    name: str
    fetch: Callable[[Any, str, Memory], Iterator[Raw]]
    optional: bool = False
    newer: bool = False


@dataclass(frozen=True, slots=True)
class LogPage:
    """Events of the cloud's log, and up to when the log is known to be read after this page (None: not yet)."""

    events: Sequence[ActivityFact]
    until: datetime | None


class Provider(Protocol):
    """What every provider's `PROVIDER` has."""

    slug: str
    label: str
    account_word: str
    normalizer: int
    permissions: tuple[Permission, ...]

    def connection(self, native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
        """The connection to store, from what someone typed; raises BadConnection with a sentence."""

    def connect(self, account: AccountRef) -> Any:
        """Open a session; raises a ReadFault when the credentials cannot be had."""

    def checks(self, session: Any) -> Iterator[Check]:
        """Try each call once, without raising."""

    def discover(self, session: Any) -> Iterator[Discovered]:
        """The accounts that the organisation's own directory lists."""

    def scopes(self, session: Any) -> Sequence[str]:
        """The scopes to read, first those that others refer to (identities before functions)."""

    def listings(self, scope: str) -> Sequence[Listing]:
        """What to read in a scope."""

    def named(self, scope: str, names: Sequence[str]) -> Sequence[Listing]:
        """What reads just these functions of a scope, by their native ids, as deep as can be.

        A name that yields no entry is not there any more, or is no function. Raises nothing: refusals are raised by
        the listings, and a caller falls back on reading the whole scope.
        """

    def activity(self, session: Any, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
        """The cloud's log of management events after `since`, oldest page last or first as the cloud gives it."""

    def use(self, session: Any, scope: str, at: datetime) -> Iterator[UseFact] | None:
        """How often the functions of a scope are called, as the metrics tell; None where a scope has no functions.

        Asked after the listings, at most once a day, in calls about many functions each. Of a function that it does not
        name, nothing is known. What it raises makes this part unknown, and nothing else.
        """

    def normalize(self, listing: str, raw: Raw) -> Iterable[Observation]:
        """What a raw entry means: pure. Raises Malformed for an entry that cannot be understood."""

    def permissions_document(self, connection: Mapping[str, Json]) -> str:
        """The least-privilege policy or role to paste into the cloud, as text."""
