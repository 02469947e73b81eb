"""The revisions of a resource: what changed from one to the next, in sentences and as steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from inventory.history import Step, diff
from inventory.models import Resource, Snapshot
from inventory.semantics import Line, lines, risk_of

Json = dict[str, Any]


def revisions(resource: Resource) -> Iterator[Json]:
    """Every revision, newest first, with the sentences of its change."""
    newer: Snapshot | None = None
    for snapshot in resource.snapshots.order_by("-number").iterator(chunk_size=50):
        if newer is not None:
            yield _revision(resource, newer, snapshot)
        newer = snapshot
    if newer is not None:
        yield _revision(resource, newer, None)


def _revision(resource: Resource, snapshot: Snapshot, earlier: Snapshot | None) -> Json:
    told = between(resource, earlier, snapshot)
    return {
        "number": snapshot.number,
        "at": snapshot.at,
        "changed_after": snapshot.changed_after,
        "changed": snapshot.changed,
        "became_readable": snapshot.became_readable,
        "unread": sorted(snapshot.unread),
        "renormalized": snapshot.renormalized,
        "risk": str(risk_of(told)),
        "lines": [line_json(line) for line in told],
    }


def between(resource: Resource, before: Snapshot | None, after: Snapshot) -> list[Line]:
    """What happened between two revisions, in sentences."""
    became = after.became_readable if before is not None and after.number == before.number + 1 else ()
    return lines(before.document if before else None, after.document, became, resource.kind)


def steps(before: Snapshot, after: Snapshot) -> list[Step]:
    """Every difference between two revisions, smallest parts first."""
    return list(diff(before.document, after.document))


def changes_json(snapshots: Sequence[Snapshot]) -> list[Json]:
    """Snapshots (with resource and account) as changes against the revision before each, in one query for all those."""
    wanted = Q(pk__in=[])
    for snapshot in snapshots:
        wanted |= Q(resource_id=snapshot.resource_id, number=snapshot.number - 1)
    earlier = {(one.resource_id, one.number): one for one in Snapshot.objects.filter(wanted)}
    told = []
    for snapshot in snapshots:
        resource = snapshot.resource
        said = between(resource, earlier.get((resource.pk, snapshot.number - 1)), snapshot)
        told.append({
            "uid": resource.uid, "native_id": resource.native_id, "resource_kind": resource.kind, "name": resource.name,
            "provider": resource.provider, "account": resource.account.native_id, "revision": snapshot.number,
            "at": snapshot.at, "changed_after": snapshot.changed_after, "risk": str(risk_of(said)),
            "lines": [line_json(line) for line in said],
        })  # fmt: skip
    return told


def line_json(line: Line) -> Json:
    return {"text": line.text, "kind": line.kind, "risk": str(line.risk), "section": line.section}


def step_json(step: Step) -> Json:
    return {"op": step.op, "path": step.dotted, "before": step.before, "after": step.after}
