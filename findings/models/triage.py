"""What people do with findings: each on a whole queryset at once, with one entry in each finding's log.

Every method returns how many findings it changed. Closed findings are left alone: they were closed by facts, and only
facts open them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models, transaction

from findings.models.event import FindingEvent
from findings.models.ledger import Ledger, sorts
from findings.models.worst import tell_worst
from findings.states import ACTIVE, CLOSED, LONGEST_DAYS, Happening, State
from inventory.chunks import batched
from inventory.clock import about_now
from inventory.history import clean
from inventory.models import Account, User

#: A reason or a comment is at most so long.
LONGEST_NOTE = 2000
BATCH = 500


class WrongTriage(ValueError):
    """What was asked cannot be done; the message says what to do instead."""


class FindingQuerySet(models.QuerySet[Any]):
    """Findings, and what may be done with many of them at once."""

    def visible_to(self, user: User | Any) -> Self:
        """The findings this person may see: the one door for pages, API and exports."""
        return Account.objects.visible_to(user).limit(self)

    def active(self) -> Self:
        """Those that somebody still has to do something about."""
        return self.filter(state__in=ACTIVE)

    def still_there(self) -> Self:
        """Those whose fault is there, set aside or not."""
        return self.exclude(state__in=CLOSED)

    def work_on(self, state: State, *, by: User | None, because: str = "", at: datetime | None = None) -> int:
        """Open, in review or remediating. Raises WrongTriage for a state that only facts bring about."""
        if state not in ACTIVE:
            raise WrongTriage(f"“{state}” cannot be set like this: choose one of {', '.join(ACTIVE)}.")
        return self._move(state, by, _note(because), None, at)

    def accept(self, *, by: User | None, until: datetime, because: str, at: datetime | None = None) -> int:
        """Leave the fault for a reason, until a day at most a year away; then they open again by themselves."""
        at = at or about_now()
        return self._move(State.ACCEPTED, by, _reason(because, "accepted"), _day(until, at), at)

    def snooze(self, *, by: User | None, until: datetime, because: str = "", at: datetime | None = None) -> int:
        """Put them off until a day; then they open again by themselves."""
        at = at or about_now()
        return self._move(State.SNOOZED, by, _note(because), _day(until, at), at)

    def call_false(self, *, by: User | None, because: str, at: datetime | None = None) -> int:
        """Say that there is no fault; the reason is kept."""
        return self._move(State.FALSE_POSITIVE, by, _reason(because, "called false"), None, at)

    def comment(self, text: str, *, by: User | None, at: datetime | None = None) -> int:
        """Add a comment, also to closed findings."""
        said = _note(text)
        if not said:
            raise WrongTriage("A comment needs words.")
        return self._each(self, at, lambda finding, at: FindingEvent(what=Happening.COMMENTED, note=said), by)

    def assign(self, to: User | None, *, by: User | None, at: datetime | None = None) -> int:
        """Give them to a person, or to nobody."""

        def change(finding: Any, at: datetime) -> FindingEvent | None:
            if finding.assignee_id == (to.pk if to else None):
                return None
            was = finding.assignee.get_username() if finding.assignee else ""
            finding.assignee = to
            return FindingEvent(what=Happening.ASSIGNED, was=was, now=to.get_username() if to else "")

        return self._each(self.select_related("assignee"), at, change, by)

    def due(self, on: datetime | None, *, by: User | None, at: datetime | None = None) -> int:
        """Set the day by which they are to be mended, or none."""

        def change(finding: Any, at: datetime) -> FindingEvent | None:
            if finding.due_at == on:
                return None
            was, finding.due_at = _written(finding.due_at), on
            return FindingEvent(what=Happening.DUE, was=was, now=_written(on))

        return self._each(self.still_there(), at, change, by)

    def expire(self, at: datetime) -> int:
        """Open again what was accepted or snoozed until a day that has come."""
        late = self.filter(state__in=(State.ACCEPTED, State.SNOOZED), until__lte=at)

        def change(finding: Any, at: datetime) -> FindingEvent | None:
            if finding.until is None or finding.until > at:
                return None
            was, ended = finding.state, _written(finding.until)
            finding.state, finding.until, finding.reason = State.OPEN, None, ""
            return FindingEvent(what=Happening.EXPIRED, was=was, now=State.OPEN, note=f"It held until {ended}.")

        return self._each(late, at, change, None)

    def _move(self, to: State, by: User | None, reason: str, until: datetime | None, at: datetime | None) -> int:
        def change(finding: Any, at: datetime) -> FindingEvent | None:
            if finding.state in CLOSED or (finding.state, finding.reason, finding.until) == (to, reason, until):
                return None
            was = finding.state
            finding.state, finding.reason, finding.until = to, reason, until
            return FindingEvent(what=Happening.MOVED, was=was, now=to, note=_until(reason, until))

        return self._each(self.still_there(), at, change, by)

    def _each(
        self,
        rows: models.QuerySet[Any],
        at: datetime | None,
        change: Callable[[Any, datetime], FindingEvent | None],
        by: User | None,
    ) -> int:
        """Change each finding and log it, in bounded pieces; what functions lists show follows."""
        at = at or about_now()
        done = 0
        for pks in batched(list(rows.order_by("pk").values_list("pk", flat=True)), BATCH):
            done += self._some(rows, pks, at, change, by)
        return done

    def _some(
        self, rows: models.QuerySet[Any], pks: Iterable[int], at: datetime, change: Callable[..., Any], by: User | None
    ) -> int:
        with transaction.atomic():
            found = rows.model._default_manager.filter(pk__in=list(pks)).select_related("assignee")
            changed, events, ledger = [], [], Ledger()
            for finding in found.order_by("pk").select_for_update(of=("self",)):
                was = sorts(finding)
                event = change(finding, at)
                if event is not None:
                    ledger.take(was)
                    ledger.add(sorts(finding))
                    event.finding, event.at, event.by = finding, at, by
                    event.by_name = by.get_username() if by else ""
                    changed.append(finding)
                    events.append(event)
            if changed:
                columns = ["state", "reason", "until", "assignee", "due_at"]
                rows.model._default_manager.bulk_update(changed, columns, batch_size=200)
                FindingEvent.objects.bulk_create(events, batch_size=500)
                ledger.write()
                tell_worst(rows.model, {one.function_id for one in changed if one.function_id})
        return len(changed)


def _reason(text: str, what: str) -> str:
    said = _note(text)
    if not said:
        raise WrongTriage(f"A finding is {what} for a reason: write it down.")
    return said


def _note(text: str) -> str:
    said = str(clean(text.strip()))
    if len(said) > LONGEST_NOTE:
        raise WrongTriage(f"At most {LONGEST_NOTE} characters are kept; these are {len(said)}.")
    return said


def _day(until: datetime | None, at: datetime) -> datetime:
    if until is None or not at < until <= at + timedelta(days=LONGEST_DAYS + 1):
        raise WrongTriage(f"A day is needed until which it holds: later than today, at most {LONGEST_DAYS} days away.")
    return until


def _until(reason: str, until: datetime | None) -> str:
    return f"{reason} (until {_written(until)})".strip() if until else reason


def _written(day: datetime | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
