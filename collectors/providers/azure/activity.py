"""The activity log, read from a watermark on; after a gap, what Resource Graph saw change fills in.

One question knows one resource provider only, so it is asked for each that matters. Late events are found by asking a
little before the watermark; whoever stores them tells by the event id which it has already. The log goes back 90 days,
Resource Graph's changes 14.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from collectors.provider import LogPage, ReadFault, attempt
from collectors.providers.azure.fetch import queries, sweeps
from collectors.providers.azure.ids import plain
from collectors.providers.azure.moments import written
from collectors.providers.azure.normalize.trail import activities, changed
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import ACTIVITY
from inventory.facts import ActivityFact

if TYPE_CHECKING:
    from collectors.providers.azure.session import AzureSession

Json = Any

PROVIDERS = ("Microsoft.Web", "Microsoft.Authorization", "Microsoft.ManagedIdentity")
LATE, HISTORY, CHANGES = timedelta(minutes=20), timedelta(days=90), timedelta(days=14)
#: A long time is read in slices, the oldest first, so that the watermark moves while the reading goes on.
SLICE = timedelta(days=3)
#: After a longer gap than this (and at the first reading) Resource Graph is asked too.
GAP = timedelta(days=1)
SELECTED = "eventTimestamp,caller,operationName,status,subStatus,resourceId,correlationId,claims,httpRequest,properties"


def activity(session: AzureSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
    """Pages of acts after `since`; the last page of a slice says up to when the log is read."""
    reach, told = session.reach(scope), set[str]()
    try:
        yield from _slices(reach, max(since - LATE, until - HISTORY), until, told)
    except ReadFault:
        # What the log does not tell, Resource Graph may; the log stays unread all the same.
        yield LogPage(_changes(reach, max(since - LATE, until - CHANGES), told), None)
        raise
    if until - since > GAP:
        yield LogPage(_changes(reach, max(since - LATE, until - CHANGES), told), None)


def _slices(reach: Reach, start: datetime, until: datetime, seen: set[str]) -> Iterator[LogPage]:
    """The log, a slice a page; notes in `seen` which acts it told, by correlation."""
    while start < until:
        end = min(start + SLICE, until)
        events = [event for provider in PROVIDERS for event in _events(reach, provider, start, end)]
        told = list(activities(events, _identities(reach) if events else {}, until - LATE))
        seen.update(fact.request_id for fact in told)
        yield LogPage(sorted(told, key=lambda fact: fact.at), end)
        start = end


def _events(reach: Reach, provider: str, start: datetime, end: datetime) -> list[Json]:
    during = f"eventTimestamp ge '{written(start)}' and eventTimestamp le '{written(end)}'"
    wanted = f"{during} and resourceProvider eq '{provider}'"
    return [event for page in reach.pages(ACTIVITY, filter=wanted, select=SELECTED) for event in page]


def _identities(reach: Reach) -> dict[str, str]:
    """Principal ids of user-assigned identities by resource id, as far as they are told."""
    rows = attempt(sweeps.user_assigned, reach)
    return {
        plain(row.get("id")): plain(sweeps.properties(row).get("principalId"))
        for row in (rows if isinstance(rows, list) else ())
        if sweeps.properties(row).get("principalId")
    }


def _changes(reach: Reach, since: datetime, told: set[str]) -> list[ActivityFact]:
    """What Resource Graph saw change and the log did not tell; nothing where it does not tell itself."""
    rows = attempt(reach.query, queries.changes(written(since)))
    found = [fact for row in (rows if isinstance(rows, list) else ()) if (fact := changed(row))]
    return [fact for fact in found if not fact.request_id or fact.request_id not in told]
