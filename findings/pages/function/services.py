"""What an identity holds service by service, set against what it used; and what it would lose with each policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from findings.access.holdings import LEVELS, Holdings, Loss, Slice
from findings.evaluate import judge_of
from inventory.models import Identity, Resource

Json = Any
#: So many services are drawn; a role with every right has hundreds.
SHOWN = 30
WIDTH = 160
#: IAM keeps at most so many days (IAM User Guide, "Refine permissions using last accessed information").
TRACKED_DAYS = 400
NOT_TOLD = {
    "aws": "Unknown: last-used reports are not switched on for this account (accounts add … --last-accessed).",
    "gcp": "Unknown: the recommender was not read for this project.",
    "azure": "Unknown: Azure does not tell which permissions an identity used.",
}


@dataclass(frozen=True)
class Part:
    """One level in a bar, in the units of the drawing."""

    level: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class ServiceRow:
    """One service. `used`: the month of the last use, "" for not used while it was tracked, None for unknown."""

    slice: Slice
    parts: Sequence[Part]
    used: str | None
    actions_used: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Usage:
    """Used versus granted. percent: how many of the services it may use were not used; None where that is unknown, and
    `why` says so. recommended: roles that the cloud's recommender calls too wide, and what it would put instead."""

    percent: int | None = None
    unused: Sequence[str] = ()
    tracked: int = 0
    why: str = ""
    permission: str = ""
    recommended: Sequence[Mapping[str, Json]] = ()


def of_services(identity: Resource | None, row: Identity | None) -> dict[str, Any]:
    """What the pages of a function and of an identity show alike; `row` is the same identity with its account."""
    if identity is None:
        return {"services": [], "losses": [], "usage": Usage()}
    told, fault = _holdings(row)
    known = {entry["service"]: entry for entry in used_services(identity) or ()}
    widest = max([one.held for one in told.slices], default=1)
    rows = [_row(one, widest, known) for one in told.slices]
    return {
        "services": rows[:SHOWN], "services_more": max(0, len(rows) - SHOWN), "services_fault": fault,
        "services_levels": [level for level in LEVELS if any(level in one.counts for one in told.slices)],
        "usage": usage(identity), "losses": told.losses, "level_now": told.level,
    }  # fmt: skip


def _holdings(row: Identity | None) -> tuple[Holdings, str]:
    """What it holds, or why that cannot be told."""
    judge = judge_of(row.account) if row else None
    if row is None or judge is None:
        return Holdings("unknown"), ""
    try:
        return judge.holdings(row), ""
    except ValueError as fault:
        return Holdings("unknown"), str(fault)


def _row(one: Slice, widest: int, known: Mapping[str, Mapping[str, Json]]) -> ServiceRow:
    parts, x = [], 0.0
    for level in LEVELS:
        if count := one.counts.get(level):
            width = max(1.5, count / widest * WIDTH)
            parts.append(Part(level, count, round(x, 1), round(width, 1)))
            x += width
    entry = known.get(one.service)
    actions = [(str(name), str(month)) for name, month in ((entry or {}).get("actions") or {}).items()]
    return ServiceRow(one, parts, None if entry is None else str(entry.get("month", "")), actions)


def used_services(identity: Resource) -> list[dict[str, Json]] | None:
    """What the cloud says of the last use of services; None when it was not asked or does not say."""
    if "usage" in identity.unread and "usage" not in identity.document:
        return None
    listed = (identity.document.get("usage") or {}).get("services")
    return listed if isinstance(listed, list) else None


def usage(identity: Resource) -> Usage:
    """Used versus granted, from what was last read."""
    told = identity.document.get("usage")
    why = identity.unread.get("usage") or {}
    if told is None:
        reason = f"Unknown: {why['reason']}" if why.get("reason") else NOT_TOLD.get(identity.provider, "Unknown.")
        return Usage(why=reason, permission=str(why.get("permission", "")))
    recommended = list(told.get("recommendations") or ())
    services = used_services(identity)
    if not services:
        said = "" if recommended or identity.provider == "aws" else "The recommender calls no role of it too wide."
        return Usage(why=said or ("" if recommended else "It may use no service that is tracked."),
                     recommended=recommended)  # fmt: skip
    unused = [str(entry["service"]) for entry in services if not entry.get("month")]
    return Usage(round(100 * len(unused) / len(services)), unused, len(services), recommended=recommended)


def named(losses: Sequence[Loss], name: str) -> Loss | None:
    """What goes with the policy of that name or id."""
    return next((one for one in losses if name in (one.source, one.name)), None)
