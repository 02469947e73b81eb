"""Keep what was concluded of functions over time, and mark the changes that made one public or an administrator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from inventory.models import Change, Function, Posture, PostureStep
from inventory.rungs import EXPOSURE

KEPT = ("privilege", "invoke", "deploy", "reach", "egress", "latent")
PUBLIC = frozenset(EXPOSURE[EXPOSURE.index("public_authenticated") :])


def note_steps(postures: Sequence[Posture], before: Mapping[int, Posture]) -> None:
    """Write a step for each posture that differs from the one `before` (by function), and mark what made it so."""
    moved = [row for row in postures if _moved(before.get(row.function_id), row)]
    PostureStep.objects.bulk_create(
        [
            PostureStep(function_id=row.function_id, at=row.at, **{name: getattr(row, name) for name in KEPT})
            for row in moved
        ],
        update_conflicts=True, unique_fields=["function", "at"], update_fields=list(KEPT), batch_size=500,
    )  # fmt: skip
    _mark("became_public", [row for row in moved if _became_public(before, row)], before)
    _mark("gained_admin", [row for row in moved if _gained_admin(before, row)], before)


def _moved(earlier: Posture | None, row: Posture) -> bool:
    return earlier is None or any(getattr(earlier, name) != getattr(row, name) for name in KEPT)


def _became_public(before: Mapping[int, Posture], row: Posture) -> bool:
    earlier = before.get(row.function_id)
    return row.invoke in PUBLIC and (earlier is None or earlier.invoke not in (*PUBLIC, "unknown"))


def _gained_admin(before: Mapping[int, Posture], row: Posture) -> bool:
    earlier = before.get(row.function_id)
    return row.privilege == "admin" and (earlier is None or earlier.privilege not in ("admin", "unknown"))


def _mark(mark: str, rows: Sequence[Posture], before: Mapping[int, Posture]) -> None:
    """Mark the changes of these functions, or of the identities they run as, that were first seen when they were
    judged. What was judged otherwise without a change in the cloud (a newer rule of ours) marks nothing."""
    if not rows:
        return
    functions = [row.function_id for row in rows]
    runs_as = dict(Function.objects.filter(pk__in=functions).values_list("pk", "identity_id"))
    judged = {row.function_id: _judged(before.get(row.function_id)) for row in rows}
    changes = Change.objects.filter(
        resource__in={*functions, *(pk for pk in runs_as.values() if pk)}, at__lte=max(row.at for row in rows),
        at__gte=min(*judged.values(), *(row.at for row in rows)),
    ).exclude(event__in=[Change.Event.READABLE, Change.Event.REMOVED])  # fmt: skip
    seen: dict[int, list[tuple[datetime, int]]] = {}
    for pk, resource, at in changes.values_list("pk", "resource_id", "at"):
        seen.setdefault(resource, []).append((at, pk))
    order = (lambda pk: (runs_as.get(pk), pk)) if mark == "gained_admin" else (lambda pk: (pk, runs_as.get(pk)))
    marked = []
    for row in rows:
        news = (_newest(seen.get(who, ()), judged[row.function_id], row.at) for who in order(row.function_id) if who)
        marked += next(filter(None, news), [])
    Change.objects.filter(pk__in=marked).update(**{mark: True})


def _judged(earlier: Posture | None) -> datetime:
    """When a function was judged last; long ago when it never was."""
    return earlier.at if earlier else datetime.min.replace(tzinfo=UTC)


def _newest(changes: Sequence[tuple[datetime, int]], judged: datetime, at: datetime) -> list[int]:
    """The newest of these changes that were first seen `at` this time, or that nobody judged before: a worker that was
    killed had stored them."""
    unjudged = [(when, pk) for when, pk in changes if when == at or judged < when < at]
    last = max((when for when, _ in unjudged), default=at)
    return [pk for when, pk in unjudged if when == last]
