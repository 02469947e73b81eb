"""What is it, and is it dangerous? Sentences, who and what it touches, its gravest findings and its last changes."""

from __future__ import annotations

from typing import Any

from findings.models import Finding
from findings.pages import _because as because
from findings.pages import _feed
from findings.pages.function.sentence import summary
from findings.pages.function.subject import Subject
from findings.pages.function.use import use_of
from findings.present import title_of
from findings.states import ACTIVE

LAST_CHANGES = 5
WAYS_SHOWN = 4
DEPLOYERS_SHOWN = 2
FINDINGS_SHOWN = 5


def context(subject: Subject) -> dict[str, Any]:
    function, ways = subject.function, because.ways(subject.posture, "invoke")
    deployers = because.ways(subject.posture, "deploy")
    snapshots = subject.resource.snapshots.filter(renormalized=False).select_related("resource__account")
    return {
        "sentences": summary(subject),
        "changes": _feed.described(list(snapshots[:LAST_CHANGES])),
        "tags": list(function.tags.order_by("key")),
        "triggers": list(function.triggers.order_by("kind", "source")),
        "entry_points": list(function.entry_points.order_by("kind", "url")),
        "ways": ways[:WAYS_SHOWN],
        "way_count": len(ways),
        "deployers": deployers[:DEPLOYERS_SHOWN],
        "deployer_count": len(deployers),
        "out": because.reasons(subject.posture, "egress"),
        "use": use_of(subject),
        **_findings(subject),
    }


def _findings(subject: Subject) -> dict[str, Any]:
    """The gravest open findings, and how many there are."""
    rows = list(Finding.objects.filter(function=subject.function, state__in=ACTIVE).order_by("-risk", "-pk"))
    for row in rows[:FINDINGS_SHOWN]:
        row.title = title_of(row.rule)
    return {"findings": rows[:FINDINGS_SHOWN], "finding_count": len(rows)}
