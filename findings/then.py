"""Which findings were open at an earlier time, and how bad they were: read back from their logs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from findings.models import Finding, FindingEvent
from findings.severity import Severity
from findings.states import ACTIVE, Happening
from inventory.chunks import batched
from inventory.models import PostureStep
from inventory.models.account import AccountQuerySet

BATCH = 500
#: Entries that tell a severity; of OPENED it is the one it was opened with.
GRADED = (Happening.WORSE, Happening.MILDER)
#: Entries that tell where a finding stood before and after.
MOVES = (Happening.MOVED, Happening.RESOLVED, Happening.REOPENED, Happening.EXPIRED, Happening.GONE, Happening.RETIRED)
TELLING = (Happening.OPENED, *GRADED, *MOVES)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a finding's log that tells of its state or severity."""

    at: datetime
    what: str
    was: str
    now: str


def was_open(entries: Sequence[Entry], state: str, at: datetime) -> bool:
    """Whether a finding that is in `state` now was open then; entries: the whole log, oldest first. Pure."""
    if not any(one.what == Happening.OPENED and one.at <= at for one in entries):
        return False
    moved = next((one for one in entries if one.at > at and one.what in MOVES), None)
    return (moved.was if moved else state) in ACTIVE


def severity_at(entries: Sequence[Entry], severity: str, at: datetime) -> str | None:
    """How bad it was then, `severity` being what it is now; None where the log does not tell. Pure.

    A finding that was closed and opened again may have another severity than before, which its log does not say.
    """
    for one in reversed([one for one in entries if one.at <= at]):
        if one.what == Happening.REOPENED:
            break
        if one.what in (Happening.OPENED, *GRADED):
            return one.now
    for one in entries:
        if one.at > at and one.what in (Happening.REOPENED, *GRADED):
            return one.was if one.what in GRADED else None
    return severity


def worst(accounts: AccountQuerySet, at: datetime, only: Collection[int] | None = None) -> dict[int, str | None]:
    """The severity of the gravest finding open then ("none"; None: not known) of functions whose findings moved since.

    `only`: of these functions alone.
    """
    moved = FindingEvent.objects.filter(what__in=TELLING, at__gt=at, finding__account__in=accounts)
    moved = moved if only is None else moved.filter(finding__function__in=only)
    functions = moved.exclude(finding__function=None).order_by().values_list("finding__function", flat=True).distinct()
    found: dict[int, str | None] = {}
    for some in batched(sorted(functions), BATCH):
        open_then = _open_at(some, at)
        for pk in some:
            severities = [severity for _, severity in open_then.get(pk, [])]
            ranks = [Severity(one).rank for one in severities if one is not None]
            known = None not in severities or Severity.CRITICAL in severities
            gravest = next(one.value for one in Severity if one.rank == max(ranks)) if ranks else "none"
            found[pk] = gravest if known else None
    return found


def counts_at(functions: Sequence[int], at: datetime) -> dict[int, dict[str, int]]:
    """Findings open then by severity, of those of these functions that had been judged by then and whose log tells."""
    judged = PostureStep.objects.filter(function__in=functions, at__lte=at).order_by()
    found = {pk: {severity.value: 0 for severity in Severity} for pk in judged.values_list("function", flat=True)}
    for pk, told in _open_at(functions, at).items():
        severities = [severity for _, severity in told]
        if pk in found and None in severities:
            del found[pk]
        elif pk in found:
            for severity in severities:
                found[pk][str(severity)] += 1
    return found


def open_at(function: int, at: datetime) -> list[tuple[Finding, str | None]]:
    """The findings of a function that were open then, each with how bad it was (None: not known), gravest first."""
    found = _open_at([function], at).get(function, [])
    rows = Finding.objects.in_bulk([pk for pk, _ in found])
    ranked = sorted(found, key=lambda one: -1 if one[1] is None else Severity(one[1]).rank, reverse=True)
    return [(rows[pk], severity) for pk, severity in ranked]


def _open_at(functions: Sequence[int], at: datetime) -> dict[int, list[tuple[int, str | None]]]:
    """Function → its findings that were open then, each with its severity."""
    findings = Finding.objects.filter(function__in=functions, first_seen__lte=at).order_by("function_id", "pk")
    rows = list(findings.values_list("pk", "function_id", "state", "severity"))
    logs = _logs([pk for pk, *_ in rows])
    found: dict[int, list[tuple[int, str | None]]] = {}
    for pk, function, state, severity in rows:
        if was_open(logs.get(pk, ()), state, at):
            found.setdefault(function, []).append((pk, severity_at(logs.get(pk, ()), severity, at)))
    return found


def _logs(findings: Iterable[int]) -> Mapping[int, list[Entry]]:
    found: dict[int, list[Entry]] = {}
    for some in batched(findings, BATCH):
        rows = FindingEvent.objects.filter(finding__in=some, what__in=TELLING).order_by("at", "pk")
        for pk, at, what, was, now in rows.values_list("finding", "at", "what", "was", "now"):
            found.setdefault(pk, []).append(Entry(at, what, was, now))
    return found
