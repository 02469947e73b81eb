"""How well a scope is known: the coverage of its listings and sections, and one word for all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from inventory.facts import Coverage, ReadState, Section
from inventory.models import Resource, Scope, ScopeCoverage

SECTIONS = frozenset(str(section) for section in Section)
NOTHING_TO_READ = frozenset({"not applicable", "unsupported"})


@dataclass
class _Gap:
    """The unread of one section: how many resources, of how many, and the first reason."""

    count: int = 0
    total: int = 0
    classes: Counter[str] = field(default_factory=Counter)
    reason: str = ""
    permission: str = ""


def section_coverage(
    scope: Scope, told: Mapping[str, int], before: Iterable[ScopeCoverage], optional: frozenset[str]
) -> list[Coverage]:
    """Coverage of each section told of now, unread now, or unread before: from what stands at the resources themselves.

    So a section that could not be read last time stays incomplete while this reading skips its resource.
    """
    counts = {row.part: row.count for row in before}
    unread_before = {row.part for row in before if row.part in SECTIONS and row.state != ReadState.COMPLETE}
    gaps = _gaps(scope)
    return [
        _covered(part, gaps[part], part in optional)
        if part in gaps
        else Coverage(
            part, ReadState.COMPLETE, count=max(told.get(part, 0), counts.get(part, 0)), optional=part in optional
        )
        for part in sorted(told.keys() | gaps.keys() | unread_before)
    ]


def _gaps(scope: Scope) -> dict[str, _Gap]:
    present = Resource.objects.filter(scope=scope, gone_at=None)
    groups = list(present.exclude(unread={}).values_list("kind", "unread").annotate(Count("pk")).order_by())
    totals = dict(present.values_list("kind").annotate(Count("pk")).order_by()) if groups else {}
    gaps: dict[str, _Gap] = {}
    kinds: dict[str, set[str]] = {}
    for kind, unread, count in groups:
        for part, why in unread.items():
            gap = gaps.setdefault(part, _Gap())
            gap.count += count
            gap.classes[why.get("error_class", "")] += count
            gap.reason = gap.reason or why.get("reason", "")
            gap.permission = gap.permission or why.get("permission", "")
            kinds.setdefault(part, set()).add(kind)
    for part, gap in gaps.items():
        gap.total = sum(totals[kind] for kind in kinds[part])
    return gaps


def _covered(part: str, gap: _Gap, optional: bool) -> Coverage:
    classes = gap.classes.keys()
    if classes <= NOTHING_TO_READ:
        state = ReadState.NOT_APPLICABLE if gap.count == gap.total else ReadState.COMPLETE
    elif gap.count < gap.total:
        state = ReadState.PARTIAL
    else:
        state = ReadState.DENIED if classes - NOTHING_TO_READ == {"denied"} else ReadState.FAILED
    reason = gap.reason
    if state is ReadState.PARTIAL:
        reason = f"{gap.count} of {gap.total} could not be read. {reason}"
    read = gap.total - gap.count
    return Coverage(part, state, reason, gap.permission, count=read, optional=optional)


def state_of(coverage: Sequence[Coverage]) -> str:
    """One word for a scope: complete · not applicable · partial · denied · failed. Nothing read at all is failed."""
    needed = [part for part in coverage if not part.optional]
    states = {part.state for part in needed}
    listings = {part.state for part in needed if part.listing}
    if not any(part.listing for part in coverage):
        return ReadState.FAILED
    if listings == {ReadState.NOT_APPLICABLE}:
        return ReadState.NOT_APPLICABLE
    if states <= {ReadState.COMPLETE, ReadState.NOT_APPLICABLE}:
        return ReadState.COMPLETE
    read_in_vain = listings - {ReadState.NOT_APPLICABLE}
    if read_in_vain == {ReadState.DENIED}:
        return ReadState.DENIED
    if read_in_vain and read_in_vain <= {ReadState.FAILED, ReadState.DENIED}:
        return ReadState.FAILED
    return ReadState.PARTIAL


def main_reason(coverage: Sequence[Coverage]) -> str:
    """The sentence to show for a scope: of what weighs most, never of what is optional.

    A listing before a section, functions before what stands around them, what was not read at all before a part.
    """
    faults = [
        part
        for part in coverage
        if part.reason and not part.optional and part.state not in (ReadState.COMPLETE, ReadState.NOT_APPLICABLE)
    ]
    if not faults and state_of(coverage) == ReadState.NOT_APPLICABLE:
        # A scope with nothing to read at all should still say why.
        faults = [part for part in coverage if part.listing and part.state is ReadState.NOT_APPLICABLE and part.reason]
    faults.sort(key=lambda part: (not part.listing, "functions" not in part.part, part.state is ReadState.PARTIAL))
    return faults[0].reason if faults else ""
