"""What a list of identities says of each beside its level: grants without bound, outsiders, what was not used.

Worked out when an account is judged, and stored with the level (`inventory.models.IdentityPosture`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from findings.access.wild import any_action, any_resource
from inventory.models import Account, Grant, Statement
from inventory.search import lookups as _lookups  # noqa: F401 - registers `among`

Json = Any


@dataclass(frozen=True, slots=True)
class Wild:
    """How many allow statements of each identity grant every action of a service, and how many hold on everything."""

    actions: Counter[int]
    resources: Counter[int]


def wild_grants(account: Account) -> Wild:
    """Over all present identities of an account, in two queries; boundaries and denies grant nothing."""
    present = Grant.objects.filter(identity__account=account, identity__gone_at=None, statement__effect="allow")
    rows = list(
        present.exclude(source_kind__in=("boundary", "deny"))
        .order_by()
        .values_list("identity_id", "source", "scope", "statement_id")
    )
    bodies = _bodies({statement for *_, statement in rows})
    told = Wild(Counter(), Counter())
    for identity, source, scope, statement in rows:
        body = bodies[statement]
        told.actions[identity] += any_action(body, source)
        told.resources[identity] += any_resource(account.provider, body, scope)
    return told


def _bodies(statements: set[int]) -> dict[int, Mapping[str, Json]]:
    return dict(Statement.objects.filter(pk__among=statements).values_list("pk", "body"))


def unused_percent(document: Mapping[str, Json]) -> int | None:
    """How many of the services an identity may use it did not use, in percent; None where that was not told."""
    services = (document.get("usage") or {}).get("services")
    if not services:
        return None
    return round(100 * sum(1 for entry in services if not entry.get("month")) / len(services))
