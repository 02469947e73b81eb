"""What changed, when, and by whom: revisions of the function and of its identity, and any two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest

from findings.pages import _asked, _feed
from findings.pages._diff import compare
from findings.pages.function.subject import Subject
from inventory.facts import Kind
from inventory.models import Activity, Resource, Snapshot
from inventory.semantics import lines

PAGE = 25


@dataclass(frozen=True)
class Entry:
    """One line of the timeline. `gap` tells that nothing was read for longer than usual before it: the change is dated
    to the first reading after; `actors` did something to the resource in that time, as the cloud's log says."""

    change: _feed.Change
    own: bool
    gap: bool
    actors: Sequence[str] = ()


def context(subject: Subject) -> dict[str, Any]:
    return {
        **of_resource(
            subject.request, subject.resource, beside(subject.identity), subject.resource.account.every_minutes
        ),
        "next_reading": subject.function.account.due_at,
    }


def beside(identity: Resource | None) -> list[Resource]:
    """What a function's timeline tells besides its own changes: those of its identity and of the policies attached."""
    return [identity, *policies_of(identity)] if identity else []


def policies_of(identity: Resource) -> list[Resource]:
    """The managed policies that an identity's latest reading names."""
    attached = (identity.document.get("policies") or {}).get("policies", [])
    names = [entry["id"] for entry in attached if isinstance(entry, dict) and entry.get("id")]
    return list(Resource.objects.filter(account=identity.account_id, kind=Kind.POLICY, native_id__in=names))


def of_resource(request: HttpRequest, resource: Resource, others: Sequence[Resource], every: int) -> dict[str, Any]:
    """The timeline and the comparison of one resource, with the changes of others that matter to it in between."""
    latest = resource.latest.number if resource.latest else 0
    before = _asked.number(request, "before") or latest + 1
    own = list(
        resource.snapshots.filter(number__lt=before).order_by("-number").select_related("resource__account")[:PAGE]
    )
    theirs = _theirs(others, own, newest=before > latest)
    changes = _feed.described(own) + _feed.described(theirs)
    changes.sort(key=lambda change: (change.at, change.resource.pk == resource.pk), reverse=True)
    actors = _actors(changes)
    usual = timedelta(minutes=2 * every)
    entries = [
        Entry(change, change.resource.pk == resource.pk, _is_late(change, usual), actors.get(number, ()))
        for number, change in enumerate(changes)
    ]
    return {
        "entries": entries,
        "older": own[-1].number if own and own[-1].number > 1 else None,
        "latest": latest,
        "comparison": _comparison(request, resource, latest),
    }


def _is_late(change: _feed.Change, usual: timedelta) -> bool:
    """Whether the change may have happened long before the reading that saw it."""
    return bool(change.snapshot and change.snapshot.changed and change.gap and change.gap > usual)


def _theirs(others: Sequence[Resource], own: Sequence[Snapshot], *, newest: bool) -> list[Snapshot]:
    """The other resources' changes in the time that the shown revisions cover."""
    if not others or not own:
        return []
    found = (
        Snapshot.objects.filter(resource__in=[row.pk for row in others], number__gt=1, at__gte=own[-1].at)
        .exclude(changed=[], became_readable=[])
        .order_by("-at", "-pk")
        .select_related("resource__account")
    )
    return list((found if newest else found.filter(at__lt=own[0].at))[:PAGE])


def _actors(changes: Sequence[_feed.Change]) -> dict[int, list[str]]:
    """Who did something to the resource between the reading before a change and the one that saw it, by place."""
    spans = {
        number: (change.resource.pk, change.snapshot.changed_after, change.at)
        for number, change in enumerate(changes)
        if change.snapshot and change.snapshot.changed_after and change.snapshot.changed
    }
    if not spans:
        return {}
    which = Q()
    for resource, after, until in set(spans.values()):
        which |= Q(resource=resource, at__gt=after, at__lte=until)
    events = list(
        Activity.objects.filter(which, outcome="ok").order_by("at").values_list("resource", "at", "actor")[:1000]
    )
    return {
        number: list(dict.fromkeys(a for r, at, a in events if r == resource and after < at <= until and a))
        for number, (resource, after, until) in spans.items()
    }


def _comparison(request: HttpRequest, resource: Resource, latest: int) -> dict[str, Any] | None:
    """The two revisions asked for (by default the newest and the one before it); None when there is only one."""
    to = _asked.number(request, "to") or latest
    start = _asked.number(request, "from") or max(to - 1, 1)
    if latest < 2 and to == start:
        return None
    start, to = sorted((start, to))
    rows = {row.number: row for row in resource.snapshots.filter(number__in=[start, to]).defer("digests")}
    if start not in rows or to not in rows:
        raise Http404
    between = resource.snapshots.filter(number__gt=start, number__lte=to).values_list("became_readable", flat=True)
    readable = sorted({section for sections in between for section in sections})
    before, after = rows[start], rows[to]
    noise = "noise" in request.GET
    return {
        "before": before, "after": after, "lines": lines(before.document, after.document, readable, resource.kind),
        "diff": compare(before.document, after.document, readable, noise=noise), "noise": noise,
        "unfold": "unfold" in request.GET,
        "earlier": (max(start - 1, 1), max(to - 1, 1)) if to > 2 or start > 1 else None,
        "later": (start + 1, to + 1) if to < latest else None,
    }  # fmt: skip
