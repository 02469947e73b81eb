"""Store what the clouds' logs say, each event once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from inventory.chunks import batched
from inventory.facts import ActivityFact
from inventory.history import clean
from inventory.models import Activity, Resource, Scope
from inventory.record.prepare import clip

CHUNK = 500


def record_activity(scope: Scope, events: Sequence[ActivityFact], until: datetime | None) -> int:
    """Add log entries of a scope and move its watermark to `until` (None leaves it); returns how many were new."""
    added = 0
    for some in batched(events, CHUNK):
        with transaction.atomic():
            rows = {row.event_id: row for row in (_row(scope, event) for event in some) if row.event_id}
            known = Activity.objects.filter(account=scope.account_id, event_id__in=rows)
            for event_id in known.values_list("event_id", flat=True):
                del rows[event_id]
            found = _resources(scope, {row.subject for row in rows.values() if row.subject})
            for row in rows.values():
                row.resource_id = found.get(row.subject)
            Activity.objects.bulk_create(rows.values(), ignore_conflicts=True)
            added += len(rows)
    if until and (scope.activity_until is None or until > scope.activity_until):
        scope.activity_until = until
        Scope.objects.filter(pk=scope.pk).update(activity_until=until)
    return added


def link_activity(account_id: int, added: Mapping[str, int]) -> None:
    """Point earlier entries of the log to resources that were not known when they were stored: native id → resource."""
    waiting = Activity.objects.filter(account=account_id, resource=None, subject__in=added) if added else ()
    rows = list(waiting)
    for row in rows:
        row.resource_id = added[row.subject]
    Activity.objects.bulk_update(rows, ["resource"], batch_size=CHUNK)


def _resources(scope: Scope, subjects: Iterable[str]) -> dict[str, int]:
    """The resources these subjects name: by native id in the account, else by a name that is single in the scope."""
    wanted = set(subjects)
    if not wanted:
        return {}
    by_id = Resource.objects.filter(account=scope.account_id, native_id__in=wanted).values_list("native_id", "pk")
    found = dict(by_id)
    named: dict[str, set[int]] = {}
    by_name = Resource.objects.filter(scope=scope, name__in=wanted - found.keys())
    for name, pk in by_name.values_list("name", "pk"):
        named.setdefault(name, set()).add(pk)
    return {**{name: pks.pop() for name, pks in named.items() if len(pks) == 1}, **found}


def _row(scope: Scope, event: ActivityFact) -> Activity:
    return Activity(
        account_id=scope.account_id,
        event_id=clip(event.event_id, 128),
        at=event.at,
        region=clip(scope.name, 60),
        action=clip(event.action, 200),
        subject=clip(event.subject, 1024),
        actor=clip(event.actor, 1024),
        actor_kind=clip(event.actor_kind, 20),
        source_ip=clip(event.source_ip, 200),
        user_agent=clip(event.user_agent, 512),
        request_id=clip(event.request_id, 128),
        outcome=clip(event.outcome, 120),
        detail=clean(dict(event.detail)),
    )
