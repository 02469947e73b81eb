"""The next snapshot of a resource: what was read now over what was known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from inventory.history import digest
from inventory.models import Resource, Scope, ScopeCoverage, Snapshot
from inventory.record.prepare import Document, Prepared
from inventory.record.unread import unread_now

#: Sections that the list answers of every cloud carry; a change in others may be older than the latest listing.
LISTED = frozenset({"config", "code", "environment", "identity"})


@dataclass(frozen=True)
class Reading:
    """One reading of one scope: when, by which run and normalizer; `before` is the coverage it found, by part."""

    scope: Scope
    at: datetime
    run: int | None = None
    normalizer: int = 1
    keep_raw: bool = True
    before: Mapping[str, ScopeCoverage] = field(default_factory=dict)


def differs(row: Resource, one: Prepared) -> bool:
    """Whether a snapshot is due: the first, one after a return, or one for sections that say something else."""
    if row.latest is None or row.gone_at is not None:
        return True
    return any(row.latest.digests.get(name) != value for name, value in one.digests.items())


def next_snapshot(reading: Reading, row: Resource, one: Prepared, before: Document) -> Snapshot:
    """The snapshot after the latest; a part not read keeps its last value."""
    earlier = row.latest
    known: dict[str, str] = earlier.digests if earlier else {}
    digests = {**known, **one.digests}
    changed = sorted(name for name, value in one.digests.items() if name in known and known[name] != value)
    return Snapshot(
        resource=row,
        number=earlier.number + 1 if earlier else 1,
        at=reading.at,
        changed_after=_changed_after(reading, row, one, changed) if earlier else None,
        digest=digest(digests),
        digests=digests,
        document={**before, **one.sections},
        unread=unread_now(row, one),
        became_readable=sorted(one.digests.keys() - known.keys()) if earlier else [],
        changed=changed,
        normalizer=reading.normalizer,
        run=reading.run,
        renormalized=bool(earlier and earlier.normalizer != reading.normalizer),
    )


def is_change(snapshot: Snapshot) -> bool:
    """Whether the cloud changed: not that we may read more now, nor that we read it otherwise."""
    return bool(snapshot.changed and not snapshot.renormalized)


def _changed_after(reading: Reading, row: Resource, one: Prepared, changed: Iterable[str]) -> datetime:
    """The latest time at which the earlier configuration was still seen in what changed; rather too early than late."""
    assert row.latest is not None
    if row.gone_at is not None:
        return row.gone_at
    if not row.unread.keys().isdisjoint(changed):
        return row.latest.at
    listing = reading.before.get(row.listing) or ScopeCoverage()
    read = [row.seen_at if row.missing_since else _later(row.seen_at, listing.complete_at)]
    if not LISTED.issuperset(changed):
        if one.observation.core_read and row.core_at:
            read.append(_later(row.core_at, listing.core_at))
        if one.observation.detail_read and row.detail_at:
            read.append(_later(row.detail_at, listing.detail_at))
    return max(row.latest.at, min(read))


def _later(own: datetime, common: datetime | None) -> datetime:
    return max(own, common) if common else own
