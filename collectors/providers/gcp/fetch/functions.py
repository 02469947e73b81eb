"""Functions of a location: both generations in one list, and Cloud Run services that were built from a function.

What several functions share (connectors, triggers …) is read once for all of a location; what costs a call of its own
(policies, revisions) only when the function is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, Unsupported, attempt
from collectors.providers.gcp.fetch import calls, sweeps
from collectors.providers.gcp.fetch.beside import side_by_side
from collectors.providers.gcp.fetch.depth import is_due
from collectors.providers.gcp.fetch.inherited import inherited
from collectors.providers.gcp.fetch.surroundings import Surroundings
from collectors.providers.gcp.fetch.use import note
from collectors.providers.gcp.leads import addresses_of, jobs_to, subscriptions_to, topics_of, triggers_to
from collectors.providers.gcp.naming import is_first_generation, name_of, place_of, runtime_of, service_name
from collectors.providers.gcp.shape import mapping, objects, text
from collectors.providers.gcp.way_out import way_out
from inventory.facts import Unread
from inventory.history import digest

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

#: The label that Cloud Run services carry as long as the Functions API looks after them.
_MANAGED = ("goog-managed-by", "cloudfunctions")


def functions(session: GcpSession, scope: str, memory: Memory) -> Iterator[Json]:
    """Everything the Functions API lists in the location, each function once."""
    reach = session.reach(scope)
    around = Around(session, reach, scope, memory)
    listed = sweeps.functions(session, reach)
    here = list(listed.of(scope))
    yield from side_by_side(around.of_function, here)
    older = sweeps.first_generation(session, reach) if _asks_v1(listed) else sweeps.Sweep({})
    names = {name_of(function) for function in here}
    others = [first for first in older.of(scope) if name_of(first) not in names]
    yield from side_by_side(partial(around.of_function, None), others)
    if isinstance(listed.fault, Unsupported):
        return older.settle(scope)
    return listed.settle(scope)


def _asks_v1(listed: sweeps.Sweep) -> bool:
    """The older API knows more of 1st generation functions, and is all there is where the newer one is not known."""
    if listed.fault:
        return isinstance(listed.fault, Unsupported)
    return any(is_first_generation(entry) for entries in listed.places.values() for entry in entries)


def run_functions(session: GcpSession, scope: str, memory: Memory) -> Iterator[Json]:
    """Cloud Run services with a function target that the Functions API does not list."""
    around = Around(session, session.reach(scope), scope, memory)
    listed = sweeps.functions(session, session.reach(scope))
    owned = {place_of(service_name(entry)) for entry in listed.of(scope)} - {("", "")}
    services = [entry for entry in around.near.services() if place_of(name_of(entry)) not in owned]
    chosen = [entry for entry in services if place_of(name_of(entry)) == ("", "") or is_own_function(entry, listed)]
    yield from side_by_side(around.of_service, chosen)


def is_own_function(service: Mapping[str, Json], listed: sweeps.Sweep) -> bool:
    """A function by its build; while the Functions API could not be read, not one that it may be looking after."""
    if not mapping(service.get("buildConfig")).get("functionTarget"):
        return False
    managed = mapping(service.get("labels")).get(_MANAGED[0]) == _MANAGED[1]
    return not (managed and listed.fault)


class Around:
    """One location's surroundings, put beside each function."""

    def __init__(self, session: GcpSession, reach: Reach, location: str, memory: Memory) -> None:
        self._session, self._reach, self._memory, self._location = session, reach, memory, location
        self.near = Surroundings(session, reach, location)

    def of_function(self, function: Json, first: Json = None) -> Json:
        """An entry for a function of the Functions API; `first` is its older form where it has no newer one."""
        told = function if isinstance(function, dict) else first if isinstance(first, dict) else {}
        name = name_of(told)
        if place_of(name) == ("", ""):
            return {"function": function, "first": first}
        kind = "gen1" if function is None or is_first_generation(told) else "gen2"
        if kind == "gen1" and first is None:
            first = self.near.first_generation(name)
        service = self.near.service(service_name(told)) if kind == "gen2" else None
        entry = {"kind": kind, "function": function, "first": first, "service": service}
        return self._completed(entry, name, told)

    def of_service(self, service: Json) -> Json:
        """An entry for a function that only Cloud Run knows."""
        if place_of(name_of(service)) == ("", ""):
            return {"service": service}
        return self._completed({"kind": "run", "service": service}, name_of(service), service)

    def _completed(self, entry: dict[str, Json], name: str, told: Mapping[str, Json]) -> Json:
        """The entry with what lies around it; policies and revisions when it is due."""
        note(self._session, self._location, entry, name)
        above, service = inherited(self._session, self._reach), mapping(entry["service"])
        entry |= {
            "project": self._session.project,
            "inherited": above,
            "runtime": self._runtime(entry),
            "network": self._network(entry),
            "revision": _revision(told, service, above["digest"]),
        }
        entry |= self._starts(entry, name)
        also = (service_name(told),) if entry["kind"] == "gen2" else ()
        if is_due(self._memory, name, entry["revision"], also):
            entry["policies"] = dict(self._policies(entry, name))
            if _has_named_revisions(service):
                entry["revisions"] = attempt(self._reach.entries, calls.revisions(name_of(service)), "revisions")
        return entry

    def _starts(self, entry: Mapping[str, Json], name: str) -> dict[str, Json]:
        """What leads to the function, of the lists of what starts functions."""
        triggers = [] if entry["kind"] == "gen1" else kept(self.near.triggers(), partial(triggers_to, entry, name))
        known = [] if isinstance(triggers, Unread) else triggers
        urls, topics = addresses_of(entry), topics_of({**entry, "triggers": known})
        return {
            "triggers": triggers,
            "jobs": kept(self.near.jobs(), partial(jobs_to, urls, topics)),
            "subscriptions": kept(self.near.subscriptions(), partial(subscriptions_to, urls)),
        }

    def _policies(self, entry: Mapping[str, Json], name: str) -> Iterator[tuple[str, Json]]:
        """The policy of the function and, where its calls are decided there, of the Cloud Run service."""
        if entry["kind"] != "run":
            yield "function", attempt(self._reach.ask, calls.function_policy(name, entry["kind"] == "gen1"))
        named = name if entry["kind"] == "run" else service_name(entry["function"])
        if entry["kind"] != "gen1" and named:
            yield "service", attempt(self._reach.ask, calls.service_policy(named))

    def _runtime(self, entry: Mapping[str, Json]) -> Json:
        """The live entry of its runtime: the one for its generation, or any of that name."""
        known = self.near.runtimes()
        if isinstance(known, Unread):
            return known
        name = runtime_of(entry)
        generation = "GEN_1" if entry["kind"] == "gen1" else "GEN_2"
        found = known.get(f"{name} {generation}")
        return found or next((one for key, one in known.items() if key.split(" ")[0] == name), None)

    def _network(self, entry: Mapping[str, Json]) -> Json:
        """The connector it goes through, and what the network of a full tunnel lets out."""
        way = way_out(entry, self._session.project, self._location)
        connector = self.near.connector(way.connector) if way.connector else None
        network = way.network or text(mapping(connector).get("network"))
        host = way.connector.split("/")[1] if way.connector else _project_of(network, self._session.project)
        compute = self.near.compute(host, network) if way.is_full_tunnel and network else None
        return {"connector": connector, "compute": compute, "network": network}


def kept(listed: Json, choose: Callable[[Json], Json]) -> Json:
    """What is chosen of a list; a refused one stays refused."""
    return listed if isinstance(listed, Unread) else choose(listed)


def _revision(told: Mapping[str, Json], service: Mapping[str, Json], above: str) -> str:
    """The cloud's marks of a configuration, and a mark of what is inherited: bindings are made of both."""
    own = [told.get("updateTime"), told.get("versionId")]
    return digest([own, [service.get("generation"), service.get("updateTime")], above])


def _has_named_revisions(service: Mapping[str, Json]) -> bool:
    return any(one.get("revision") or one.get("tag") for one in objects(service.get("traffic")))


def _project_of(network: str, project: str) -> str:
    parts = network.split("/")
    return parts[parts.index("projects") + 1] if "projects" in parts[:-1] else project
