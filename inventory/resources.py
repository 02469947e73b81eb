"""Find a resource by whatever people have in hand: our uid, the cloud's id, or a name that only one has."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from inventory.facts import Kind
from inventory.models import Resource

#: So many candidates are named when a name is not enough.
SEVERAL = 5


class NotFound(LookupError):
    """No such resource, or several; the message says which."""


def find_resource(text: str, rows: QuerySet[Resource, Any], kinds: tuple[str, ...] = ()) -> Resource:
    """The resource among `rows` that `text` names. Raises NotFound.

    Those present go before those gone, and a function before an identity or policy of the same name.
    """
    rows = rows.select_related("account", "scope", "latest")
    rows = rows.filter(kind__in=kinds) if kinds else rows
    for found in (rows.filter(uid=text), rows.filter(native_id=text), rows.filter(name=text)):
        present: list[Resource] = list(found.filter(gone_at=None)[:SEVERAL])
        matches = _functions_first(present or list(found.order_by("-gone_at")[:SEVERAL]))
        if len(matches) == 1:
            return matches[0]
        if matches:
            ids = ", ".join(f"{one.kind} {one.native_id} ({one.uid})" for one in matches)
            raise NotFound(f"“{text}” names several resources; give the uid or id: {ids}.")
    raise NotFound(f"There is no resource “{text}”: give its uid, the cloud's own id, or its name.")


def _functions_first(found: list[Resource]) -> list[Resource]:
    return [one for one in found if one.kind == Kind.FUNCTION] or found
