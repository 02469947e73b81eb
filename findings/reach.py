"""How far an identity gets: the accounts, identities, functions and resources within its reach, step after step.

A walk over what judging stored: what each identity can act as or replace (`IdentityPosture.becomes`, escalation paths
and impersonation in `Privilege`), and which functions it may call or change. It is bounded, in steps and in rows; each
step costs the same few queries. Conditional powers count, but for admin: the walk tells the most that could happen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet

from findings.access.aws.patterns import has_wildcard, overlaps
from findings.access.azure.scopes import MANAGEMENT_GROUPS
from inventory.models import Account, Function, Identity, IdentityPosture, Privilege

Json = Any
STEPS = 4
MOST_IDENTITIES = 300
#: Functions that one step looks at; beyond that the walk says "at least".
MOST_COMPARED = 20_000
_FUNCTIONS = ("invoke", "deploy_code", "admin")
_ABOVE = ("organizations/", "folders/", MANAGEMENT_GROUPS, "directory")


@dataclass(frozen=True, slots=True)
class Step:
    """An identity that is reached, from which one, by what, after how many steps."""

    identity: Identity
    by: str
    start: str
    depth: int


@dataclass(slots=True)
class Reach:
    """What lies within reach. `whole` names accounts that are so altogether; `cut`: there may be more."""

    identities: list[Step] = field(default_factory=list)
    accounts: set[str] = field(default_factory=set)
    whole: set[str] = field(default_factory=set)
    functions: set[int] = field(default_factory=set)
    resources: set[str] = field(default_factory=set)
    cut: bool = False

    @property
    def is_nothing(self) -> bool:
        return not (self.identities or self.functions or self.resources or self.whole)


def reach_of(start: Identity) -> Reach:
    """Everything within reach of one identity, itself left out; its own account counts among the accounts."""
    walk = _Walk(start)
    frontier = [start]
    for depth in range(1, STEPS + 1):
        if frontier:
            frontier = walk.step(frontier, depth)
    walk.found.cut = walk.found.cut or bool(frontier)
    walk.found.identities.sort(key=lambda step: (step.depth, step.identity.name))
    return walk.found


Edges = Iterator[tuple[int, str, Identity]]
"""From which identity (its row), by what, to whom."""


class _Walk:
    def __init__(self, start: Identity) -> None:
        self.found, self._seen = Reach(), {start.pk}
        self._provider = start.provider
        self.found.accounts.add(start.account.name)

    @cached_property
    def _accounts(self) -> dict[int, Account]:
        return {one.pk: one for one in Account.objects.filter(provider=self._provider)}

    def step(self, frontier: Collection[Identity], depth: int) -> list[Identity]:
        """Note what these identities reach, and return those that are new."""
        origins = {one.pk: one for one in frontier}
        powers = list(Privilege.objects.filter(identity__in=list(origins)).order_by("pk"))
        postures = list(IdentityPosture.objects.filter(identity__in=list(origins)))
        self._note_resources(powers)
        self._note_functions(origins, powers, postures)
        new: list[Step] = []
        for origin, by, identity in (*_stored(origins, postures), *self._told(origins, powers)):
            if identity.pk not in self._seen:
                self._seen.add(identity.pk)
                new.append(Step(identity, by, origins[origin].name, depth))
        kept = new[: max(0, MOST_IDENTITIES - len(self.found.identities))]
        self.found.cut = self.found.cut or len(kept) < len(new)
        self.found.identities += kept
        self.found.accounts |= {step.identity.account.name for step in kept}
        return [step.identity for step in kept]

    def _note_resources(self, powers: Iterable[Privilege]) -> None:
        for power in powers:
            if not power.escalation:
                self.found.resources |= {one for one in power.scope.split(", ") if one and not _is_wide(one)}

    def _note_functions(
        self, origins: Mapping[int, Identity], powers: Iterable[Privilege], postures: Iterable[IdentityPosture]
    ) -> None:
        """Those that policies let them call or change, and all of the accounts that are theirs."""
        patterns: dict[int, set[str]] = {}
        for posture in postures:
            told = {str(entry.get("resource", "")) for entry in posture.callers}
            patterns.setdefault(origins[posture.identity_id].account_id, set()).update(told)
        places = {pk: "" for power in powers if _is_admin(power) for pk in self._theirs(origins, power)}
        wanted = Q()
        for pk in places:
            wanted |= Q(account=pk)
            self.found.whole.add(self._accounts[pk].name)
            self.found.accounts.add(self._accounts[pk].name)
        if self._provider != "aws":
            for scope in {power.scope for power in powers if power.power in _FUNCTIONS and power.scope}:
                wanted |= Q(account__in=self._at(scope)) & _below(scope)
        for account, told in patterns.items():
            wanted |= Q(account=account) & _named(told)
        if not wanted:
            return
        rows = Function.objects.filter(wanted, gone_at=None).order_by("pk")
        compared = list(rows.values_list("pk", "native_id", "account_id")[:MOST_COMPARED])
        self.found.cut = self.found.cut or len(compared) == MOST_COMPARED
        for pk, native_id, account in compared:
            if self._provider != "aws" or account in places or _takes_in(patterns.get(account, ()), native_id):
                self.found.functions.add(pk)

    def _theirs(self, origins: Mapping[int, Identity], power: Privilege) -> list[int]:
        """The accounts that an admin has: at the scope where a cloud tells one, else its own."""
        home = origins[power.identity_id].account_id
        return self._at(power.scope) if self._provider != "aws" else [home] if home in self._accounts else []

    def _at(self, scope: str) -> list[int]:
        """The accounts at a scope; of one above accounts, all of the cloud that are connected."""
        parts = scope.strip("/").split("/")
        if parts[0].lower() in ("projects", "subscriptions") and len(parts) > 1:
            return [pk for pk, one in self._accounts.items() if one.native_id.lower() == parts[1].lower()]
        return list(self._accounts)

    def _told(self, origins: Mapping[int, Identity], powers: Iterable[Privilege]) -> Edges:
        """The identities at the places where admin rights, impersonation or an escalation path hold."""
        edges: dict[tuple[int, str], str] = {}
        for power in powers:
            if _is_admin(power) or (self._provider != "aws" and power.power == "identity_escalation"):
                edges.setdefault((power.identity_id, power.scope), power.escalation or power.power)
        if not edges:
            return
        places = {key: self._theirs_at(origins, *key) for key in edges}
        accounts = {pk for told in places.values() for pk in told}
        rows = list(_present().filter(account__in=accounts)[:MOST_COMPARED])
        homes = _homes(rows) if self._provider == "azure" else {}
        for (origin, scope), by in edges.items():
            for identity in rows:
                if identity.account_id in places[origin, scope] and _lies_at(identity, scope, homes):
                    yield origin, by, identity

    def _theirs_at(self, origins: Mapping[int, Identity], origin: int, scope: str) -> set[int]:
        return {origins[origin].account_id} if self._provider == "aws" else set(self._at(scope))


def _is_admin(power: Privilege) -> bool:
    return power.power == "admin" and not power.conditional


def _stored(origins: Mapping[int, Identity], postures: Iterable[IdentityPosture]) -> Edges:
    """AWS: the roles they can act as, and the roles of functions that they can replace."""
    told = [(one.identity_id, entry) for one in postures for entry in one.becomes]
    named = {str(entry["id"]) for _, entry in told}
    if not named:
        return
    rows = Function.objects.filter(native_id__in=named, gone_at=None)
    runs_as = dict(rows.values_list("native_id", "identity_native_id"))
    known = {one.native_id: one for one in _present().filter(native_id__in=named | set(runs_as.values()))}
    for origin, entry in told:
        target = known.get(runs_as.get(entry["id"], entry["id"]))
        if target:
            yield origin, str(entry["by"]), target


def _present() -> QuerySet[Identity]:
    return Identity.objects.filter(gone_at=None).select_related("account", "posture").order_by("pk")


def _homes(rows: Iterable[Identity]) -> dict[int, str]:
    """The resource ids of managed identities in lower case: their own ids say nothing of where they lie."""
    known = Identity.objects.filter(pk__in=[one.pk for one in rows])
    told = known.values_list("pk", "resource__latest__document__config__resource")
    return {pk: str(resource or "").lower() for pk, resource in told}


def _lies_at(identity: Identity, scope: str, homes: Mapping[int, str]) -> bool:
    """Whether a scope within an account takes the identity in; a wider one takes in all of the account."""
    if "/serviceAccounts/" in scope:
        return identity.native_id == scope.rpartition("/serviceAccounts/")[2]
    if identity.provider == "azure" and scope.strip("/").count("/") > 1 and not scope.lower().startswith(_ABOVE):
        return homes.get(identity.pk, "").startswith(f"{scope.lower().rstrip('/')}/")
    return True


def _is_wide(scope: str) -> bool:
    """Whether it names everything, all of a kind, or a whole account and what is above, and not single resources."""
    low = scope.lower()
    if low.startswith("arn:"):
        return low.endswith((":*", "/*")) and low.count("*") > 1
    return low == "*" or low.startswith(_ABOVE) or (low.strip("/").count("/") == 1 and "subscriptions/" in low) or (
        low.startswith("projects/") and low.count("/") == 1
    )  # fmt: skip


def _below(scope: str) -> Q:
    """Functions at or below a scope that is narrower than an account; of a wider one, every function there is."""
    narrow = scope.strip("/").count("/") > 1 and not scope.lower().startswith(_ABOVE)
    return Q(native_id__istartswith=scope) if narrow else Q()


def _named(patterns: Iterable[str]) -> Q:
    """Functions whose ids begin as one of the patterns does."""
    found = Q(pk__in=[])
    for pattern in patterns:
        if has_wildcard(pattern):
            found |= Q(native_id__startswith=pattern.partition("*")[0].partition("?")[0])
        else:
            found |= Q(native_id=pattern)
    return found


def _takes_in(patterns: Iterable[str], native_id: str) -> bool:
    return any(overlaps(pattern, native_id) or overlaps(pattern, f"{native_id}:*") for pattern in patterns)
