"""Everything that is kept sealed, put under today's key: after the installation's key was exchanged.

Each text is read and written in a transaction of its own. Cut off in the middle, what is done stays done, and the next
run goes on: by the id of its key each text says for itself whether it still needs the one before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Model

from config.sign_on.second_factor import PURPOSE
from findings.models import Channel
from inventory.models import IdentityProvider
from inventory.sealed import Unreadable, is_of_today, seal, unseal

Row = Any


@dataclass(frozen=True)
class Place:
    """Where sealed texts are kept: how one is read from a row and put there, and what it is bound to."""

    name: str
    model: type[Model]
    read: Callable[[Row], str]
    put: Callable[[Row, str], None]
    of: Callable[[Row], str]
    column: str


def _of_channel(part: str) -> Place:
    column = f"sealed_{part}"
    return Place(
        f"{part} of channels", Channel, lambda row: str(getattr(row, column)),
        lambda row, text: setattr(row, column, text), lambda row: f"{row.uid}:{part}", column,
    )  # fmt: skip


def _put_factor(row: Row, text: str) -> None:
    row.data = {**row.data, "secret": text}


PLACES = (
    _of_channel("address"),
    _of_channel("secret"),
    Place("secret of identity providers", IdentityProvider, lambda row: str(row.secret),
          lambda row, text: setattr(row, "secret", text), lambda row: str(row.key), "secret"),
    # Recovery codes are hashes: they have no secret.
    Place("second factors", Authenticator, lambda row: str(row.data.get("secret", "")), _put_factor,
          lambda row: PURPOSE, "data"),
)  # fmt: skip

ANEW, SAME, UNREADABLE = "sealed anew", "under today's key", "unreadable: enter it anew"


def reseal() -> Iterator[tuple[str, Counter[str]]]:
    """Put every text under today's key; place by place what was done."""
    for place in PLACES:
        keys = place.model._default_manager.order_by("pk").values_list("pk", flat=True)
        done = Counter(_one(place, pk) for pk in list(keys))
        done.pop("", None)
        yield place.name, done


def _one(place: Place, pk: int) -> str:
    """One text, while nobody else writes it; empty when there is none."""
    with transaction.atomic():
        row: Row = place.model._default_manager.select_for_update().filter(pk=pk).first()
        kept = place.read(row) if row is not None else ""
        if not kept:
            return ""
        if is_of_today(kept):
            return SAME
        try:
            text = unseal(kept, place.of(row))
        except Unreadable:
            return UNREADABLE
        place.put(row, seal(text, place.of(row)))
        row.save(update_fields=[place.column])
        return ANEW
