"""Just the functions that an event named. A Cloud Run service stands for the function that it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from collectors.provider import Memory, Raw
from collectors.providers.gcp.faults import Missing
from collectors.providers.gcp.fetch import calls
from collectors.providers.gcp.fetch.functions import Around, is_own_function
from collectors.providers.gcp.fetch.sweeps import Sweep
from collectors.providers.gcp.naming import is_first_generation, name_of, place_of, service_name

if TYPE_CHECKING:
    from collectors.providers.gcp.call import Call
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any
Read = Callable[["GcpSession", str, Memory], Iterator[Raw]]


def functions(names: Sequence[str]) -> Read:
    """A listing of these functions of the Functions API; one that it does not know yields nothing."""

    def read(session: GcpSession, scope: str, memory: Memory) -> Iterator[Raw]:
        reach = session.reach(scope)
        wanted = dict.fromkeys(one for name in names if (one := _function_of(name, memory)))
        found = [entry for name in wanted if (entry := _found(reach, calls.function(name)))]
        older = [
            first
            for entry in found
            if is_first_generation(entry) and (first := _found(reach, calls.function(name_of(entry), "v1")))
        ]
        services = [
            entry
            for function in found
            if (name := service_name(function)) and (entry := _found(reach, calls.service(name)))
        ]
        _tell_around(session, scope, found, older, services)
        around = Around(session, reach, scope, memory)
        for function in found:
            yield around.of_function(function)

    return read


def run_functions(names: Sequence[str]) -> Read:
    """A listing of these Cloud Run services, as far as they are functions of their own."""

    def read(session: GcpSession, scope: str, memory: Memory) -> Iterator[Raw]:
        reach = session.reach(scope)
        wanted = [name for name in names if "/services/" in name and not _function_of(name, memory)]
        for name in wanted:
            service = _found(reach, calls.service(name))
            if service and is_own_function(service, Sweep({})):
                yield Around(session, reach, scope, memory).of_service(service)

    return read


def _tell_around(session: GcpSession, scope: str, found: list[Json], older: list[Json], services: list[Json]) -> None:
    """Let what was read of these stand for the lists of the location, so that none of them is asked."""
    session.once("functions", lambda: Sweep({scope: found}))
    session.once("functions v1", lambda: Sweep({scope: older}))
    session.once(("services", scope), lambda: services)


def _function_of(name: str, memory: Memory) -> str:
    """The function of the Functions API that a name stands for: itself, or the known one that a service runs."""
    if "/functions/" in name:
        return name
    location, short = place_of(name)
    known = (one for one in memory.known if "/functions/" in one and place_of(one)[0] == location)
    return next((one for one in known if place_of(one)[1].lower().replace("_", "-") == short), "")


def _found(reach: Reach, call: Call) -> Json:
    """The one thing asked for; None when there is none."""
    try:
        return reach.ask(call)
    except Missing:
        return None
