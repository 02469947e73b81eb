"""The revisions of a resource: what changed from one to the next, in sentences and as steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inventory.history import Step, diff
from inventory.models import Change, Resource, Snapshot
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


def change_json(change: Change) -> Json:
    """A change (with resource, account and snapshot) as the API and the command line tell it."""
    resource = change.resource
    return {
        "uid": resource.uid, "native_id": resource.native_id, "resource_kind": resource.kind, "name": resource.name,
        "provider": resource.provider, "account": resource.account.native_id, "event": change.event,
        "revision": change.snapshot.number if change.snapshot else None,
        "at": change.at, "changed_after": change.changed_after, "risk": change.risk, "lines": change.lines,
        "became_public": change.became_public, "gained_admin": change.gained_admin,
        "told": change.told, "actor": change.actor, "actor_kind": change.actor_kind,
    }  # fmt: skip


def line_json(line: Line) -> Json:
    return {"text": line.text, "kind": line.kind, "risk": str(line.risk), "section": line.section}


def step_json(step: Step) -> Json:
    return {"op": step.op, "path": step.dotted, "before": step.before, "after": step.after}
