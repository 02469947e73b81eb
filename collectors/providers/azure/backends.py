"""To which host names a Front Door or Application Gateway leads: their rows, as Azure writes them. Pure.

Sources: Microsoft.Cdn/profiles/originGroups/origins (2024-02-01), Microsoft.Network/frontDoors (2021-06-01),
Microsoft.Network/applicationGateways (2024-05-01).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

Json = Any

PROFILE, CLASSIC = "microsoft.cdn/profiles", "microsoft.network/frontdoors"
GATEWAY = "microsoft.network/applicationgateways"


def is_front_door(row: Json) -> bool:
    """Whether a profile is a Front Door (Standard or Premium); others of its type are older networks for files."""
    sku = row.get("sku")
    name = sku.get("name") if isinstance(sku, dict) else None
    return isinstance(name, str) and name.lower().endswith("_azurefrontdoor")


def told(row: Json) -> dict[str, Json]:
    """The properties of a row or of a part of one; an empty object where there are none."""
    found = row.get("properties") if isinstance(row, dict) else None
    return found if isinstance(found, dict) else {}


def parts(holder: Json, key: str) -> list[dict[str, Json]]:
    """A list of objects within an object."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def text(holder: Json, key: str) -> str:
    found = holder.get(key) if isinstance(holder, dict) else None
    return found if isinstance(found, str) else ""


def named(holder: Json, key: str) -> str:
    """The id that a part names, in lower case."""
    return text(holder.get(key) if isinstance(holder, dict) else None, "id").lower()


def pools(front: Json) -> Iterator[tuple[str, set[str]]]:
    """The pools of a front with the host names in them: (id in lower case, names in lower case).

    `front` is {"row": its row, "groups": for a profile its origin groups, each with its "origins"}.
    """
    row = front.get("row")
    for group in parts(front, "groups"):
        yield text(group, "id").lower(), _names((told(one) for one in _on(parts(group, "origins"))), "hostName")
    for pool in parts(told(row), "backendPools"):
        yield text(pool, "id").lower(), _names(_on_itself(parts(told(pool), "backends")), "address")
    for pool in parts(told(row), "backendAddressPools"):
        yield text(pool, "id").lower(), _names(parts(told(pool), "backendAddresses"), "fqdn")


def _names(entries: Iterable[Json], key: str) -> set[str]:
    return {text(one, key).lower() for one in entries} - {""}


def _on(entries: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Those that are not switched off."""
    return [one for one in entries if text(told(one), "enabledState").lower() != "disabled"]


def _on_itself(entries: list[dict[str, Json]]) -> list[dict[str, Json]]:
    return [one for one in entries if text(one, "enabledState").lower() != "disabled"]


def leads_to(front: Json, hosts: set[str]) -> bool:
    """Whether one of its pools holds one of these host names."""
    return any(names & hosts for _, names in pools(front))
