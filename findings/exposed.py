"""The bindings that the exposure page lists, as rows: each with the snapshot since which the function has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from findings import since as history
from findings.judge import FunctionVerdict
from findings.parties import Exposed, tab_of
from inventory.chunks import batched
from inventory.history import digest
from inventory.models import ExposedBinding, Function, Snapshot
from inventory.rungs import EXPOSURE, rung

Json = Any
Facts = frozenset[history.Fact]
#: Functions whose earlier configurations are in memory at once.
BATCH = 50


def exposed_rows(
    batch: Sequence[Function], verdicts: Mapping[int, FunctionVerdict], at: datetime
) -> list[ExposedBinding]:
    """Every way in to these functions, one row for each party; what is known of earlier rows is taken over."""
    told = {function.pk: _told(verdicts[function.pk].exposed) for function in batch}
    known = _known(batch)
    rows = []
    for some in batched(batch, BATCH):
        news = [one for one in some if any((one.pk, name) not in known for name in told[one.pk])]
        began = dict(_began(news, told)) if news else {}
        for function in some:
            for name, binding in told[function.pk].items():
                since = known.get((function.pk, name)) or began.get((function.pk, name)) or (None, None, False)
                rows.append(_row(function, binding, name, since, at))
    return rows


def _told(exposed: Sequence[Exposed]) -> dict[str, Exposed]:
    """Each binding of one party under its digest; of equal ones the widest, and one that is open before a closed."""
    found: dict[str, Exposed] = {}
    for binding in sorted(exposed, key=lambda one: (rung(EXPOSURE, one.level) or 0, not one.latent)):
        for party in binding.parties or ("",):
            one = replace(binding, parties=(party,) if party else ())
            found[_digest(one, party)] = one
    return found


def _digest(one: Exposed, party: str) -> str:
    return digest([one.part, one.action, one.principal, party, one.via, one.qualifier, one.condition])


Began = tuple[datetime | None, int | None, bool]


def _known(batch: Sequence[Function]) -> dict[tuple[int, str], Began]:
    """What was worked out earlier of bindings that the functions have without a break."""
    rows = ExposedBinding.objects.filter(function__in=[function.pk for function in batch], gone_at=None)
    columns = rows.values_list("function_id", "digest", "since", "since_number", "since_exact")
    return {(pk, name): (since, number, exact) for pk, name, since, number, exact in columns if since}


def _began(
    functions: Sequence[Function], told: Mapping[int, Mapping[str, Exposed]]
) -> Iterator[tuple[tuple[int, str], Began]]:
    marks = _marks(functions)
    earlier = _earlier(marks)
    for function in functions:
        latest, added = history.facts(function.resource.document), _was_added(function)
        for name, binding in told[function.pk].items():
            begun = history.since(
                binding,
                latest,
                marks.get(function.pk, ()),
                lambda number, pk=function.pk: earlier.get((pk, number)),  # type: ignore[misc]
                added,
            )
            if begun:
                yield (function.pk, name), (begun.at, begun.number, begun.exact)


def _marks(functions: Sequence[Function]) -> dict[int, list[history.Mark]]:
    """The snapshots of each function, newest first, without their documents."""
    rows = Snapshot.objects.filter(resource__in=[function.pk for function in functions]).order_by("-number")
    found: dict[int, list[history.Mark]] = {}
    for pk, number, at, changed, appeared, renormalized in rows.values_list(
        "resource_id", "number", "at", "changed", "became_readable", "renormalized"
    ):
        moved = not set(changed).isdisjoint(history.SECTIONS)
        came = renormalized or not set(appeared).isdisjoint(history.SECTIONS)
        found.setdefault(pk, []).append(history.Mark(number, at, moved, came))
    return found


def _earlier(marks: Mapping[int, Sequence[history.Mark]]) -> dict[tuple[int, int], Facts]:
    """What the configurations before each change said; only the parts that bindings rest on are loaded."""
    found: dict[tuple[int, int], Facts] = {}
    numbers: dict[int, set[int]] = {}
    for pk, told in marks.items():
        moved = [mark.number for mark in told[:-1] if mark.moved or mark.appeared]
        for number in moved[: history.MOST]:
            numbers.setdefault(number - 1, set()).add(pk)
    for number, pks in sorted(numbers.items()):
        rows = Snapshot.objects.filter(resource__in=pks, number=number)
        for pk, *parts in rows.values_list("resource_id", *(f"document__{name}" for name in history.SECTIONS)):
            found[pk, number] = history.facts(_document(parts))
    return found


def ages(function: Function, bindings: Sequence[Exposed]) -> list[history.Since | None]:
    """Since when one function has each of these bindings, in two queries."""
    marks = _marks([function]).get(function.pk, [])
    numbers = [mark.number - 1 for mark in marks[:-1] if mark.moved or mark.appeared][: history.MOST]
    rows = Snapshot.objects.filter(resource=function.pk, number__in=numbers)
    columns = rows.values_list("number", *(f"document__{name}" for name in history.SECTIONS))
    earlier = {number: history.facts(_document(parts)) for number, *parts in columns}
    latest, added = history.facts(function.resource.document), _was_added(function)
    return [history.since(binding, latest, marks, earlier.get, added) for binding in bindings]


def _was_added(function: Function) -> bool:
    """Whether the function came while we watched: later than the first reading of its scope."""
    first_read = function.resource.scope.first_read_at
    return first_read is not None and function.resource.first_seen > first_read


def _document(parts: Sequence[Json]) -> dict[str, Json]:
    return {name: part for name, part in zip(history.SECTIONS, parts, strict=True) if part is not None}


def _row(function: Function, one: Exposed, name: str, began: Began, at: datetime) -> ExposedBinding:
    party = one.parties[0] if one.parties else ""
    since, number, exact = began
    return ExposedBinding(
        function_id=function.pk,
        account_id=function.account_id,
        provider=function.provider,
        tab=tab_of(one.level, one.kind, bool(party)),
        part=one.part,
        action=one.action,
        level=one.level,
        rung=rung(EXPOSURE, one.level) or 0,
        principal=one.principal,
        kind=one.kind,
        party=party,
        own=bool(party) and one.level == "organisation",
        via=one.via,
        qualifier=one.qualifier,
        condition=one.condition,
        narrows=one.narrows,
        latent=one.latent,
        certain=one.certain,
        reach=one.reach,
        since=since,
        since_number=number,
        since_exact=exact,
        digest=name,
        at=at,
    )
