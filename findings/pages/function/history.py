"""What changed, when, and by whom: revisions of the function and of its identity, and any two of them compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest

from findings.pages import _asked, _timeline
from findings.pages._diff import compare
from findings.pages.function.subject import Subject
from inventory.comments import LONGEST, comments_on
from inventory.models import Account, Resource, RevisionComment
from inventory.models.people import may
from inventory.revisions import policies_of
from inventory.semantics import lines


def context(subject: Subject) -> dict[str, Any]:
    return {
        **of_resource(subject.request, subject.resource, beside(subject.identity), subject.function.account),
        "next_reading": subject.function.account.due_at,
    }


def beside(identity: Resource | None) -> list[Resource]:
    """What a function's timeline tells besides its own changes: those of its identity and of the policies attached."""
    return [identity, *policies_of(identity)] if identity else []


def of_resource(
    request: HttpRequest, resource: Resource, others: Sequence[Resource], account: Account
) -> dict[str, Any]:
    """The timeline and the comparison of one resource, with the changes of others that matter to it in between."""
    latest = resource.latest.number if resource.latest else 0
    before, asked = _asked.number(request, "before") or latest + 1, request.GET.get("show", "")
    own = _timeline.revisions_of(resource, asked, before)
    comparison = _comparison(request, resource, latest)
    shown = comparison["after"] if comparison else resource.latest
    comments = comments_on({*(row.pk for row in own), *([shown.pk] if shown else [])})
    entries = _timeline.entries(resource, others, own, asked, newest=before > latest, every=account.every_minutes)
    return {
        "entries": [_commented(entry, comments) for entry in entries],
        "chips": _timeline.chips(resource, others, asked), "show": asked,
        "older": own[-1].number if len(own) == _timeline.PAGE and own[-1].number > 1 else None,
        "latest": latest,
        "comparison": comparison,
        "commented": {
            "resource": resource, "snapshot": shown, "comments": comments.get(shown.pk, []), "longest": LONGEST,
            "may": may(request.user, "triage", account),
        } if shown else None,
    }  # fmt: skip


def _commented(entry: _timeline.Entry, comments: Mapping[int, list[RevisionComment]]) -> _timeline.Entry:
    """The line with the comments on its revision, where it is one of the resource's own."""
    change = entry.change
    if not entry.own or change is None or change.snapshot is None or (change.row and change.row.event == "removed"):
        return entry
    return replace(entry, comments=comments.get(change.snapshot.pk, []))


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
