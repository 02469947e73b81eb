"""From a raw entry of a listing to what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from collectors.provider import Malformed, Raw
from collectors.providers.gcp.normalize.functions import function
from collectors.providers.gcp.normalize.identities import service_account
from collectors.providers.gcp.normalize.levels import level
from collectors.providers.gcp.normalize.roles import role
from collectors.shapes import Unusable
from inventory.facts import Observation

Json = Any

#: Raised by one whenever the same answer comes out as another document, so that it is not taken for a change there.
NORMALIZER = 2

_BY_LISTING: dict[str, Callable[[Mapping[str, Json], str], Iterable[Observation]]] = {
    "functions": function,
    "run functions": function,
    "service accounts": service_account,
    "roles": role,
    "project": level,
}


def normalize(listing: str, raw: Raw) -> Iterable[Observation]:
    """The observations in a raw entry. Raises Malformed for an entry that has no identity or cannot be taken apart."""
    try:
        return list(_BY_LISTING[listing](raw, listing))
    except Unusable as unusable:
        raise Malformed(str(unusable)) from unusable
    except RecursionError as error:
        raise Malformed("The entry is nested too deep to be read.") from error
