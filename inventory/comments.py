"""Comments on revisions: the only writer of them. Each deed is told to the audit log, a comment with its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction

from inventory.audit import audit
from inventory.history import clean
from inventory.models import RevisionComment, Snapshot

#: Characters of one comment.
LONGEST = 2000
Json = dict[str, Any]
_UNUSED = ("snapshot__document", "snapshot__digests")


class WrongComment(ValueError):
    """What was said cannot be kept; the message says why."""


def comment(snapshot: Snapshot, text: str, request: Any, at: datetime) -> RevisionComment:
    """Keep what whoever asks says of a revision (with its resource and account). Raises WrongComment."""
    words = str(clean(text.strip()))
    if not words:
        raise WrongComment("A comment needs words.")
    if len(words) > LONGEST:
        raise WrongComment(f"At most {LONGEST} characters are kept; these are {len(words)}.")
    by, resource = request.user, snapshot.resource
    with transaction.atomic():
        made = RevisionComment.objects.create(snapshot=snapshot, at=at, by=by, by_name=by.get_username(), text=words)
        told = {"resource": resource.name, "uid": resource.uid, "revision": snapshot.number, "said": words}
        audit("comment", request, of=made, account=resource.account, after=told, at=at)
    return made


def withdraw(made: RevisionComment, request: Any, at: datetime) -> bool:
    """Withdraw one's own; False when it was withdrawn already. Raises PermissionDenied for somebody else's."""
    if made.by_id != request.user.pk:
        raise PermissionDenied("Only who wrote a comment may withdraw it.")
    resource = made.snapshot.resource
    with transaction.atomic():
        done = RevisionComment.objects.filter(pk=made.pk, withdrawn_at=None).update(withdrawn_at=at)
        if done:
            told = {"resource": resource.name, "uid": resource.uid, "revision": made.snapshot.number, "withdrawn": True}
            audit("comment", request, of=made, account=resource.account, after=told, at=at)
    return bool(done)


def comments_on(snapshots: Iterable[int]) -> dict[int, list[RevisionComment]]:
    """Keys of snapshots → their comments, oldest first."""
    found: dict[int, list[RevisionComment]] = defaultdict(list)
    for one in RevisionComment.objects.filter(snapshot__in=list(snapshots)).order_by("pk"):
        found[one.snapshot_id].append(one)
    return dict(found)


def comments_about(resources: Iterable[int], until: datetime | None = None) -> dict[tuple[str, int], list[Json]]:
    """(uid, number of the revision) → the comments on it, oldest first; `until`: only those of that time."""
    found: dict[tuple[str, int], list[Json]] = defaultdict(list)
    rows = RevisionComment.objects.filter(snapshot__resource__in=list(resources)).order_by("pk")
    for one in (rows.filter(at__lte=until) if until else rows).select_related("snapshot__resource").defer(*_UNUSED):
        found[one.snapshot.resource.uid, one.snapshot.number].append(comment_json(one))
    return found


def comment_json(one: RevisionComment) -> Json:
    """A comment as exports and the command line tell it."""
    return {"at": one.at, "by": one.by_name, "text": one.words, "withdrawn_at": one.withdrawn_at}
