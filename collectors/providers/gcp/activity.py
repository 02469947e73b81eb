"""The admin activity log, read from a watermark on: one question a project, shared by all its locations.

Cloud Logging grants 60 reads a minute and keeps this log for 400 days; it cannot be switched off. Late entries are
found by asking a little before the watermark; whoever stores them tells by the id which it has already.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.provider import LogPage, Malformed
from collectors.providers.gcp.fetch import calls, sweeps
from collectors.providers.gcp.naming import name_of, place_of, service_name
from collectors.providers.gcp.normalize.trail import activity as understood
from inventory.facts import ActivityFact

if TYPE_CHECKING:
    from collectors.providers.gcp.reach import Reach
    from collectors.providers.gcp.session import GcpSession

Json = Any

LATE = timedelta(minutes=5)
_SERVICES = (
    "cloudfunctions.googleapis.com", "run.googleapis.com", "iam.googleapis.com", "cloudresourcemanager.googleapis.com",
)  # fmt: skip
_FILTER = (
    'logName="projects/{project}/logs/cloudaudit.googleapis.com%2Factivity" '
    'AND timestamp>="{since}" AND timestamp<"{until}" AND protoPayload.serviceName=({services})'
)


def activity(session: GcpSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
    """The events of one scope since the watermark, and up to when the log is then read."""
    reach = session.reach(scope)
    start = since - LATE
    events = session.once(("log", start, until), lambda: _events(session, reach, start, until))
    yield LogPage(events.get(scope, []), until)


def _events(session: GcpSession, reach: Reach, start: datetime, until: datetime) -> dict[str, list[ActivityFact]]:
    """Every event of the project by location."""
    services = " OR ".join(f'"{name}"' for name in _SERVICES)
    text = _FILTER.format(project=session.project, since=_written(start), until=_written(until), services=services)
    owners = _owners(session, reach)
    found: dict[str, list[ActivityFact]] = {}
    for entry in reach.entries(calls.log_entries(session.project, text), "entries"):
        told = _one(entry, session.project, owners)
        if told:
            found.setdefault(told[0], []).append(told[1])
    return found


def _owners(session: GcpSession, reach: Reach) -> dict[tuple[str, str], str]:
    """(location, Cloud Run service) → the function that it runs."""
    listed = sweeps.functions(session, reach)
    return {
        place_of(service_name(function)): name_of(function)
        for location in listed.locations
        for function in listed.of(location)
        if service_name(function)
    }


def _one(entry: Json, project: str, owners: dict[tuple[str, str], str]) -> tuple[str, ActivityFact] | None:
    """An event; one without id and time is of no use to anybody and is passed over."""
    try:
        return understood(entry, project, owners)
    except Malformed:
        return None


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
