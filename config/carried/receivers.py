"""Receivers of events, without their address's key and their secret: these are made anew where they are imported."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.urls import reverse

from collectors.models import Receiver
from config.carried.rows import Import, Row, keep
from inventory.clock import now
from inventory.models import Account

_OF_RECEIVER = ("sender", "tenant", "enabled")


def receivers() -> list[Row]:
    rows = Receiver.objects.select_related("account").order_by("provider", "name", "pk")
    return [
        {"provider": one.provider, "name": one.name, "account": one.account.native_id if one.account else "",
         # An audience that is the receiver's own address is told by no other installation.
         "audience": "" if one.key in one.audience else one.audience,
         **{name: getattr(one, name) for name in _OF_RECEIVER}}
        for one in rows
    ]  # fmt: skip


def receiver(row: Row, way: Import) -> str:
    account = Account.objects.get(provider=row["provider"], native_id=row["account"]) if row["account"] else None
    known = way.known(Receiver.objects.filter(provider=row["provider"], name=row["name"]))
    one = known or Receiver(provider=row["provider"], name=row["name"], key=secrets.token_hex(16), made_at=now())
    wanted = {"account": account, **{name: row[name] for name in _OF_RECEIVER}}
    done = keep(one, {**wanted, "audience": row["audience"] or _own_audience(one, row["tenant"])})
    way.take(one)
    return f"{done}; needs its secret" if one.believes_nobody else done


def _own_audience(one: Receiver, tenant: str) -> str:
    """The address of a receiver of signed tokens; empty until somebody says under which address we are reached."""
    if not Receiver(provider=one.provider, tenant=tenant).is_signed:
        return ""
    if one.audience and one.key in one.audience:
        return one.audience
    return f"{settings.ADDRESS}{reverse('events', args=[one.provider, one.key])}" if settings.ADDRESS else ""
