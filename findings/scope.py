"""The accounts that a choice of the scope picker stands for, as seen by a person."""

from __future__ import annotations

from typing import Any

from inventory.models import Account
from inventory.models.account import AccountQuerySet


def accounts_of(user: Any, choice: str) -> AccountQuerySet:
    """`provider:aws`, `group:shop`; anything else is all that the person sees."""
    accounts = Account.objects.visible_to(user)
    sort, _, name = choice.partition(":")
    if sort == "provider":
        return accounts.filter(provider=name)
    return accounts.filter(group__name=name) if sort == "group" else accounts
