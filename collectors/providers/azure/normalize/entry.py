"""Raw entry → observations, listing by listing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collectors.provider import Malformed
from collectors.providers.azure.normalize.app import app
from collectors.providers.azure.normalize.identity import identity, role, subscription
from inventory.facts import Observation

Json = Any

#: Counts up whenever the same answer is read otherwise, so that our change never looks like the cloud's.
NORMALIZER = 2

_LISTINGS: dict[str, Callable[[Mapping[str, Json]], Iterable[Observation]]] = {
    "functions": app,
    "identities": identity,
    "roles": role,
    "subscription": subscription,
}


def normalize(listing: str, raw: Mapping[str, Json]) -> Iterable[Observation]:
    """What a raw entry means; raises Malformed for one that cannot be understood."""
    if not isinstance(raw, Mapping) or listing not in _LISTINGS:
        raise Malformed(f"An entry of {listing} is no object.")
    return list(_LISTINGS[listing](raw))
