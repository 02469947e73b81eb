"""Tell the changes of snapshots that were stored before changes were told, and join them to the log."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import transaction

from inventory.chunks import batched
from inventory.models import Change, Resource, Scope, Snapshot
from inventory.record.actors import settle
from inventory.record.changes import Event, News, event_of, tell

CHUNK = 200


def fill_changes() -> tuple[int, int]:
    """Write what is missing; returns how many changes were told and how many were joined to the log. May be repeated.

    What was judged of functions at those times was not kept, so no change is marked as having made one public.
    """
    told = 0
    for some in batched(Resource.objects.order_by("pk").values_list("pk", flat=True).iterator(), CHUNK):
        with transaction.atomic():
            news = [one for row in _rows(some) for one in _missing(row)]
            tell(news)
        told += len(news)
    return told, sum(settle(scope, limit=None) for scope in Scope.objects.select_related("account"))


def _rows(pks: tuple[int, ...]) -> Iterator[Resource]:
    return Resource.objects.filter(pk__in=pks).select_related("scope").order_by("pk").iterator()


def _missing(row: Resource) -> Iterator[News]:
    known = set(Change.objects.filter(resource=row).values_list("snapshot", "event"))
    earlier: Snapshot | None = None
    for snapshot in row.snapshots.order_by("number").iterator(chunk_size=50):
        for one in _news(row, earlier, snapshot):
            if (snapshot.pk, str(one.event)) not in known:
                yield one
        earlier = snapshot


def _news(row: Resource, earlier: Snapshot | None, snapshot: Snapshot) -> Iterator[News]:
    """What a snapshot told when it came, and when it ended."""
    if earlier is None:
        begun = row.scope.first_read_at
        if begun and snapshot.at > begun and row.kind != "account":
            yield News(row, snapshot, Event.ADDED, {}, None)
    elif event := event_of(snapshot, returned=earlier.gone_at is not None):
        yield News(row, snapshot, event, earlier.document, snapshot.changed_after)
    if snapshot.gone_at:
        yield News(row, snapshot, Event.REMOVED, {}, row.seen_at if row.gone_at == snapshot.gone_at else None)
