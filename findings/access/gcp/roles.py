"""What Google's basic and predefined roles contain, for roles that were not read live.

A role read from the cloud (custom ones always, predefined ones when asked for) wins over this fallback. The data file
says its source, licence and date.
"""

import gzip
import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

CATALOGUE = Path(__file__).with_name("predefined_roles.json.gz")


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Any]:
    """The whole data file: source, licence, date, permissions, roles."""
    with gzip.open(CATALOGUE) as file:
        content: dict[str, Any] = json.load(file)
    return content


@lru_cache(maxsize=1)
def known_permissions() -> frozenset[str]:
    """Every permission that some role of the catalogue contains."""
    return frozenset(catalogue()["permissions"])


@lru_cache(maxsize=4096)
def bundled(role: str) -> frozenset[str] | None:
    """Permissions of a basic or predefined role in the bundled catalogue; None for a role it does not know."""
    gaps = catalogue()["roles"].get(role)
    if gaps is None:
        return None
    names: list[str] = catalogue()["permissions"]
    found: list[str] = []
    place = -1
    for gap in gaps.split():
        first, _, more = gap.partition("+")
        start = place + int(first)
        place = start + int(more or 0)
        found += names[start : place + 1]
    return frozenset(found)


def permissions_of(role: str, live: Mapping[str, Collection[str]]) -> frozenset[str] | None:
    """Permissions of a role: as read live, else bundled; None when neither knows it (never "it grants nothing")."""
    if role in live:
        known = live[role]
        return known if isinstance(known, frozenset) else frozenset(known)
    return bundled(role)
