"""What a person asks to be done with findings, from a form, the API or a key, as words; and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from findings.models import WrongTriage
from findings.models.triage import FindingQuerySet
from findings.states import State
from inventory.models import Account, User

Words = Mapping[str, str]


def within_reach(rows: FindingQuerySet, user: Any) -> FindingQuerySet:
    """Those of them that this person may triage."""
    return Account.objects.where(user, "triage").limit(rows)


def perform(rows: FindingQuerySet, action: str, said: Words, by: User, at: datetime) -> int:
    """Do it with all of these, and return how many changed.

    `action` is one of ACTIONS; `said` holds what goes with it: `reason`, `until` (a day), `assignee` (a sign-in name,
    "me", or "" for nobody), `due` (a day, or "" for none). Raises WrongTriage.
    """
    done = ACTIONS.get(action)
    if done is None:
        raise WrongTriage(f"There is no action “{action[:40]}”; there are {', '.join(ACTIONS)}.")
    return done(rows, said, by, at)


def _state(state: State) -> Callable[[FindingQuerySet, Words, User, datetime], int]:
    def change(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
        return rows.work_on(state, by=by, because=said.get("reason", ""), at=at)

    return change


def _accept(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
    return rows.accept(by=by, until=_day(said.get("until", "")), because=said.get("reason", ""), at=at)


def _snooze(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
    return rows.snooze(by=by, until=_day(said.get("until", "")), because=said.get("reason", ""), at=at)


def _call_false(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
    return rows.call_false(by=by, because=said.get("reason", ""), at=at)


def _comment(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
    return rows.comment(said.get("reason", ""), by=by, at=at)


def _assign(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
    name = said.get("assignee", "").strip()
    if not name:
        return rows.assign(None, by=by, at=at)
    to = by if name == "me" else User.objects.filter(username__iexact=name, is_active=True).first()
    if to is None:
        raise WrongTriage(f"There is no person “{name[:60]}” who can sign in.")
    return rows.assign(to, by=by, at=at)


def _due(rows: FindingQuerySet, said: Words, by: User, at: datetime) -> int:
    given = said.get("due", "").strip()
    return rows.due(_day(given) if given else None, by=by, at=at)


def _day(text: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(text.strip()), time(), UTC)
    except ValueError:
        raise WrongTriage("A day such as 2026-12-31 is expected.") from None


#: What can be done, by its word in forms and the API.
ACTIONS: dict[str, Callable[[FindingQuerySet, Words, User, datetime], int]] = {
    "open": _state(State.OPEN),
    "in-review": _state(State.IN_REVIEW),
    "remediating": _state(State.REMEDIATING),
    "accept": _accept,
    "false-positive": _call_false,
    "snooze": _snooze,
    "assign": _assign,
    "due": _due,
    "comment": _comment,
}
