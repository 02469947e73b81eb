"""What an alert says, as plain values, before a channel puts it into its own form. No Django here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

#: So many entries are told one by one; the rest are counted.
MOST_LINES = 30


@dataclass(frozen=True)
class Line:
    """One thing that happened. `kind` is an event of `EVENTS`, `severity` empty where there is none, `address` the page
    to open (https or empty), `more` what programs read besides."""

    kind: str
    text: str
    where: str
    at: datetime
    severity: str = ""
    address: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Message:
    """One delivery. `key` is the same for every attempt at it, so that whoever gets it twice can tell; `total` counts
    what happened, `lines` tells the gravest of it. `rules` are the ids of the alert's set of rules (none: every rule),
    `scope` says that set in words."""

    key: str
    alert: str
    made_at: datetime
    lines: tuple[Line, ...]
    total: int
    address: str = ""
    test: bool = False
    rules: tuple[str, ...] = ()
    scope: str = ""

    @property
    def title(self) -> str:
        """One line that says how much of what."""
        if self.test:
            return f"Fanlight: test of “{self.alert}”"
        if self.total == 1 and self.lines:
            return f"Fanlight: {self.lines[0].text}"
        return f"Fanlight: {self.total} new of “{self.alert}”"

    @property
    def shown(self) -> tuple[Line, ...]:
        return self.lines[:MOST_LINES]

    @property
    def rest(self) -> int:
        """How many are counted only."""
        return self.total - len(self.shown)


@dataclass(frozen=True)
class Aim:
    """Where a channel sends: `address` and `secret` in clear, for this moment only; `recipients` of e-mail."""

    address: str = ""
    secret: str = ""
    recipients: Sequence[str] = ()


class Ways(Protocol):
    """How anything leaves; both raise `findings.outward.Undelivered`."""

    def post(self, address: str, headers: Mapping[str, str], body: bytes) -> int: ...

    def mail(self, to: Sequence[str], subject: str, text: str, key: str) -> None: ...


@dataclass(frozen=True)
class Channel:
    """A way to tell people. `send` returns the status text to keep, and raises Undelivered. `needs` names what it is
    given: address, secret, recipients."""

    kind: str
    title: str
    needs: frozenset[str]
    send: Callable[[Message, Aim, Ways, datetime], str]
    help: str = ""


#: What an alert may tell of, with the words for it.
EVENTS: dict[str, str] = {
    "finding": "A new finding, or one that is open again or worse",
    "risk": "A change by which the risk rose",
    "change": "Any change",
    "coverage": "Coverage lost: a part of an account can no longer be read",
    "expiring": "An acceptance or a snooze that ends within seven days",
}
