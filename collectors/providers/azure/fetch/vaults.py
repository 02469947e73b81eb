"""Key vaults that let identities in by access policies of their own, beside any role (the older permission model)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from collectors.providers.azure.fetch import sweeps
from collectors.providers.azure.ids import plain
from inventory.facts import Unread

Json = Any

_KINDS = ("keys", "secrets", "certificates", "storage")


def opened(vaults: list[dict[str, Json]] | Unread, principals: Iterable[str]) -> dict[str, Json]:
    """{"vaults": what these principals may do, by vault: secrets/get …}.

    Nothing at all where the endpoint does not know of vaults: then nothing is said, and what they let in is unknown.
    """
    if isinstance(vaults, Unread):
        return {"vaults": vaults} if vaults.error_class == "denied" else {}
    mine = set(principals)
    found = {plain(row.get("id")): sorted(set(_given(row, mine))) for row in vaults}
    return {"vaults": {vault: given for vault, given in sorted(found.items()) if given}}


def _given(row: dict[str, Json], mine: set[str]) -> Iterator[str]:
    told = sweeps.properties(row)
    if told.get("enableRbacAuthorization") is True:
        return
    for policy in sweeps.objects(told.get("accessPolicies")):
        permissions = policy.get("permissions")
        if plain(policy.get("objectId")) in mine and isinstance(permissions, dict):
            for kind in _KINDS:
                listed = permissions.get(kind)
                for name in listed if isinstance(listed, list) else ():
                    yield f"{kind}/{str(name).lower()}"
