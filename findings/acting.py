"""What a person asks to be done with findings, from a form, the API or a key, as words; and doing it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from findings.models import Finding, WrongTriage
from findings.models.triage import FindingQuerySet
from findings.states import State
from inventory.audit import audit
from inventory.models import Account, User

Words = Mapping[str, str]


def within_reach(rows: FindingQuerySet, user: Any) -> FindingQuerySet:
    """Those of them that this person may triage."""
    return Account.objects.where(user, "triage").limit(rows)


def perform(rows: FindingQuerySet, action: str, said: Words, request: Any, at: datetime, **about: Any) -> int:
    """Do it with all of these for whoever asks, tell the audit log, and return how many changed.

    `action` is one of ACTIONS; `said` holds what goes with it: `reason`, `until` (a day), `assignee` (a sign-in name,
    "me", or "" for nobody), `due` (a day, or "" for none). `about` is what the audit log says of which findings these
    are: `of` the one, or `query`. Raises WrongTriage.
    """
    done = ACTIONS.get(action)
    if done is None:
        raise WrongTriage(f"There is no action “{action[:40]}”; there are {', '.join(ACTIONS)}.")
    with transaction.atomic():
        one: Finding | None = about.get("of")
        was = _standing(one) if one else None
        changed = done(rows, said, request.user, at)
        if one:
            one.refresh_from_db()
        now = _standing(one) if one else {"query": about.get("query", ""), "findings": changed}
        words = {name: said[name] for name in ("reason", "until", "assignee", "due") if said.get(name)}
        audit("triage", request, of=one, account=one.account if one else None, before=was,
              after={"did": action, **words, **now}, at=at)  # fmt: skip
    return changed


def check(action: str, said: Words, by: User, at: datetime) -> None:
    """Raises WrongTriage where an action could not be done, whatever the findings: no reason, no day, nobody."""
    if action not in ACTIONS:
        raise WrongTriage(f"There is no action “{action[:40]}”; there are {', '.join(ACTIONS)}.")
    ACTIONS[action](Finding.objects.none(), said, by, at)


def _standing(finding: Finding) -> dict[str, Any]:
    return {"state": finding.state, "assignee": finding.assignee_id, "due": finding.due_at}


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
