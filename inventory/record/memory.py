"""What the inventory remembers of a scope, for a collector that reads it again."""

from datetime import datetime

from inventory.facts import Known
from inventory.models import Resource, Scope, ScopeCoverage

#: Refusals that will not pass by themselves; asking again before the refresh would only cost calls.
LASTING = frozenset({"denied", "not applicable", "unsupported"})


def known_of(scope: Scope, *, ask_refused: bool = False) -> dict[str, Known]:
    """The present resources of a scope: native id → what a collector needs to decide what to ask again.

    A resource with a part that failed last time has no `core_at` and no `detail_at`, so that it is asked again; with
    `ask_refused` (a person started the run, perhaps after granting a permission) also one with a part that was refused.
    """
    listings = {
        part: (core_at, detail_at)
        for part, core_at, detail_at in ScopeCoverage.objects.filter(scope=scope, listing=True).values_list(
            "part", "core_at", "detail_at"
        )
    }
    same: dict[datetime, datetime] = {}
    known = {}
    rows = Resource.objects.filter(scope=scope, gone_at=None, missing_since=None)
    for native_id, revision, listing, core_at, detail_at, unread in rows.values_list(
        "native_id", "revision", "listing", "core_at", "detail_at", "unread"
    ).iterator(chunk_size=5000):
        if unread and (ask_refused or any(why.get("error_class") not in LASTING for why in unread.values())):
            known[native_id] = Known(revision, None, None)
            continue
        all_core, all_detail = listings.get(listing, (None, None))
        core, detail = _later(core_at, all_core), _later(detail_at, all_detail)
        # Few distinct times stand in many rows: one object each keeps 100,000 entries small.
        known[native_id] = Known(
            revision, core and same.setdefault(core, core), detail and same.setdefault(detail, detail)
        )
    return known


def _later(own: datetime | None, common: datetime | None) -> datetime | None:
    return max(own, common) if own and common else own or common
