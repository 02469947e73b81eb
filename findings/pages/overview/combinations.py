"""Top combinations: strangers × power × an open way out. Together they outrank any single fault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, F, IntegerField, QuerySet, Value, When

from findings.access.ladder import Exposure
from findings.pages._scope import Picked
from findings.pages._words import WAYS_OUT
from inventory.models import Function, Posture
from inventory.rungs import EXPOSURE, PRIVILEGE
from inventory.semantics.words import leaf

Json = Any
MOST = 10
#: Who is let in from outside; fewer than named strangers is no combination.
OUTSIDE = EXPOSURE.index(Exposure.EXTERNAL.value)
STRONG = PRIVILEGE.index("write")
ORIGINS = {
    Exposure.EXTERNAL.value: "another account",
    Exposure.PUBLIC_AUTHENTICATED.value: "anyone signed in",
    Exposure.PUBLIC_ANONYMOUS.value: "internet",
}
#: The words of a link to a search that finds functions alike.
_ALIKE = "exposure:{} privilege:{} egress:{}"


@dataclass(frozen=True)
class Combination:
    """One function: from where it is called, what it may do and by what, where it can send to. `query` finds those
    alike; `power` names the policy or class that gives the most."""

    function: Function
    origin: str
    level: str
    power: str
    out: str
    query: str
    latent: bool = False


def combinations(scope: Picked) -> list[Combination]:
    """The highest products of the three ladders, one query; what is unknown on one of them ranks lowest there."""
    return [_combination(row, scope) for row in ranked(scope)[:MOST]]


def ranked(scope: Picked) -> QuerySet[Posture]:
    """Functions that strangers may call and that change something, the worst first."""
    out = Case(
        When(egress="internet", then=Value(4)),
        When(egress="unknown", then=Value(3)),
        When(egress="restricted", then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    present = Posture.objects.filter(function__account__in=scope.accounts, function__gone_at=None)
    outside = present.filter(invoke_rank__gte=OUTSIDE, privilege_rank__gte=STRONG).exclude(reach="private")
    weight = (F("invoke_rank") - OUTSIDE + 1) * (F("privilege_rank") - STRONG + 1) * out
    return (
        outside.annotate(weight=weight).select_related("function__account").order_by("-weight", "function__name", "pk")
    )


def _combination(row: Posture, scope: Picked) -> Combination:
    egress = "any" if row.egress == "internet" else row.egress
    return Combination(
        function=row.function, origin=ORIGINS.get(row.invoke, row.invoke), level=row.privilege,
        power=_power(row.because.get("privilege") or ()), out=WAYS_OUT.get(row.egress, row.egress),
        query=scope.query(_ALIKE.format(row.invoke, row.privilege, egress)), latent=row.latent,
    )  # fmt: skip


_WEIGHTIEST = ("admin", "identity_escalation", "iam_write", "secrets_read", "data_write_destroy", "deploy_code")


def _power(told: Sequence[Json]) -> str:
    """By what it holds the weightiest of its powers: the policy's or role's own name; "" where none is kept."""
    for wanted in _WEIGHTIEST:
        for via in _through(told, wanted):
            return via
    return ""


def _through(told: Sequence[Json], wanted: str) -> Iterator[str]:
    for entry in told:
        if isinstance(entry, dict) and entry.get("power") == wanted:
            if entry.get("escalation"):
                yield "escalation path"
            elif entry.get("via"):
                yield leaf(str(entry["via"]).partition(": ")[0])
