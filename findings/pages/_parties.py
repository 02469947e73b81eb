"""Whom a binding is given to, said for people: the account's name where it is known, and whether it is trusted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from inventory.models import Account, ExposedBinding, Trust

Key = tuple[str, str]


@dataclass(frozen=True)
class Party:
    """One party. `name` is that of a connected account, "" for one that is not known; `own` when it is ours. `trust`
    is the newest record of it, of which `state` says whether it holds: active, expired, ended, or "" without one."""

    provider: str
    native_id: str
    name: str
    stance: str
    own: bool
    trust: Trust | None
    state: str

    @property
    def trusted(self) -> bool:
        return self.state == "active"

    @property
    def word(self) -> str:
        """What kind of thing it is, in the cloud's own word."""
        if self.provider == "aws":
            return "account"
        if self.provider == "azure":
            return "tenant or principal"
        if "@" in self.native_id:
            return "person"
        return "domain" if "." in self.native_id else "project"

    @property
    def title(self) -> str:
        """Its name; an unknown one is said to be unknown."""
        if self.name:
            return self.name
        return f"{'trusted' if self.trusted else 'unknown'} {self.word} {self.native_id}"

    @property
    def address(self) -> str:
        """Where it can be trusted, and the records of it are."""
        return f"{reverse('exposure-trust')}?{urlencode({'provider': self.provider, 'party': self.native_id})}"


def parties(rows: Iterable[ExposedBinding], user: Any, at: datetime) -> dict[Key, Party]:
    """The parties that these rows name, in two queries; names only of accounts that this person may see."""
    return known({(row.provider, row.party) for row in rows if row.party}, user, at)


def known(keys: set[Key], user: Any, at: datetime) -> dict[Key, Party]:
    """The same for parties by provider and id."""
    if not keys:
        return {}
    ids = {native_id for _, native_id in keys}
    accounts = {
        (account.provider, account.native_id): account
        for account in Account.objects.visible_to(user).filter(native_id__in=ids)
    }
    trusts: dict[Key, Trust] = {}
    for record in Trust.objects.filter(Q(party__in=ids), at__lte=at).order_by("at", "pk"):
        held = trusts.get((record.provider, record.party))
        if held is None or held.state(at) != "active" or record.state(at) == "active":
            trusts[record.provider, record.party] = record
    return {key: _party(key, accounts.get(key), trusts.get(key), at) for key in keys}


def _party(key: Key, account: Account | None, trust: Trust | None, at: datetime) -> Party:
    own = account is not None and account.stance == Account.Stance.OWN
    name, stance = (account.name, account.get_stance_display()) if account else ("", "")
    return Party(*key, name, stance, own, trust, trust.state(at) if trust else "")
