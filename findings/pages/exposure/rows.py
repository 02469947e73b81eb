"""The bindings of a page as rows: whom they let in, whether that is trusted, since when, and who did it last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from findings.pages._because import KINDS
from findings.pages._parties import Party, parties
from findings.pages.exposure.asked import Asked
from inventory.models import Activity, ExposedBinding, Snapshot

Json = Any
#: What a binding lets do, as the page says it.
ACTIONS = {"invoke": "invoke", "deploy": "update code", "configure": "change config", "own": "owner"}
NARROWS = {
    "yes": "restricts who",
    "no": "does not restrict who",
    "unknown": "not decided whether it restricts who",
}
#: Log entries of one page that are read to say who did something.
MOST_EVENTS = 1000


@dataclass(frozen=True)
class Row:
    """One binding; `actors` did something to the function between the last reading without it and the first with it."""

    binding: ExposedBinding
    party: Party | None
    actors: Sequence[str] = ()

    @property
    def action(self) -> str:
        return ACTIONS.get(self.binding.action, self.binding.action)

    @property
    def kind(self) -> str:
        return KINDS.get(self.binding.kind, self.binding.kind)

    @property
    def narrows(self) -> str:
        return NARROWS.get(self.binding.narrows, "")

    @property
    def since(self) -> str:
        """exact, before, or "" where the function's own configuration does not tell."""
        if self.binding.since is None:
            return ""
        return "exact" if self.binding.since_exact else "before"


def load(rows: QuerySet[ExposedBinding]) -> QuerySet[ExposedBinding]:
    """What a row needs besides itself."""
    return rows.select_related("account", "function__posture").defer(
        "function__search_text", "function__variables", "function__layers", "function__posture__because"
    )


def rows_of(bindings: Sequence[ExposedBinding], wanted: Asked) -> list[Row]:
    """The bindings with what is known of them, in a fixed number of queries."""
    return described(bindings, wanted.request.user, wanted.now)


def described(bindings: Sequence[ExposedBinding], user: Any, at: Any) -> list[Row]:
    named, actors = parties(bindings, user, at), actors_of(bindings)
    return [Row(one, named.get((one.provider, one.party)), actors.get(one.pk, ())) for one in bindings]


def actors_of(bindings: Iterable[ExposedBinding]) -> dict[int, list[str]]:
    """Who did something to the function in the time in which the binding came, by the cloud's own log."""
    begun = {one.pk: (one.function_id, one.since_number) for one in bindings if one.since_exact and one.since_number}
    if not begun:
        return {}
    spans = _spans(set(begun.values()))
    which = Q(pk__in=[])
    for (function, _), (after, until) in spans.items():
        which |= Q(resource=function, at__gt=after, at__lte=until)
    events = Activity.objects.filter(which, outcome="ok").exclude(actor="").order_by("at")
    told = list(events.values_list("resource", "at", "actor")[:MOST_EVENTS])
    found: dict[int, list[str]] = {}
    for pk, place in begun.items():
        if place in spans:
            after, until = spans[place]
            names = [actor for resource, at, actor in told if resource == place[0] and after < at <= until]
            found[pk] = list(dict.fromkeys(names))
    return found


def _spans(places: set[tuple[int, int | None]]) -> Mapping[tuple[int, int | None], tuple[Any, Any]]:
    """Between which two readings each of these snapshots came about; a function's first one has no reading before."""
    which = Q(pk__in=[])
    for resource, number in places:
        which |= Q(resource=resource, number=number)
    rows = Snapshot.objects.filter(which).exclude(changed_after=None)
    return {
        (resource, number): (after, at)
        for resource, number, after, at in rows.values_list("resource_id", "number", "changed_after", "at")
    }


COLUMNS = (
    "function", "native_id", "uid", "provider", "account", "account_name", "region", "part", "action", "level",
    "principal", "principal_kind", "external_account", "external_name", "own", "trusted", "trusted_until", "via",
    "qualifier", "condition", "narrows", "closed", "certain", "reach", "since", "since_exact", "since_revision",
    "changed_by",
)  # fmt: skip


def plain(row: Row) -> dict[str, Json]:
    """A row for files and programs."""
    one, party = row.binding, row.party
    function = one.function
    return {
        "function": function.name, "native_id": function.native_id, "uid": function.uid, "provider": one.provider,
        "account": one.account.native_id, "account_name": one.account.name, "region": function.region,
        "part": one.part, "action": one.action, "level": one.level, "principal": one.principal,
        "principal_kind": one.kind, "external_account": one.party, "external_name": party.name if party else "",
        "own": one.own, "trusted": bool(party and party.trusted),
        "trusted_until": party.trust.until if party and party.trust and party.trusted else None,
        "via": one.via, "qualifier": one.qualifier, "condition": one.condition, "narrows": one.narrows,
        "closed": one.latent, "certain": one.certain, "reach": one.reach, "since": one.since,
        "since_exact": one.since_exact, "since_revision": one.since_number, "changed_by": list(row.actors),
    }  # fmt: skip
