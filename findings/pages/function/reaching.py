"""How far an identity gets, as its own page and those of its functions show it."""

from __future__ import annotations

from typing import Any

from findings.reach import Reach, reach_of
from inventory.models import Identity

#: Identities and resources that are named; the rest is counted.
SHOWN = 12


def of_reach(row: Identity | None) -> dict[str, Any]:
    """The numbers and the nearest identities; nothing is known of an identity never read or never judged."""
    reach = reach_of(row) if row and hasattr(row, "posture") else None
    return {"reach": reach, **(_shown(reach) if reach else {})}


def _shown(reach: Reach) -> dict[str, Any]:
    return {
        "reach_steps": reach.identities[:SHOWN], "reach_resources": sorted(reach.resources)[:SHOWN],
        "reach_whole": sorted(reach.whole),
    }  # fmt: skip
