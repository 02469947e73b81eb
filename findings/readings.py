"""What the readings themselves tell rules: when code changed, and how an account was read last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from findings.seen import SeenCodeChange, SeenGap, SeenReading
from inventory.facts import ReadState
from inventory.freshness import freshness
from inventory.models import Account, ScopeCoverage, Snapshot

#: Gaps of one account that are shown to rules.
MOST_GAPS = 200


def code_changes(functions: Sequence[int], since: datetime) -> dict[int, tuple[SeenCodeChange, ...]]:
    """The changes of code that were seen after `since`, by resource, newest first.

    The first sight of a function is no change of it, and neither is our reading the same answer otherwise.
    """
    rows = Snapshot.objects.filter(
        resource__in=functions, at__gt=since, changed_after__gt=since, renormalized=False
    ).order_by("-number")
    found: defaultdict[int, list[SeenCodeChange]] = defaultdict(list)
    for resource, number, after, at, changed in rows.values_list(
        "resource_id", "number", "changed_after", "at", "changed"
    ):
        if after is not None and "code" in changed:
            found[resource].append(SeenCodeChange(number, after, at))
    return {resource: tuple(changes) for resource, changes in found.items()}


def reading_of(account: Account, at: datetime) -> SeenReading:
    """How an account was read last, with every part that is missing."""
    [state] = freshness(Account.objects.filter(pk=account.pk), at)
    rows = ScopeCoverage.objects.filter(scope__account=account).exclude(
        state__in=[ReadState.COMPLETE, ReadState.NOT_APPLICABLE]
    )
    gaps = rows.order_by("part", "scope__name").values_list(
        "scope__name", "part", "state", "reason", "permission", "optional", "listing"
    )
    return SeenReading(
        state=state.state, complete_at=state.complete_at, every_minutes=account.every_minutes,
        gaps=tuple(SeenGap(*gap) for gap in gaps[:MOST_GAPS]),
    )  # fmt: skip
