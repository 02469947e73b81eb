"""Connecting accounts and naming them, for commands and the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from collectors.clouds import cloud
from collectors.provider import BadConnection
from inventory.audit import audit
from inventory.clock import now
from inventory.models import Account, AccountGroup

Json = Any


def add_account(
    slug: str,
    native_id: str,
    answers: Mapping[str, Json],
    *,
    name: str = "",
    group: str = "",
    stance: str = Account.Stance.OWN,
    every_minutes: int | None = None,
) -> Account:
    """Connect an account; it is due at once. Raises BadConnection with a sentence, and then writes nothing."""
    provider = cloud(slug)
    connection = provider.connection(native_id, answers)
    taken = BadConnection(f"The {provider.account_word} {native_id} is connected already.")
    try:
        with transaction.atomic():
            if Account.objects.filter(provider=slug, native_id=native_id).exists():
                raise taken
            account = Account.objects.create(
                provider=slug, native_id=native_id, name=(name or native_id)[:255], connection=connection,
                stance=stance,
                group=AccountGroup.objects.get_or_create(name=group[:100])[0] if group else None,
                every_minutes=every_minutes or settings.COLLECT_EVERY_MINUTES, due_at=now(),
            )  # fmt: skip
            audit("account", of=account, account=account, after={"connected": connection})
            return account
    except IntegrityError:
        raise taken from None


def find_account(text: str, slug: str = "") -> Account:
    """The account that a person names by native id or name; raises BadConnection when it is none, or not one."""
    accounts = Account.objects.filter(provider=slug) if slug else Account.objects.all()
    found = list(accounts.filter(native_id=text)) or list(accounts.filter(name=text))
    if not found:
        known = ", ".join(accounts.values_list("native_id", flat=True)[:10]) or "none yet"
        raise BadConnection(f"No account is called {text!r}; connected are: {known}.")
    if len(found) > 1:
        several = ", ".join(f"{one.provider} {one.native_id}" for one in found)
        raise BadConnection(
            f"{text!r} names several accounts ({several}): give the id, and --provider where it is needed."
        )
    return found[0]


def chosen(named: Sequence[str], slug: str = "") -> list[Account]:
    """The accounts that a command is about: those named, else all (of one provider)."""
    if slug:
        cloud(slug)
    if named:
        return list(dict.fromkeys(find_account(text, slug) for text in named))
    accounts = Account.objects.filter(provider=slug) if slug else Account.objects.all()
    found = list(accounts.order_by("provider", "native_id"))
    if not found:
        raise BadConnection("No account is connected yet: connect one with `manage.py accounts add`.")
    return found
