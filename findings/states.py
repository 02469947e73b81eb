"""Where a finding stands, in words that pages, the API and the search language share. No Django here."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """One state at a time. People set the first six; the others happen by themselves when the facts say so."""

    OPEN = "open"
    IN_REVIEW = "in review"
    REMEDIATING = "remediating"
    ACCEPTED = "accepted"
    FALSE_POSITIVE = "false positive"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    GONE = "gone"
    RETIRED = "rule retired"


#: Somebody has to do something about these: they count as open everywhere.
ACTIVE = (State.OPEN, State.IN_REVIEW, State.REMEDIATING)
#: The fault is there, and somebody decided to leave it.
SET_ASIDE = (State.ACCEPTED, State.FALSE_POSITIVE, State.SNOOZED)
#: The fault is there no more, or nobody looks for it.
CLOSED = (State.RESOLVED, State.GONE, State.RETIRED)
#: These end on a day.
EXPIRING = (State.ACCEPTED, State.SNOOZED)
#: An acceptance lasts at most so long.
LONGEST_DAYS = 365


class Happening(StrEnum):
    """What an entry of a finding's log tells."""

    OPENED = "opened"
    WORSE = "seen worse"
    MILDER = "seen milder"
    CHANGED = "seen changed"
    MOVED = "state changed"
    COMMENTED = "comment"
    ASSIGNED = "assigned"
    DUE = "due date"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    EXPIRED = "expired"
    GONE = "gone"
    RETIRED = "rule retired"
    RENAMED = "rule renamed"
