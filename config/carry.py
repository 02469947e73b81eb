"""The configuration of an installation as one JSON document: to keep, to compare, to carry to another installation.

It holds what people chose (groups, accounts with their schedules, saved searches) and nothing that was collected, no
person and no secret: an account's connection never has one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model

from collectors.clouds import cloud
from collectors.provider import BadConnection
from inventory.clock import now
from inventory.models import Account, AccountGroup, SavedSearch, User

Json = Any
Row = dict[str, Json]

KIND, VERSION = "fanlight configuration", 1


class NotOurs(Exception):
    """The document cannot be taken; the sentence says what is wrong with it and what to do."""


def exported() -> Row:
    """The configuration as it is; the same configuration gives the same document."""
    return {"kind": KIND, "version": VERSION, **{name: dump() for name, (dump, _) in PARTS.items()}}


def imported(document: Json) -> dict[str, Counter[str]]:
    """Make the configuration as the document says; counts part by part what was made, changed, left as it was.

    All of it or nothing. What the document does not name stays. Raises NotOurs.
    """
    _check(document)
    with transaction.atomic():
        return {name: _load(name, load, document.get(name, [])) for name, (_, load) in PARTS.items()}


def _check(document: Json) -> None:
    if not isinstance(document, Mapping) or document.get("kind") != KIND:
        raise NotOurs("This is no configuration of Fanlight. `manage.py configuration export` writes one.")
    if document.get("version") != VERSION:
        raise NotOurs(
            f"This configuration has version {document.get('version')!r}; this Fanlight knows version {VERSION} only. "
            "Export it anew with a Fanlight of this version, or install the one that wrote it."
        )
    if unknown := sorted(document.keys() - PARTS.keys() - {"kind", "version"}):
        raise NotOurs(f"This Fanlight does not know {', '.join(unknown)}. Take them out to import the rest.")


def _load(name: str, load: Callable[[Row], str], rows: Json) -> Counter[str]:
    done: Counter[str] = Counter()
    if not isinstance(rows, list):
        raise NotOurs(f"{name} is no list.")
    for number, row in enumerate(rows, 1):
        try:
            done[load(row)] += 1
        except KeyError as missing:
            raise NotOurs(f"Entry {number} of {name} lacks {missing}. Nothing was imported.") from missing
        except (TypeError, AttributeError, ValueError, ValidationError, BadConnection) as wrong:
            said = "; ".join(wrong.messages) if isinstance(wrong, ValidationError) else wrong
            raise NotOurs(f"Entry {number} of {name} cannot be taken: {said} Nothing was imported.") from wrong
    return done


def _groups() -> list[Row]:
    return [{"name": name} for name in AccountGroup.objects.order_by("name").values_list("name", flat=True)]


def _group(row: Row) -> str:
    made = AccountGroup.objects.get_or_create(name=row["name"])[1]
    return "made" if made else "as it was"


_OF_ACCOUNT = ("provider", "native_id", "name", "stance", "connection", "every_minutes", "paused")


def _accounts() -> list[Row]:
    rows = Account.objects.select_related("group").order_by("provider", "native_id")
    return [
        {**{name: getattr(one, name) for name in _OF_ACCOUNT}, "group": one.group.name if one.group else ""}
        for one in rows
    ]


def _account(row: Row) -> str:
    group = AccountGroup.objects.get_or_create(name=row["group"])[0] if row["group"] else None
    wanted = {name: row[name] for name in _OF_ACCOUNT if name not in ("provider", "native_id")} | {"group": group}
    # What the provider refuses when somebody connects an account it refuses here, too.
    wanted["connection"] = cloud(row["provider"]).connection(row["native_id"], row["connection"])
    known = Account.objects.filter(provider=row["provider"], native_id=row["native_id"]).first()
    fresh = known or Account(provider=row["provider"], native_id=row["native_id"], due_at=now())
    return _keep(fresh, wanted)


_OF_SEARCH = ("name", "list_name", "query", "shared")


def _searches() -> list[Row]:
    rows = SavedSearch.objects.select_related("owner").order_by("owner__username", "slug")
    return [
        {"owner": one.owner.username, "slug": one.slug, **{name: getattr(one, name) for name in _OF_SEARCH}}
        for one in rows
    ]


def _search(row: Row) -> str:
    owner = User.objects.filter(username=row["owner"]).first()
    if owner is None:
        return "left out: its owner is not here"
    known = SavedSearch.objects.filter(owner=owner, slug=row["slug"]).first()
    return _keep(known or SavedSearch(owner=owner, slug=row["slug"]), {name: row[name] for name in _OF_SEARCH})


def _keep(row: Model, wanted: Row) -> str:
    """Save what differs; says what was done."""
    if row.pk and all(getattr(row, name) == value for name, value in wanted.items()):
        return "as it was"
    said = "changed" if row.pk else "made"
    for name, value in wanted.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    return said


#: Part → how it is written, and how one entry of it is taken. Groups come before the accounts that name them.
PARTS: dict[str, tuple[Callable[[], list[Row]], Callable[[Row], str]]] = {
    "groups": (_groups, _group),
    "accounts": (_accounts, _account),
    "searches": (_searches, _search),
}
