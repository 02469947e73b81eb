"""Take the notices of a believed delivery: remember them, write who did it, and want the functions read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from collectors.models import Receiver, TakenEvent, WantedRead
from collectors.notice import Notice
from inventory.models import Account, Resource, Scope
from inventory.record import record_activity

Json = Any

#: A function that was read a moment ago is read again so much later, however many events name it meanwhile.
SPACING = timedelta(seconds=10)


class AnotherAccount(Exception):
    """The event is of an account that this receiver was not made for."""


def notices_of(provider: str, body: Json) -> list[Notice]:
    """What a delivery of this cloud says; raises Malformed. Loads no SDK."""
    understand: Callable[[Json], list[Notice]] = import_module(f"collectors.providers.{provider}.notices").notices
    return understand(body)


def handshake_code(body: Json) -> str:
    """The code with which Event Grid asks whether the address is ours; "" when this is an event."""
    asked: Callable[[Json], str] = import_module("collectors.providers.azure.notices").validation_code
    return asked(body)


def take(receiver: Receiver, notices: Sequence[Notice], at: datetime) -> list[int]:
    """Take these, each once; returns the accounts in which something is now wanted.

    Raises AnotherAccount, and then takes none of them, when the receiver is one account's and an event another's.
    """
    found = _accounts(receiver, notices)
    wanted: set[int] = set()
    with transaction.atomic():
        news = sum(_take_one(found[one.account], one, at, wanted) for one in notices if one.account in found)
        Receiver.objects.filter(pk=receiver.pk).update(
            event_at=at, accepted=F("accepted") + news, ignored=F("ignored") + max(1, len(notices)) - news
        )
    return sorted(wanted)


def _accounts(receiver: Receiver, notices: Sequence[Notice]) -> dict[str, Account]:
    """The connected accounts that the notices are about, by native id as the notices write it."""
    named = {one.account for one in notices}
    rows = Account.objects.filter(provider=receiver.provider, native_id__in=named)
    if receiver.provider == "azure":
        rows = Account.objects.filter(provider="azure")  # ids are compared without case
    found = {row.native_id.lower() if receiver.provider == "azure" else row.native_id: row for row in rows}
    if receiver.account_id is not None:
        found = {key: row for key, row in found.items() if row.pk == receiver.account_id}
        if named - found.keys():
            raise AnotherAccount("The event is of another account than the one this receiver is for.")
    return {key: row for key, row in found.items() if key in named and not row.paused}


def _take_one(account: Account, notice: Notice, at: datetime, wanted: set[int]) -> bool:
    """Whether it was new, and about a place that is read."""
    scope = notice.scope or account.native_id
    chosen = account.connection.get("regions")
    if chosen and notice.scope and scope not in (*chosen, "global"):
        return False
    digest = hashlib.sha256(f"{account.pk}\n{notice.event_id}".encode()).hexdigest()
    _, new = TakenEvent.objects.get_or_create(digest=digest, defaults={"at": at})
    if not new:
        return False
    notice = _resolved(account, notice)
    row = Scope.objects.filter(account=account, name=scope).first()
    if row is not None and notice.fact is not None:
        record_activity(row, [notice.fact], None)
    for name in notice.names or ([""] if notice.whole else []):
        _want(account, scope, name, at)
        wanted.add(account.pk)
    return True


def _resolved(account: Account, notice: Notice) -> Notice:
    """The notice about the resource that we know: a service stands for the function that runs on it."""
    if not notice.also or not notice.names:
        return notice
    ids = {*notice.names, *notice.also}
    known = set(Resource.objects.filter(account=account, native_id__in=ids).values_list("native_id", flat=True))
    if notice.names[0] in known or not known:
        return notice
    own = min(known)
    return replace(notice, names=(own,), fact=replace(notice.fact, subject=own) if notice.fact else None)


def _want(account: Account, scope: str, name: str, at: datetime) -> None:
    """Have it read in a moment; what is wanted already is read once, after the latest event."""
    due = at + timedelta(seconds=settings.EVENT_WAIT_SECONDS)
    if name:
        seen = Resource.objects.filter(account=account, native_id=name).values_list("seen_at", flat=True).first()
        due = max(due, seen + SPACING) if seen and settings.EVENT_WAIT_SECONDS else due
    WantedRead.objects.update_or_create(
        account=account, scope=scope[:100], native_id=name,
        defaults={"due_at": due, "taken_at": None, "attempts": 0, "fault": ""}, create_defaults={
            "due_at": due, "asked_at": at},
    )  # fmt: skip
