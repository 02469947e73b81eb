"""Join changes to the entries of the cloud's log that made them, as far as the log was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from inventory.attribution import Act, Happening, Log, Told, Verdict, attribute
from inventory.chunks import batched
from inventory.models import Activity, Change, ChangeAct, Resource, Scope, Snapshot

#: An entry may come so late that nothing is certain before the log was read so far beyond the change.
LATE = timedelta(hours=1)
CHUNK = 200
#: So many at the end of one reading; what waits longer (a log connected late) is done by the following ones.
AT_ONCE = 5000

Json = Any


def settle(scope: Scope, *, limit: int | None = AT_ONCE) -> int:
    """Weigh what the log of a scope now tells of its changes that are not settled; returns how many were weighed."""
    until = scope.activity_until
    unsettled = Change.objects.filter(account=scope.account_id, resource__scope=scope, settled=False)
    waiting = list(unsettled.order_by("-at", "-pk").values_list("pk", "at", "told")[:limit])
    fresh = [pk for pk, at, told in waiting if not told and (until is None or at > until)]
    for some in batched(fresh, CHUNK):
        Change.objects.filter(pk__in=some).update(told=Told.UNLOGGED if until is None else Told.BEHIND)
    if until is None:
        return 0
    ready = [pk for pk, at, _ in waiting if at <= until]
    for some in batched(ready, CHUNK):
        with transaction.atomic():
            _weigh(Change.objects.filter(pk__in=some).select_related("resource", "snapshot"), scope)
    return len(ready)


def settle_early(scope: Scope, resources: Iterable[int], at: datetime) -> None:
    """Weigh the changes of these resources at this time against what single events told, before the log is read so far.

    Only an actor who is found counts. Nothing is settled by it: the log weighs again when it comes.
    """
    fresh = Change.objects.filter(resource__in=list(resources), at=at, settled=False)
    waiting = Told.UNLOGGED if scope.activity_until is None else Told.BEHIND
    fresh.filter(told="").update(told=waiting)
    with transaction.atomic():
        _weigh(fresh.select_related("resource", "snapshot"), scope, early=at)


def _weigh(rows: QuerySet[Change], scope: Scope, early: datetime | None = None) -> None:
    changes = list(rows.defer("search_text", "snapshot__digests"))
    before, acts = _before(changes), _acts(changes)
    log = Log(early or scope.activity_until)
    claims = []
    for change in changes:
        verdict = attribute(_happening(change, before), acts.get(change.resource_id, ()), log)
        if early and verdict.told not in (Told.FOUND, Told.SEVERAL):
            continue
        _note(change, verdict, scope)
        claims += [
            ChangeAct(change=change, activity_id=one.act, sure=one.sure, aspects=list(one.aspects))
            for one in verdict.claims
        ]
    ChangeAct.objects.filter(change__in=[change.pk for change in changes]).delete()
    ChangeAct.objects.bulk_create(claims, batch_size=500)
    Change.objects.bulk_update(changes, ["told", "actor", "actor_kind", "settled"], batch_size=CHUNK)


def _note(change: Change, verdict: Verdict, scope: Scope) -> None:
    change.told, change.actor, change.actor_kind = verdict.told, verdict.actor, verdict.actor_kind
    until = scope.activity_until
    change.settled = verdict.told == Told.UNDATED or (until is not None and until >= change.at + LATE)


def _happening(change: Change, before: Mapping[tuple[int, int], Json]) -> Happening:
    """What the attribution needs of a change: the parts that its sentences are about, as they were and as they are."""
    provider, snapshot = change.resource.provider, change.snapshot
    event = "added" if change.event == Change.Event.RETURNED else str(change.event)
    if event != Change.Event.CHANGED or snapshot is None:
        return Happening(provider, event, (), change.changed_after, change.at)
    earlier = before.get((change.resource_id, snapshot.number - 1), {})
    sections = {line["section"] for line in change.lines if line["section"] in snapshot.changed} or snapshot.changed
    return Happening.between(provider, earlier, snapshot.document, sections, change.changed_after, change.at)


def _before(changes: Sequence[Change]) -> dict[tuple[int, int], Json]:
    """The documents before these changes, by resource and number."""
    which = Q(pk__in=[])
    for change in changes:
        if change.event == Change.Event.CHANGED and change.snapshot:
            which |= Q(resource_id=change.resource_id, number=change.snapshot.number - 1)
    rows = Snapshot.objects.filter(which).values_list("resource_id", "number", "document")
    return {(resource, number): document for resource, number, document in rows}


def _acts(changes: Sequence[Change]) -> dict[int, list[Act]]:
    """The entries of the log that name each of these resources, in the time they are about."""
    starts = [change.changed_after for change in changes if change.changed_after]
    if not starts:
        return {}
    resources = {change.resource_id: change.resource for change in changes}
    during = Activity.objects.filter(at__gt=min(starts), at__lte=max(change.at for change in changes), outcome="ok")
    by_id: dict[str, list[int]] = {}
    for resource in resources.values():
        by_id.setdefault(resource.native_id, []).append(resource.pk)
    named = during.filter(Q(resource__in=resources) | Q(subject__in=by_id)).select_related("account")
    found: dict[int, dict[int, Act]] = {pk: {} for pk in resources}
    for entry in named:
        whom = {entry.resource_id, *by_id.get(entry.subject, ())} & resources.keys()
        for pk in whom:
            if resources[pk].provider == entry.account.provider:
                found[pk][entry.pk] = _act(entry)
    for pk, act in _beside(during, resources.values()):
        found[pk][act.pk] = act
    return {pk: list(acts.values()) for pk, acts in found.items()}


def _beside(during: QuerySet[Activity], resources: Iterable[Resource]) -> Iterable[tuple[int, Act]]:
    """Entries that name a resource elsewhere than as what was written to: the member of a Google policy (its roles
    stand on projects), the assignments of a subscription."""
    members = {f":{one.native_id.lower()}": one.pk for one in resources
               if one.provider == "gcp" and one.kind == "identity"}  # fmt: skip
    if members:
        entries = during.filter(account__provider="gcp", action__endswith=":SetIamPolicy").select_related("account")
        for entry in entries:
            for member in {str(one.get("member", "")).lower() for one in entry.detail.get("policy") or ()}:
                pk = members.get(f":{member.partition(':')[2]}")
                if pk is not None:
                    yield pk, _act(entry)
    holders = {one.account_id: one for one in resources if one.provider == "azure" and one.kind == "account"}
    if holders:
        given = during.filter(account__in=holders, action__istartswith="Microsoft.Authorization/roleAssignments/")
        for entry in given.select_related("account"):
            yield holders[entry.account_id].pk, _act(entry)


def _act(entry: Activity) -> Act:
    return Act(
        entry.pk, entry.at, entry.account.provider, entry.action, entry.actor, entry.actor_kind, entry.outcome,
        entry.detail,
    )  # fmt: skip
