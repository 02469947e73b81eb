"""CloudTrail's event history, read from a watermark on: at most two requests a second, 90 days back.

One question knows one attribute only, so it is asked by event source: Lambda in each region; IAM and Organizations in
the home region, where the events of global services are. Late events are found by asking a little before the
watermark; whoever stores them tells by the event id which it has already.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from collectors.provider import LogPage, Malformed
from collectors.providers.aws.fetch.identities import role_arns
from collectors.providers.aws.normalize.trail import activity as understood
from collectors.providers.aws.reach import Reach
from collectors.providers.aws.session import GLOBAL, AwsSession
from inventory.facts import ActivityFact

Json = Any

_SOURCES = {GLOBAL: ("iam.amazonaws.com", "organizations.amazonaws.com")}
_IN_REGIONS = ("lambda.amazonaws.com",)
#: CloudTrail delivers within about 15 minutes; history goes back 90 days.
LATE, HISTORY = timedelta(minutes=15), timedelta(days=90)
#: A long time is read in slices, the oldest first, so that the watermark moves while the reading goes on.
SLICE = timedelta(days=7)


def activity(session: AwsSession, scope: str, since: datetime, until: datetime) -> Iterator[LogPage]:
    """Pages of events after `since`; the last page of a slice says up to when the log is read."""
    reach = session.reach(scope)
    start = max(since - LATE, until - HISTORY)
    while start < until:
        end = min(start + SLICE, until)
        for source in _SOURCES.get(scope, _IN_REGIONS):
            yield from _pages(reach, source, start, end)
        yield LogPage((), end)
        start = end


def _pages(reach: Reach, source: str, start: datetime, end: datetime) -> Iterator[LogPage]:
    listed = reach.pages(
        "cloudtrail", "LookupEvents", "Events", send="NextToken", take="NextToken", MaxResults=50,
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": source}], StartTime=start, EndTime=end,
    )  # fmt: skip
    for page in listed:
        events = [event for entry in page if (event := _one(reach, entry))]
        if events:
            yield LogPage(events, None)


def _one(reach: Reach, entry: Json) -> ActivityFact | None:
    """An event; one without id and time is of no use to anybody and is passed over."""
    roles = role_arns(reach) if reach.scope == GLOBAL else {}
    try:
        return understood(entry, reach.account, reach.region, roles)
    except Malformed:
        return None
