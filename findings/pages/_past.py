"""A page of an earlier time: the time that its address asks for, and what was not read at that time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.models import Account, ReadingGap, Scope
from inventory.then import NoSuchTime, moment_of

#: So many gaps are named; of more, how many there are.
NAMED = 5


@dataclass(frozen=True)
class Past:
    """An earlier time over some accounts: scopes that were not read around it (`gaps`: nothing is known of what
    happened in them until their end), and accounts of which nothing had been read yet.

    For the banner: what else there is to say of it, the address of the same page now, and the parameters of the page
    that another time keeps.
    """

    at: datetime
    accounts: int
    gaps: Sequence[ReadingGap]
    unread: Sequence[Account]
    says: str = ""
    now_address: str = ""
    keeps: Sequence[tuple[str, str]] = ()

    @property
    def late(self) -> set[int]:
        """The accounts that were not read completely around that time."""
        return {gap.account_id for gap in self.gaps} | {account.pk for account in self.unread}

    @property
    def named(self) -> Sequence[ReadingGap]:
        return self.gaps[:NAMED]

    @property
    def more(self) -> int:
        return max(0, len(self.gaps) - NAMED)


def asked_time(text: str, now: datetime) -> tuple[datetime | None, str]:
    """The time that an address names (None for now), and why it names none ("": it does, or asks for now)."""
    if not text.strip():
        return None, ""
    try:
        return moment_of(text, now), ""
    except NoSuchTime as wrong:
        return None, str(wrong)


def banner(past: Past, request: HttpRequest, says: str) -> Past:
    """With what the banner of this page says, and where it leads."""
    kept = [(name, str(value)) for name, value in request.GET.items() if name not in ("at", "after", "peek")]
    address = f"{request.path}?{urlencode(kept)}" if kept else request.path
    return replace(past, says=says, now_address=address, keeps=kept)


def past_of(at: datetime, accounts: QuerySet[Account]) -> Past:
    """What there is to know of an earlier time besides what was there."""
    rows = list(accounts.order_by("name", "pk"))
    pks = [account.pk for account in rows]
    gaps = ReadingGap.objects.filter(account__in=pks, after__lt=at, until__gt=at).select_related("scope", "account")
    read = Scope.objects.filter(account__in=pks, first_read_at__lte=at).values_list("account_id", flat=True)
    known = set(read)
    return Past(at, len(rows), list(gaps.order_by("account__name", "scope__name")),
                [account for account in rows if account.pk not in known])  # fmt: skip
