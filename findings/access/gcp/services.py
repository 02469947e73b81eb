"""What a Google service account holds of each service, and what would go with each of its roles.

The level of a permission is told from its verb (`storage.objects.get`): Google publishes none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from findings.access.gcp.policies import Binding, Policies
from findings.access.gcp.privileges import Grants, assess, breadth_of
from findings.access.gcp.roles import known_permissions
from findings.access.holdings import MOST_NAMED, Holdings, Loss, Slice, in_order
from findings.access.privilege import Assessment, Breadth

_READING = ("get", "list", "search", "query", "check", "view", "read", "export", "test", "aggregated", "lookup")
_LABELS = ("createTagBinding", "deleteTagBinding", "updateTag")
_ORDER = (Breadth.ORGANISATION, Breadth.ACCOUNT, Breadth.PATTERN, Breadth.RESOURCE)


def level_of(permission: str) -> str:
    """A level of `findings.access.holdings`, from the verb."""
    verb = permission.rpartition(".")[2]
    if verb.lower().startswith(("setiampolicy", "actas")) or verb in ("getAccessToken", "signBlob", "signJwt"):
        return "permissions"
    if verb.startswith(_LABELS):
        return "tagging"
    if verb.startswith("list"):
        return "list"
    return "read" if verb.lower().startswith(_READING) else "write"


def holdings(account: str, policies: Policies, home: Iterable[str], above: dict[str, tuple[str, ...]]) -> Holdings:
    """What its roles contain, wherever they are given; deny policies are weighed in the level, not in the counts."""
    project, told = tuple(home), assess(account, Grants(policies), home, above)
    sets = [(binding, policies.permissions(binding.role) or frozenset()) for binding in policies.allow]
    losses = tuple(_losses(account, policies, project, above, told, sets)) if len(sets) <= _MOST_ROLES else ()
    return Holdings(told.level.value, in_order(_slices(sets)), losses)


_MOST_ROLES = 20
_Sets = list[tuple[Binding, frozenset[str]]]


def _slices(sets: _Sets) -> Iterator[Slice]:
    wholes = Counter(name.partition(".")[0] for name in known_permissions())
    services: dict[str, set[str]] = {}
    for _, permissions in sets:
        for name in permissions:
            services.setdefault(name.partition(".")[0], set()).add(name)
    givers = [(binding, {name.partition(".")[0] for name in permissions}) for binding, permissions in sets]
    for service, held in services.items():
        mine = [binding for binding, gives in givers if service in gives]
        places = sorted({one.on for one in mine}, key=lambda on: (_ORDER.index(breadth_of(on)), on))
        yield Slice(
            service, service, Counter(map(level_of, held)), max(wholes[service], len(held)),
            tuple(sorted(held, key=lambda name: (level_of(name) == "list", name)))[:MOST_NAMED],
            tuple(places[:MOST_NAMED]), tuple(dict.fromkeys(one.role for one in mine))[:MOST_NAMED],
            all(one.condition != "" for one in mine),
        )  # fmt: skip


def _losses(
    account: str, policies: Policies, home: tuple[str, ...], above: dict[str, tuple[str, ...]], now: Assessment,
    sets: _Sets,
) -> Iterator[Loss]:  # fmt: skip
    for binding, permissions in sets:
        kept = tuple(one for one in policies.allow if one is not binding)
        rest = Policies(kept, policies.deny, policies.boundaries, policies.roles, policies.groups, policies.unread)
        left = assess(account, Grants(rest), home, above)
        others = frozenset().union(*(names for one, names in sets if one is not binding))
        gone = sorted(permissions - others)
        powers = sorted(power.value for power in now.powers - left.powers)
        yield Loss(binding.role, f"{binding.role} on {binding.on}", left.level.value, tuple(powers), len(gone),
                   tuple(gone[:MOST_NAMED]))  # fmt: skip
