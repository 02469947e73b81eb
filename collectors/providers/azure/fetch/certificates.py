"""The certificates under which apps answer at host names of their own: one list, and none asked for where none is
bound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from collectors.provider import attempt
from collectors.providers.azure.fetch import queries
from collectors.providers.azure.fetch.sweeps import objects, properties, text
from collectors.providers.azure.reach import Reach
from collectors.providers.azure.routes import CERTIFICATES
from inventory.facts import Unread

Json = Any


def bound(reach: Reach, row: Mapping[str, Json]) -> dict[str, Json] | Unread:
    """The certificates that an app or slot names, by thumbprint; None for one that is not listed."""
    wanted = thumbprints(row)
    if not wanted:
        return {}
    known: dict[str, Json] | Unread = reach.once("certificates", lambda: attempt(_listed, reach))
    return known if isinstance(known, Unread) else {one: known.get(one) for one in wanted}


def thumbprints(row: Mapping[str, Json]) -> list[str]:
    """The thumbprints that the host names of an app or slot name, in upper case."""
    states = objects(properties(row).get("hostNameSslStates"))
    return sorted({text(one.get("thumbprint")).upper() for one in states} - {""})


def _listed(reach: Reach) -> dict[str, Json]:
    """By thumbprint. Resource Graph tells none also where none may be read: then Resource Manager is asked."""
    rows = objects(reach.either(lambda: reach.query(queries.CERTIFICATES), list) or reach.entries(CERTIFICATES))
    return {told.upper(): row for row in rows if (told := text(properties(row).get("thumbprint")))}
