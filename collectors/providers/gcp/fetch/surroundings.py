"""What lies around the functions of a location: connectors, triggers, schedules, subscriptions, runtimes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from collectors.provider import attempt
from collectors.providers.gcp.fetch import calls, sweeps
from collectors.providers.gcp.shape import mapping, objects, text, words
from inventory.facts import Unread

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any


class Surroundings:
    """Lists that several functions need, each read when first needed, and given whole or as `Unread`."""

    def __init__(self, session: GcpSession, reach: Reach, location: str) -> None:
        self._session, self._reach, self._location = session, reach, location

    def services(self) -> list[Json]:
        """The Cloud Run services of the location; raises what the list was refused with."""
        call = calls.services(self._session.project, self._location)
        return self._session.once(("services", self._location), lambda: self._reach.entries(call, "services"))

    def service(self, named: str) -> Json:
        """The Cloud Run service of this name, or `Unread`."""
        if not named:
            return Unread("The function names no Cloud Run service yet, where calls are decided.", "", "not applicable")
        known = attempt(self.services)
        if isinstance(known, Unread):
            return known
        by_name = self._session.once(("services by name", self._location), lambda: _by_short_name(known))
        return by_name.get(named.rsplit("/", 1)[-1]) or Unread(f"Cloud Run does not list {named}.", "", "failed")

    def first_generation(self, named: str) -> Json:
        """What the older API says of a 1st generation function, `Unread`, or None when it does not know it."""
        older = sweeps.first_generation(self._session, self._reach)
        by_name = self._session.once(
            ("first by name", self._location), lambda: _by_short_name(list(older.of(self._location)))
        )
        found = by_name.get(named.rsplit("/", 1)[-1])
        if found is None and older.fault:
            return Unread(older.fault.reason, older.fault.permission, older.fault.error_class)
        return found

    def runtimes(self) -> Json:
        """Runtimes by name; they are the same in all locations, so the first that answers speaks for all."""
        return self._session.once("runtimes", lambda: attempt(self._runtimes))

    def _runtimes(self) -> dict[str, Json]:
        answer = self._reach.ask(calls.runtimes(self._session.project, self._location))
        return {f"{one.get('name')} {one.get('environment')}": dict(one) for one in objects(answer.get("runtimes"))}

    def connector(self, named: str) -> Json:
        """A connector by its full name, `Unread`, or None when the location's list does not hold it."""
        parts = named.split("/")
        host, location = parts[1], parts[3]
        listed = self._session.once(
            ("connectors", host, location),
            lambda: attempt(self._reach.entries, calls.connectors(host, location), "connectors"),
        )
        if isinstance(listed, Unread):
            return listed
        return next(
            (one for one in listed if isinstance(one, dict) and str(one.get("name")).endswith("/" + parts[-1])), None
        )

    def triggers(self) -> Json:
        """Eventarc triggers of all locations; where they cannot be listed at once, those of this location."""
        project = self._session.project
        swept = self._session.once("triggers", lambda: attempt(self._triggers, "-"))
        if isinstance(swept, Unread) and swept.error_class in ("unsupported", "not found", "bad answer"):
            key = ("triggers", self._location)
            return self._session.once(
                key, lambda: attempt(self._reach.entries, calls.triggers(project, self._location), "triggers")
            )
        return swept

    def _triggers(self, location: str) -> Json:
        """The list, or `Unread` when a location is named that did not answer: a trigger of ours may be there."""
        answers = list(self._reach.pages(calls.triggers(self._session.project, location), "triggers"))
        silent = sorted({name for answer in answers for name in words(answer.get("unreachable"))})
        if silent:
            return Unread(f"Eventarc did not answer for {', '.join(silent)}.", "", "unreachable")
        return [entry for answer in answers for entry in answer.get("triggers") or ()]

    def jobs(self) -> Json:
        """Cloud Scheduler's jobs of this location."""
        call = calls.jobs(self._session.project, self._location)
        return self._session.once(("jobs", self._location), lambda: attempt(self._reach.entries, call, "jobs"))

    def subscriptions(self) -> Json:
        """Pub/Sub subscriptions of the project that push to an address."""
        call = calls.subscriptions(self._session.project)
        listed = self._session.once("subscriptions", lambda: attempt(self._reach.entries, call, "subscriptions"))
        return listed if isinstance(listed, Unread) else [one for one in listed if _pushes(one)]

    def compute(self, host: str, network: str) -> dict[str, Json]:
        """Firewall rules, routes and routers of one network, in the project it lives in."""
        short = network.rsplit("/", 1)[-1]
        return {
            what: self._session.once(("compute", host, what, short), partial(self._of_network, host, what, short))
            for what in ("firewalls", "routes", "routers")
        }

    def _of_network(self, host: str, what: str, network: str) -> Json:
        listed = self._session.once(("compute", host, what), lambda: attempt(self._compute, host, what))
        if isinstance(listed, Unread):
            return listed
        return [one for one in objects(listed) if text(one.get("network")).rsplit("/", 1)[-1] == network]

    def _compute(self, host: str, what: str) -> list[Json]:
        call = calls.compute(host, what)
        if what != "routers":
            return self._reach.entries(call, "items")
        found: list[Json] = []
        for answer in self._reach.mapped(call, "items"):
            for region in answer["items"].values():
                found += (region.get("routers") if isinstance(region, dict) else None) or ()
        return found


def _by_short_name(entries: list[Json]) -> dict[str, Json]:
    return {text(entry.get("name")).rsplit("/", 1)[-1]: entry for entry in entries if isinstance(entry, dict)}


def _pushes(subscription: Json) -> bool:
    return bool(mapping(mapping(subscription).get("pushConfig")).get("pushEndpoint"))
