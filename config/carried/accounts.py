"""Groups, accounts with their schedules."""

from __future__ import annotations

from collectors.clouds import cloud
from config.carried.rows import Import, Row, keep
from inventory.clock import now
from inventory.models import Account, AccountGroup


def groups() -> list[Row]:
    return [{"name": name} for name in AccountGroup.objects.order_by("name").values_list("name", flat=True)]


def group(row: Row, _: Import) -> str:
    made = AccountGroup.objects.get_or_create(name=row["name"])[1]
    return "made" if made else "as it was"


_OF_ACCOUNT = ("provider", "native_id", "name", "stance", "connection", "every_minutes", "paused")


def accounts() -> list[Row]:
    rows = Account.objects.select_related("group").order_by("provider", "native_id")
    return [
        {**{name: getattr(one, name) for name in _OF_ACCOUNT}, "group": one.group.name if one.group else ""}
        for one in rows
    ]


def account(row: Row, _: Import) -> str:
    group = AccountGroup.objects.get_or_create(name=row["group"])[0] if row["group"] else None
    wanted = {name: row[name] for name in _OF_ACCOUNT if name not in ("provider", "native_id")} | {"group": group}
    # What the provider refuses when somebody connects an account it refuses here, too.
    wanted["connection"] = cloud(row["provider"]).connection(row["native_id"], row["connection"])
    known = Account.objects.filter(provider=row["provider"], native_id=row["native_id"]).first()
    fresh = known or Account(provider=row["provider"], native_id=row["native_id"], due_at=now())
    return keep(fresh, wanted)
