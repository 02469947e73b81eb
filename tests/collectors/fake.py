"""A cloud made of plain values, and a provider that reads it: what a test says it answers, it answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collectors.provider import (
    AccountRef,
    BadConnection,
    CallCounts,
    Check,
    Discovered,
    Listing,
    LogPage,
    Malformed,
    Memory,
    Permission,
    Raw,
)
from inventory.facts import Binding, Grant, Kind, Observation, Statement, Unread, UseFact
from inventory.history import digest

Json = Any
#: What a listing answers: entries, an error to raise at that place, or something to do (wait, look).
Answer = list[Any]


def entry(name: str, **parts: Json) -> dict[str, Json]:
    """A function as the fake cloud lists it; parts are its sections, an `Unread` part was refused."""
    return {"id": f"fake:function:{name}", "name": name, "config": {"runtime": "python3.13", "memory_mb": 128}, **parts}


def entries(count: int, **parts: Json) -> Answer:
    return [entry(f"f{number:03}", **parts) for number in range(count)]


def role(name: str, *actions: str) -> dict[str, Json]:
    return {"id": f"fake:role:{name}", "name": name, "actions": list(actions)}


@dataclass
class FakeCloud:
    """scope → listing → what it answers. `log` is scope → pages, `use` scope → what the metrics say (None: it has no
    metrics); `refusal` is raised when a session is opened."""

    scopes: dict[str, dict[str, Answer]] = field(default_factory=lambda: {"east": {"functions": []}})
    log: dict[str, Answer] = field(default_factory=dict)
    use: dict[str, Answer | None] = field(default_factory=dict)
    refusal: Exception | None = None
    memories: dict[str, Memory] = field(default_factory=dict)
    since: dict[str, datetime] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    directory: list[Discovered] = field(default_factory=list)
    order: list[str] = field(default_factory=list)


class FakeSession:
    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.counts: dict[str, CallCounts] = {}

    def calls(self, scope: str) -> CallCounts:
        return self.counts.setdefault(scope, CallCounts())

    def begin(self, scope: str, deadline_seconds: float) -> None:
        self.cloud.order.append(scope)


class FakeProvider:
    slug, label, account_word = "aws", "Fake", "account"
    normalizer = 1
    permissions = (
        Permission("fake:List", "to list", "functions"),
        Permission("fake:GetUsage", "to see use", "usage", optional=True),
    )

    def __init__(self, cloud: FakeCloud) -> None:
        self.cloud = cloud
        self.lock = threading.Lock()

    def connection(self, native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
        if not native_id.isdigit():
            raise BadConnection("An account id has 12 digits.")
        return {name: value for name, value in answers.items() if value}

    def connect(self, account: AccountRef) -> FakeSession:
        if self.cloud.refusal:
            raise self.cloud.refusal
        return FakeSession(self.cloud)

    def checks(self, session: FakeSession) -> Iterator[Check]:
        yield from self.cloud.checks

    def discover(self, session: FakeSession) -> Iterator[Discovered]:
        yield from self.cloud.directory

    def scopes(self, session: FakeSession) -> Sequence[str]:
        return list(self.cloud.scopes)

    def listings(self, scope: str) -> Sequence[Listing]:
        names = self.cloud.scopes.get(scope, {"functions": []})
        return [
            Listing(name, self._fetch(name), optional=name.startswith("optional"), newer=name.startswith("newer"))
            for name in names
        ]

    def named(self, scope: str, names: Sequence[str]) -> Sequence[Listing]:
        return [Listing(one.name, _only(one.fetch, names)) for one in self.listings(scope)]

    def _fetch(self, listing: str) -> Callable[[FakeSession, str, Memory], Iterator[Raw]]:
        def fetch(session: FakeSession, scope: str, memory: Memory) -> Iterator[Raw]:
            self.cloud.memories[scope] = memory
            yield from played(session, scope, self.cloud.scopes[scope][listing])

        return fetch

    def activity(self, session: FakeSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
        self.cloud.since[scope] = since
        yield from played(session, scope, self.cloud.log.get(scope, [LogPage([], until)]))

    def use(self, session: FakeSession, scope: str, at: datetime) -> Iterator[UseFact] | None:
        told = self.cloud.use.get(scope)
        return None if told is None else played(session, scope, told)

    def normalize(self, listing: str, raw: Raw) -> Iterator[Observation]:
        if not isinstance(raw.get("id"), str):
            raise Malformed("It has no id.")
        yield _role_seen(listing, raw) if raw["id"].startswith("fake:role") else _function_seen(listing, raw)

    def permissions_document(self, connection: Mapping[str, Json]) -> str:
        return "fake:List"


def _only(fetch: Callable[..., Iterator[Raw]], names: Sequence[str]) -> Callable[..., Iterator[Raw]]:
    def read(session: FakeSession, scope: str, memory: Memory) -> Iterator[Raw]:
        return (raw for raw in fetch(session, scope, memory) if raw["id"] in names)

    return read


def played(session: FakeSession, scope: str, answer: Answer) -> Iterator[Any]:
    for step in answer:
        session.calls(scope).calls += 1
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step()
        else:
            yield step


def _function_seen(listing: str, raw: Raw) -> Observation:
    parts = {name: part for name, part in raw.items() if name not in ("id", "name", "bindings", "light", "revision")}
    bindings = raw.get("bindings")
    return Observation(
        kind=Kind.FUNCTION,
        native_id=raw["id"],
        name=raw["name"],
        region="east",
        listing=listing,
        sections={name: part for name, part in parts.items() if not isinstance(part, Unread)},
        unread={name: part for name, part in parts.items() if isinstance(part, Unread)},
        bindings=None if bindings is None else tuple(Binding(one, "anyone", ("invoke",), "policy") for one in bindings),
        core_read=not raw.get("light"),
        detail_read=not raw.get("light"),
        revision=raw.get("revision", ""),
    )


def _role_seen(listing: str, raw: Raw) -> Observation:
    body = {"Effect": "Allow", "Action": raw["actions"], "Resource": "*"}
    statement = Statement("allow", tuple(raw["actions"]), False, body, digest(body))
    return Observation(
        kind=Kind.IDENTITY,
        native_id=raw["id"],
        name=raw["name"],
        region="",
        listing=listing,
        sections={"policies": {"policies": [{"name": "p", "document": body}]}},
        grants=(Grant("inline", f"{raw['id']}/p", "p", statement),),
    )
