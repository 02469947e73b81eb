"""What an Azure identity holds of each resource provider, and what would go with each of its assignments.

Roles name patterns, and Azure's list of operations is not bundled: patterns are counted, not actions.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from findings.access.azure.policies import Assignment, Policies
from findings.access.azure.privileges import Grants, Identity, assess
from findings.access.azure.scopes import breadth
from findings.access.holdings import ANY, MOST_NAMED, Holdings, Loss, Slice, in_order
from findings.access.privilege import Assessment

_MOST_ASSIGNMENTS = 20
_WIDE = ("root", "management_group", "subscription", "resource_group", "resource")
_Sets = list[tuple[Assignment, frozenset[str]]]


def level_of(action: str) -> str:
    """A level of `findings.access.holdings`, from how the pattern ends."""
    low = action.lower()
    if low.endswith("*") and low.count("/") < 2:
        return "permissions" if low in ("*", "*/*") or low.startswith("microsoft.authorization") else "write"
    if low.startswith("microsoft.authorization/") and low.rpartition("/")[2] in ("*", "write", "delete", "action"):
        return "permissions"
    if low.endswith("/read"):
        return "read"
    return "list" if low.rpartition("/")[2].startswith("list") else "write"


def holdings(identity: Identity, policies: Policies) -> Holdings:
    """What its roles name after what they take out, wherever they are assigned."""
    told = assess(identity, Grants(policies))
    sets = [(one, _named(one, policies)) for one in policies.assignments]
    losses = tuple(_losses(identity, policies, told, sets)) if len(sets) <= _MOST_ASSIGNMENTS else ()
    return Holdings(told.level.value, in_order(_slices(sets, policies)), losses)


def _named(one: Assignment, policies: Policies) -> frozenset[str]:
    """Patterns of actions and data actions; whole ones that are taken out again are left away."""
    found: set[str] = set()
    for permission in policies.permissions(one) or ():
        found |= set(permission.actions) - set(permission.not_actions)
        found |= set(permission.data_actions) - set(permission.not_data_actions)
    return frozenset(found)


def _provider(action: str) -> str:
    first = action.partition("/")[0]
    return ANY if "*" in first else first


def _slices(sets: _Sets, policies: Policies) -> Iterator[Slice]:
    services: dict[str, set[str]] = {}
    for _, actions in sets:
        for action in actions:
            services.setdefault(_provider(action), set()).add(action)
    for service, held in services.items():
        mine = [one for one, actions in sets if any(_provider(action) == service for action in actions)]
        places = sorted({one.scope for one in mine}, key=lambda scope: (_WIDE.index(breadth(scope)), scope))
        yield Slice(
            service, "Every resource provider" if service == ANY else service, Counter(map(level_of, held)), 0,
            tuple(sorted(held)[:MOST_NAMED]), tuple(places[:MOST_NAMED]),
            tuple(dict.fromkeys(policies.role_name(one) for one in mine))[:MOST_NAMED],
            all(one.condition for one in mine), patterns=True,
        )  # fmt: skip


def _losses(identity: Identity, policies: Policies, now: Assessment, sets: _Sets) -> Iterator[Loss]:
    for assignment, actions in sets:
        kept = tuple(one for one in policies.assignments if one is not assignment)
        left = assess(identity, Grants(replace(policies, assignments=kept)))
        others = frozenset().union(*(names for one, names in sets if one is not assignment))
        gone = sorted(actions - others)
        powers = sorted(power.value for power in now.powers - left.powers)
        yield Loss(assignment.name, policies.role_name(assignment), left.level.value, tuple(powers), len(gone),
                   tuple(gone[:MOST_NAMED]))  # fmt: skip
