"""AWS: roles of other accounts whose trust policy may let identities of an account in (`judges._neighbours`).

A trust policy can only concern an account that it names by its number, unless a principal in it stands for many: it
holds a wildcard, or everybody but some are meant. One that makes no sense concerns everybody, to be on the safe side.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from inventory.history import canonical, digest
from inventory.models import Account, Identity

Json = Any
_NUMBER = re.compile(r"(?<!\d)\d{12}(?!\d)")


def facts(accounts: Collection[Account]) -> dict[int, Json]:
    """Of each account by its key: the roles elsewhere that may trust identities of it, with a digest of the policy."""
    wanted = {account.native_id: account.pk for account in accounts}
    found: dict[int, list[tuple[str, str]]] = {account.pk: [] for account in accounts}
    open_to_many: list[tuple[str, tuple[str, str]]] = []
    rows = Identity.objects.filter(provider="aws", gone_at=None).order_by("native_id")
    for home, arn, document in rows.values_list(
        "account__native_id", "native_id", "resource__latest__document__trust__document"
    ):
        if not document:
            continue
        told = (arn, digest(canonical(document)))
        if is_open(document):
            open_to_many.append((home, told))
            continue
        for number in named(document) - {home}:
            if number in wanted:
                found[wanted[number]].append(told)
    return {
        account.pk: [found[account.pk], [told for home, told in open_to_many if home != account.native_id]]
        for account in accounts
    }


def named(document: Json) -> set[str]:
    """Every number of an account that stands anywhere in a policy."""
    return set(_NUMBER.findall(json.dumps(document)))


def is_open(document: Json) -> bool:
    """Whether a trust policy may concern accounts that it does not name."""
    statements = list(_statements(document))
    if not statements or not all(isinstance(one, Mapping) for one in statements):
        return True
    for statement in statements:
        told = {str(key).lower(): value for key, value in statement.items()}
        principals = json.dumps(told.get("principal", "*"))
        if "notprincipal" in told or "*" in principals or "?" in principals:
            return True
    return False


def _statements(document: Json) -> Iterator[Json]:
    told = document.get("Statement") if isinstance(document, Mapping) else None
    yield from told if isinstance(told, list) else [told] if told else []
