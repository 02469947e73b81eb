"""Azure: the tenants of our own subscriptions, who are no strangers (`judges.azure`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from inventory.models import Account, Resource

Json = Any


def facts(accounts: Collection[Account]) -> dict[int, Json]:
    """Of each subscription by its key: the same for all."""
    own = Account.objects.filter(provider="azure", stance=Account.Stance.OWN)
    rows = Resource.objects.filter(provider="azure", kind="account", gone_at=None, account__in=own)
    tenants = sorted(set(filter(None, rows.values_list("latest__document__config__tenant", flat=True))))
    return {account.pk: tenants for account in accounts}
