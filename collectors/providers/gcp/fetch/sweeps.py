"""Lists over all locations, read once a session: functions of both generations, and where Cloud Run has services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from collectors.provider import ReadFault, Unreachable, Unsupported
from collectors.providers.gcp.call import Call
from collectors.providers.gcp.fetch import calls
from collectors.providers.gcp.shape import words

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

#: Where entries go that do not say where they are: they can be quarantined only where they are read.
NOWHERE = ""


@dataclass(frozen=True)
class Sweep:
    """A list over all locations: its entries by location, the locations that did not answer, what cut it off."""

    places: Mapping[str, Sequence[Json]]
    unreachable: frozenset[str] = frozenset()
    fault: ReadFault | None = None

    @property
    def locations(self) -> set[str]:
        return {*self.places, *self.unreachable} - {NOWHERE}

    def of(self, location: str) -> Iterator[Json]:
        """The entries of a location; those that are nowhere go to the first of all."""
        yield from self.places.get(location, ())
        if location == min(self.locations, default=location):
            yield from self.places.get(NOWHERE, ())

    def settle(self, location: str = "") -> None:
        """Raise what kept the list (of this location) from being complete."""
        if self.fault:
            raise self.fault
        if location in self.unreachable:
            raise Unreachable(f"{location} did not answer the list (it is named as unreachable).")


def functions(session: GcpSession, reach: Reach) -> Sweep:
    """All functions as the v2 API lists them, which is both generations."""
    return session.once("functions", lambda: _sweep(reach, calls.functions(session.project), "functions"))


def first_generation(session: GcpSession, reach: Reach) -> Sweep:
    """1st generation functions in their own API's words."""
    return session.once("functions v1", lambda: _sweep(reach, calls.functions(session.project, "v1"), "functions"))


def services(session: GcpSession, reach: Reach) -> Sweep:
    """Where Cloud Run has services; where the endpoint cannot say, every location it knows."""
    return session.once("services", lambda: _services(session, reach))


def _services(session: GcpSession, reach: Reach) -> Sweep:
    call = calls.services_everywhere(session.project)
    found = _sweep(reach, call, "items", send="continue", take="metadata.continue")
    if not isinstance(found.fault, Unsupported):
        return found
    listed = reach.gather(calls.run_locations(session.project), "locations")
    names = [entry.get("locationId") for answer in listed.answers for entry in answer.get("locations") or ()]
    return Sweep({str(name): () for name in names if name}, fault=listed.fault)


def _sweep(reach: Reach, call: Call, key: str, **spelling: str) -> Sweep:
    places: dict[str, dict[object, Json]] = {}
    unreachable: set[str] = set()
    listed = reach.gather(call, key, **spelling)
    for answer in listed.answers:
        for number, entry in enumerate(answer.get(key) or ()):
            name = entry.get("name") if isinstance(entry, dict) else None
            # A page that moved under the reader names an entry twice; what has no name stays apart.
            places.setdefault(location_of(entry), {})[name or (id(answer), number)] = entry
        unreachable.update(name.rsplit("/", 1)[-1] for name in words(answer.get("unreachable")))
    return Sweep({place: list(found.values()) for place, found in places.items()}, frozenset(unreachable), listed.fault)


def location_of(entry: Json) -> str:
    """The location in a resource's name, or in the label that Cloud Run's older API gives it; NOWHERE for neither."""
    if not isinstance(entry, dict):
        return NOWHERE
    parts = str(entry.get("name") or "").split("/")
    if len(parts) >= 6 and parts[2] == "locations":
        return parts[3]
    metadata = entry.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, dict) else None
    return str(labels.get("cloud.googleapis.com/location") or NOWHERE) if isinstance(labels, dict) else NOWHERE


def locations(session: GcpSession) -> set[str]:
    """Every location in which there is something, or may be: it did not answer, or held something before."""
    reach = session.reach("global")
    found = functions(session, reach).locations | services(session, reach).locations
    return found | {name for name in session.known_scopes if name != "global"}


def function_locations(session: GcpSession, scope: str) -> Iterator[Json]:
    """Nothing to store: tells in the coverage whether functions could be looked for at all."""
    functions(session, session.reach(scope)).settle()
    yield from ()


def run_locations(session: GcpSession, scope: str) -> Iterator[Json]:
    """The same for Cloud Run."""
    services(session, session.reach(scope)).settle()
    yield from ()
