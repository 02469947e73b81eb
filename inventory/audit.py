"""The audit log: `audit(…)` writes what somebody did, `verify()` proves that nobody touched what was written.

    audit("triage", request, of=finding, account=account, before={"status": "open"}, after={"status": "accepted"})

Call it last within the transaction that does the deed: entries are written one after the other, so that whoever has
written one lets nobody else write until that transaction ends; and a deed that is rolled back is not told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from ipaddress import ip_address
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, models, transaction
from django.http import HttpRequest

from inventory.clock import about_now
from inventory.history import canonical, clean
from inventory.models import Account
from inventory.models.audit import GENESIS, SEALED, AuditEntry, seal

#: Every deed that is told, with its meaning: the filter of the log and its documentation.
ACTIONS: dict[str, str] = {
    "sign-in": "Signed in",
    "sign-in.failed": "Failed to sign in",
    "sign-out": "Signed out",
    "sign-in.second-factor": "Changed two-factor sign-in",
    "session.ended": "Ended a session",
    "password": "Changed a password",
    "user": "Made, changed or deactivated a person",
    "role": "Changed somebody's roles",
    "sign-on": "Changed single sign-on",
    "token": "Made or revoked an API token",
    "account": "Connected, changed or paused an account",
    "collection": "Started a collection or a connection test",
    "receiver": "Made, changed or removed a receiver of events",
    "rule": "Changed a rule",
    "alert": "Changed an alert or a channel",
    "triage": "Said what becomes of findings",
    "comment": "Commented on a revision, or withdrew that",
    "trust": "Trusted a third party, or ended that",
    "export": "Exported",
    "settings": "Changed a setting",
    "denied": "Was refused",
}
_SENSITIVE = re.compile(r"password|secret|token|authorization|cookie|credential|private|api_?key", re.IGNORECASE)
_CHUNK = 5_000
#: The number of the advisory lock that whoever writes holds; nothing else of Fanlight takes one.
_PEN = 0x0A0D17


def audit(
    action: str,
    request: HttpRequest | Any | None = None,
    *,
    by: Any = None,
    of: models.Model | None = None,
    account: Account | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    at: datetime | None = None,
) -> AuditEntry:
    """Write down a deed; raises ValueError for an action that ACTIONS does not name.

    `request` tells who, from where and in which request (None: the command line or a task); `by` another person than
    the request's. `of` is what it was done to, `account` the account that belongs to. Of `before` and `after` give the
    fields that changed; values under names that promise a secret are blanked. `at` is now unless it is given.
    """
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is no action of the audit log; they stand in inventory/audit.py.")
    user = by if by is not None else getattr(request, "user", None)
    told: dict[str, Any] = {
        "at": at or about_now(), "action": action, "who": _who(user, request), "user": getattr(user, "pk", None),
        "ip": client_ip(request)[:45] if request is not None else "", "request": _request_id()[:64],
        "kind": of._meta.model_name if of is not None else "", "key": str(of.pk)[:255] if of is not None else "",
        "name": clean(str(of))[:255] if of is not None else "", "account": account.pk if account else None,
        "before": _text(before), "after": _text(after),
    }  # fmt: skip
    with transaction.atomic():
        _wait_for_the_pen()
        last = AuditEntry.objects.order_by("-number").values_list("number", "hash").first()
        number, previous = (last[0] + 1, last[1]) if last else (1, GENESIS)
        hashed = seal(previous, number, *(told[name] for name in SEALED[1:]))
        return AuditEntry.objects.create(number=number, previous=previous, hash=hashed, **told)


def _wait_for_the_pen() -> None:
    """One writer at a time. SQLite's transactions begin by taking the write lock, so there it is ours already.

    An advisory lock, since locking the table takes the right to change it, which the application need not have
    (deploy/database-roles.sql).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PEN])


def _who(user: Any, request: Any) -> str:
    if getattr(user, "is_authenticated", False) and hasattr(user, "get_username"):
        return str(user.get_username())[:150]
    return "" if request is not None else "(this machine)"


def _request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def client_ip(request: HttpRequest | Any) -> str:
    """The address a request came from: the last one that no proxy of ours wrote, as many as FANLIGHT_PROXIES says."""
    met = request.META
    listed = [part.strip() for part in met.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies: int = settings.PROXIES
    told = listed[-proxies] if proxies and len(listed) >= proxies else met.get("REMOTE_ADDR", "")
    try:
        return str(ip_address(told))
    except ValueError:
        return ""


def _text(told: Mapping[str, Any] | None) -> str:
    if told is None:
        return ""
    return json.dumps(canonical(clean(_without_secrets(told))), ensure_ascii=False, sort_keys=True)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: "[redacted]" if _SENSITIVE.search(str(key)) else _without_secrets(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(entry) for entry in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


@dataclass(frozen=True)
class Head:
    """The newest entry at some time, kept where the database's owner cannot reach it (the log)."""

    number: int
    hash: str


@dataclass
class Verified:
    """What came of a verification: how many entries were read, the newest, and what is wrong (a sentence each)."""

    entries: int = 0
    head: Head = field(default_factory=lambda: Head(0, GENESIS))
    faults: list[str] = field(default_factory=list)


#: So many faults are told one by one; a log beyond that needs no more proof.
_TOLD = 20


def verify(heads: Iterable[Head] = ()) -> Verified:
    """Read the whole log and recompute every hash; `heads` are known newest entries of earlier days."""
    found, known = Verified(), {head.number: head.hash for head in heads}
    for fault in _faults(found, known):
        found.faults.append(fault)
        if len(found.faults) >= _TOLD:
            break
    return found


def _faults(found: Verified, known: dict[int, str]) -> Iterator[str]:
    rows = AuditEntry.objects.order_by("number").values_list(*SEALED, "previous", "hash")
    for row in rows.iterator(chunk_size=_CHUNK):
        number, previous, hashed, last = row[0], row[-2], row[-1], found.head
        if number != last.number + 1:
            yield f"{_span(last.number + 1, number - 1)} missing: deleted."
        elif previous != last.hash:
            yield f"Entry {number} does not follow entry {last.number}: one of them was inserted, swapped or changed."
        if seal(previous, *row[:-2]) != hashed:
            yield f"Entry {number} was changed after it was written."
        if known.pop(number, hashed) != hashed:
            yield f"Entry {number} is not the one that was the newest when its hash was told to the log."
        found.entries, found.head = found.entries + 1, Head(number, hashed)
    for number in sorted(known):
        yield f"The log once reached entry {number}, and now ends at {found.head.number}: its end was cut off."


def _span(first: int, last: int) -> str:
    return f"Entry {first} is" if first == last else f"Entries {first} to {last} are"


def head() -> Head:
    """The newest entry; number 0 for an empty log."""
    last = AuditEntry.objects.order_by("-number").values_list("number", "hash").first()
    return Head(*last) if last else Head(0, GENESIS)
