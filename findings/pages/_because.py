"""What the reasoning rests its words on (`Posture.because`), as rows to read. A part that is missing is no row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from inventory.models import Posture, Privilege
from inventory.rungs import EXPOSURE, rung

Json = Any


#: The clouds' words for kinds of principals → ours.
KINDS = {
    "allUsers": "public", "allAuthenticatedUsers": "any Google account", "serviceAccount": "service account",
    "principal": "federated", "principalSet": "federated", "projectOwner": "project role",
    "projectEditor": "project role", "projectViewer": "project role", "ServicePrincipal": "service principal",
    "ForeignGroup": "foreign group", "User": "user", "Group": "group",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """One way in which a principal may invoke or change the function, and what gives it.

    `level` is a rung of the exposure ladder; `latent` says why the way is closed at present ("": it is open); `certain`
    is false where something that was not read could deny it.
    """

    level: str
    principal: str
    kind: str
    actions: Sequence[str]
    via: str
    qualifier: str
    condition: str
    latent: str
    certain: bool
    reach: str

    @property
    def address(self) -> str:
        """Where the principal's own page is looked up; empty for what is no identity of ours."""
        return self.principal if self.kind == "identity" else ""


def ways(posture: Posture | None, part: str) -> list[Way]:
    """The ways of `invoke` or `deploy`, widest first; the actions of one principal by one means in one row."""
    rows = sorted(_rows(posture, part), key=_place)
    return [_way(list(alike)) for _, alike in groupby(rows, key=_sameness)]


def _rows(posture: Posture | None, part: str) -> list[Mapping[str, Json]]:
    told = posture.because.get(part) if posture else None
    return [row for row in told if isinstance(row, Mapping)] if isinstance(told, list) else []


def _place(row: Mapping[str, Json]) -> tuple[Any, ...]:
    place = rung(EXPOSURE, str(row.get("level", "")))
    return (-1 if place is None else -place, *_sameness(row))


def _sameness(row: Mapping[str, Json]) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in ("level", "principal", "via", "qualifier", "condition", "latent"))


def _way(alike: Sequence[Mapping[str, Json]]) -> Way:
    row = alike[0]
    level, principal, via, qualifier, condition, latent = _sameness(row)
    actions = list(dict.fromkeys(str(each.get("action", "")) for each in alike if each.get("action")))
    kind = str(row.get("kind", ""))
    return Way(level or "unknown", principal, KINDS.get(kind, kind), actions, via, qualifier, condition, latent,
               bool(row.get("certain", True)), str(row.get("reach", "")))  # fmt: skip


@dataclass(frozen=True)
class Power:
    """One class of power, how far it reaches, through what, and the escalation path it belongs to ("": none)."""

    name: str
    breadth: str
    scope: str
    via: str
    conditional: bool
    condition: str = ""
    escalation: str = ""
    confirmed: bool = False
    steps: Sequence[str] = ()

    @property
    def summary(self) -> str:
        """What an escalation path does, in the names of its actions; where it leads is its last step."""
        actions = [step.split(" on ")[0].split(": ")[0] for step in self.steps if not step.startswith("leads to")]
        return ", then ".join(actions[:MOST_STEPS]) + (" …" if len(actions) > MOST_STEPS else "")


#: So many actions of a path stand in its first line.
MOST_STEPS = 3
#: Escalation paths beyond so many are counted, not listed: a broad policy opens hundreds.
MOST_PATHS = 40


def powers(identity: int | None) -> tuple[list[Power], list[Power], int]:
    """What an identity may do by class, the escalation paths (confirmed first), and how many of those there are."""
    if identity is None:
        return [], [], 0
    rows = Privilege.objects.filter(identity=identity).order_by("-confirmed", "power", "breadth", "pk")
    paths = rows.exclude(escalation="")
    return list(map(_power, rows.filter(escalation=""))), list(map(_power, paths[:MOST_PATHS])), paths.count()


def _power(row: Privilege) -> Power:
    return Power(row.power, row.breadth, row.scope, row.via, row.conditional, row.condition, row.escalation,
                 row.confirmed, row.steps)  # fmt: skip


def reasons(posture: Posture | None, part: str) -> list[str]:
    """The sentences that a part of the verdict rests on."""
    told = posture.because.get(part) if posture else None
    return list(_sentences(told)) if isinstance(told, list) else []


def _sentences(told: Iterable[Json]) -> Iterator[str]:
    for entry in told:
        if isinstance(entry, str) and entry:
            yield entry
