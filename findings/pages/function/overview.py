"""What is it, and is it dangerous? A sentence, who and what it touches, and the last changes."""

from __future__ import annotations

from typing import Any

from findings.pages import _because as because
from findings.pages import _feed
from findings.pages.function.sentence import summary
from findings.pages.function.subject import Subject

LAST_CHANGES = 5
WAYS_SHOWN = 4


def context(subject: Subject) -> dict[str, Any]:
    function, ways = subject.function, because.ways(subject.posture, "invoke")
    snapshots = subject.resource.snapshots.filter(renormalized=False).select_related("resource__account")
    return {
        "sentences": summary(subject),
        "changes": _feed.described(list(snapshots[:LAST_CHANGES])),
        "tags": list(function.tags.order_by("key")),
        "triggers": list(function.triggers.order_by("kind", "source")),
        "entry_points": list(function.entry_points.order_by("kind", "url")),
        "ways": ways[:WAYS_SHOWN],
        "way_count": len(ways),
    }
