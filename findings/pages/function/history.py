"""What changed, when, and by whom: revisions of the function and of its identity, and any two of them compared."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest

from findings.pages import _asked, _timeline
from findings.pages._diff import compare
from findings.pages.function.subject import Subject
from inventory.facts import Kind
from inventory.models import Resource
from inventory.semantics import lines


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
    before, asked = _asked.number(request, "before") or latest + 1, request.GET.get("show", "")
    own = _timeline.revisions_of(resource, asked, before)
    return {
        "entries": _timeline.entries(resource, others, own, asked, newest=before > latest, every=every),
        "chips": _timeline.chips(resource, others, asked), "show": asked,
        "older": own[-1].number if len(own) == _timeline.PAGE and own[-1].number > 1 else None,
        "latest": latest,
        "comparison": _comparison(request, resource, latest),
    }  # fmt: skip


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
        "left_title": f"Revision {before.number}", "right_title": f"Revision {after.number}",
        "before": before, "after": after, "lines": lines(before.document, after.document, readable, resource.kind),
        "diff": compare(before.document, after.document, readable, noise=noise), "noise": noise,
        "unfold": "unfold" in request.GET,
        "earlier": (max(start - 1, 1), max(to - 1, 1)) if to > 2 or start > 1 else None,
        "later": (start + 1, to + 1) if to < latest else None,
    }  # fmt: skip
