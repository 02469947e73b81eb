"""The revisions of a resource and of what it rests on: what changed from one to the next, in sentences and as steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from inventory.comments import comments_about
from inventory.facts import Kind
from inventory.history import Step, diff
from inventory.models import Change, Function, Resource, Snapshot
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


def rests_on(resource: Resource) -> list[Resource]:
    """Whose changes matter to a resource besides its own: of a function its identity and that one's managed policies,
    of an identity its policies."""
    if resource.kind == Kind.IDENTITY:
        return policies_of(resource)
    function = Function.objects.filter(pk=resource.pk).select_related("identity__latest").first()
    identity = function.identity if function else None
    return [identity, *policies_of(identity)] if identity else []


def policies_of(identity: Resource) -> list[Resource]:
    """The managed policies that an identity's latest reading names."""
    attached = (identity.document.get("policies") or {}).get("policies", [])
    names = [entry["id"] for entry in attached if isinstance(entry, dict) and entry.get("id")]
    return list(Resource.objects.filter(account=identity.account_id, kind=Kind.POLICY, native_id__in=names))


def changes_of(others: Iterable[Resource]) -> QuerySet[Snapshot]:
    """The revisions of other resources in which something changed or became readable."""
    found = Snapshot.objects.filter(resource__in=[row.pk for row in others], number__gt=1)
    return found.exclude(changed=[], became_readable=[])


def timeline(resource: Resource, until: datetime | None = None) -> Iterator[Json]:
    """Everything that its timeline tells, newest first: its revisions, when it was gone, changes of what it rests on.

    Each has the shape of `revisions`, and `event`, `kind`, `name` and `uid` of the resource it is about, and the
    comments on it. `until`: only what was known by that time.
    """
    told = [_about(resource, row, "added" if row["number"] == 1 else "changed") for row in revisions(resource)]
    told += [_gone(resource, snapshot) for snapshot in resource.snapshots.exclude(gone_at=None).defer("document")]
    others = {row.pk: row for row in rests_on(resource)}
    for after in changes_of(others.values()).iterator(chunk_size=50):
        other = others[after.resource_id]
        before = other.snapshots.filter(number=after.number - 1).first()
        told.append(_about(other, _revision(other, after, before), "changed"))
    # At one moment its own comes first, and what was gone at a time is told before what was so until then.
    told.sort(key=lambda row: (row["at"], row["uid"] == resource.uid, row["event"] == "removed"), reverse=True)
    said = comments_about([resource.pk, *others], until)
    for row in told:
        if until is None or row["at"] <= until:
            yield {**row, "comments": [] if row["event"] == "removed" else said.get((row["uid"], row["number"]), [])}


def _about(resource: Resource, row: Json, event: str) -> Json:
    return {**row, "event": event, "kind": resource.kind, "name": resource.name, "uid": resource.uid}


def _gone(resource: Resource, snapshot: Snapshot) -> Json:
    """A complete reading no longer found it, in the configuration of this snapshot."""
    line = Line(f"{resource.kind.capitalize()} is gone", "removed")
    row = {
        "number": snapshot.number, "at": snapshot.gone_at, "changed_after": None, "changed": [], "became_readable": [],
        "unread": [], "renormalized": False, "risk": str(risk_of([line])), "lines": [line_json(line)],
    }  # fmt: skip
    return _about(resource, row, "removed")


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
