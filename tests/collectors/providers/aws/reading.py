"""Read whole scopes the way the collector does, and keep what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collectors.provider import Malformed, Memory, ReadFault
from collectors.providers.aws import PROVIDER
from collectors.providers.aws.session import AwsSession
from inventory.facts import Known, Observation
from tests.collectors.providers.aws.scripted import AT

Remember = Callable[[str], Memory]


@dataclass
class Read:
    """Observations by listing, what ended a listing early, what was malformed, and requests made by scope."""

    seen: dict[str, list[Observation]] = field(default_factory=dict)
    faults: dict[tuple[str, str], ReadFault] = field(default_factory=dict)
    malformed: list[str] = field(default_factory=list)
    calls: dict[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def requests(self) -> int:
        return sum(sum(calls.values()) for calls in self.calls.values())

    def functions(self) -> dict[str, Observation]:
        return {seen.name: seen for listing in ("functions", "web functions") for seen in self.seen.get(listing, [])}

    def remembered(self, scope: str, named: Any = frozenset()) -> Memory:
        """The memory an inventory would have after this reading."""
        known = {
            seen.native_id: Known(seen.revision, AT if seen.core_read else None, AT if seen.detail_read else None)
            for listing in self.seen.values()
            for seen in listing
        }
        return Memory(AT, known, named)


def read(session: AwsSession, scopes: list[str], remember: Remember | None = None) -> Read:
    """Every listing of these scopes; `remember` gives the memory of a scope, by default none."""
    found = Read()
    for scope in scopes:
        session.begin(scope, 120)
        memory = remember(scope) if remember else Memory(AT)
        for listing in PROVIDER.listings(scope):
            try:
                for raw in listing.fetch(session, scope, memory):
                    _note(found, listing.name, raw)
            except ReadFault as fault:
                found.faults[scope, listing.name] = fault
        found.calls[scope] = dict(session.calls(scope).by_call)
    return found


def _note(found: Read, listing: str, raw: Any) -> None:
    try:
        found.seen.setdefault(listing, []).extend(PROVIDER.normalize(listing, raw))
    except Malformed as malformed:
        found.malformed.append(str(malformed))
