"""What is gone: absence from a listing that was read completely, and mass disappearance only from the second on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Greatest

from inventory.chunks import batched
from inventory.models import ExposedBinding, Function, Identity, Resource, Scope, Snapshot
from inventory.record.changes import tell_removed

#: A complete reading that loses more than this share of a listing, and at least so many, is not believed at once.
MASS_SHARE, MASS_COUNT = 0.3, 10
CHUNK = 500


def settle_absence(
    scope: Scope, listing: str, seen: set[int], at: datetime, last_complete: datetime | None
) -> tuple[list[int], int]:
    """Decide what of a completely read listing is gone; returns the resources gone and how many are held back.

    One complete reading that misses a resource is enough, or as many as FANLIGHT_GONE_AFTER_READINGS says; where many
    vanish at once, two at least. Held ones (`missing_since`) are healed by a reading that sees them.
    """
    # What an event's own reading saw later than this one is dated says nothing here.
    present = Resource.objects.filter(scope=scope, listing=listing, gone_at=None).exclude(seen_at__gt=at)
    rows = dict(present.values_list("pk", "missed"))
    missing = rows.keys() - seen
    fresh = {pk for pk in missing if not rows[pk]}
    mass = len(fresh) >= MASS_COUNT and len(fresh) > MASS_SHARE * len(rows)
    needed = max(settings.GONE_AFTER_READINGS, 2 if mass else 1)
    gone = {pk for pk in missing if rows[pk] + 1 >= needed}
    for some in _resources(fresh):
        # The complete reading before this one saw them last; from now on the listing does not speak for them.
        if last_complete:
            some.update(seen_at=Greatest(F("seen_at"), last_complete))
    for some in _resources(missing - gone):
        some.update(missing_since=Coalesce(F("missing_since"), at), missed=F("missed") + 1)
    _mark_gone(sorted(gone), at)
    return sorted(gone), len(missing - gone)


def _mark_gone(gone: list[int], at: datetime) -> None:
    for some in _resources(gone):
        Snapshot.objects.filter(pk__in=some.values("latest")).update(gone_at=at)
        Function.objects.filter(pk__in=some.values("pk")).update(gone_at=at, changed_at=at)
        ExposedBinding.objects.filter(function__in=some.values("pk")).update(gone_at=at)
        Identity.objects.filter(pk__in=some.values("pk")).update(gone_at=at, changed_at=at)
        some.update(gone_at=at, missing_since=None, missed=0, changed_at=at)
    tell_removed(gone, at)


def _resources(pks: Iterable[int]) -> Iterable[QuerySet[Resource]]:
    return (Resource.objects.filter(pk__in=some) for some in batched(sorted(pks), CHUNK))
