"""What an Azure identity may do, as classes of power: role assignments, Graph, directory roles, key vault policies.

Admin is judged by effect (it may assign roles at a resource group or above), never by a role's name.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from findings.access.azure.actions import includes
from findings.access.azure.decide import assigned, condition_of, refused
from findings.access.azure.policies import Assignment, Policies, Request
from findings.access.azure.powers import DIRECTORY_ROLES, PATHS, POWERS, ROLE_WRITE, Wanted, graph_power
from findings.access.azure.roles import Permission
from findings.access.azure.scopes import breadth, plain_scope, reaches, subscription_of, usable
from findings.access.decision import Effect, Reason
from findings.access.privilege import Assessment, Breadth, Power, Privilege, summary

BREADTHS = {
    "root": Breadth.ORGANISATION,
    "management_group": Breadth.ORGANISATION,
    "subscription": Breadth.ACCOUNT,
    "resource_group": Breadth.PATTERN,
    "resource": Breadth.RESOURCE,
}
# Verbs of `…/<verb>/action` that only look; those that hand out keys are judged by their class beside this.
LOOKING = (
    "get",
    "list",
    "read",
    "query",
    "search",
    "check",
    "verify",
    "decrypt",
    "receive",
    "generateuserdelegationkey",
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A managed identity with what the directory says of it; None is "not read", never "none".

    principal: object id. home: its subscription. groups: all groups it is in. directory_roles: template ids of Entra
    roles. graph: Graph application permissions by name. vault_policies: key vault id to the permissions an access
    policy gives (`secrets/get`, `keys/decrypt`, …).
    """

    principal: str
    home: str = ""
    groups: frozenset[str] | None = None
    directory_roles: Collection[str] | None = None
    graph: Collection[str] | None = None
    vault_policies: Mapping[str, Collection[str]] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One assignment that reaches the identity: what it permits, and what is undecided about it."""

    assignment: Assignment
    via: str
    permissions: tuple[Permission, ...]
    open_point: str
    conditions: bool


def assess(identity: Identity, grants: "Grants") -> Assessment:
    """The privileges of one managed identity (or any principal), over everything the policies hold."""
    held = list(_held(identity, grants))
    privileges = [
        *_by_class(held, identity, grants.policies),
        *_admin(held, identity, grants.policies),
        *_paths(held, identity, grants.policies),
        *_elsewhere(held, identity),
        *_in_directory(identity),
        *_in_vaults(identity),
    ]
    unread = tuple(_unread(identity, grants))
    writes, reads = any(map(_writes, held)), any(map(_reads, held))
    return Assessment(summary(privileges, writes, reads, bool(unread)), tuple(dict.fromkeys(privileges)), unread)


class Grants:
    """The assignments of an estate, found by principal; build it once to assess many identities."""

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self.direct: dict[str, list[Assignment]] = defaultdict(list)
        self.groups: list[Assignment] = []
        for assignment in policies.assignments:
            is_group = assignment.principal_type.lower().endswith("group") or assignment.principal in policies.groups
            (self.groups if is_group else self.direct[assignment.principal]).append(assignment)

    def naming(self, identity: Identity) -> list[Assignment]:
        """Assignments to the identity itself, and those to groups it may be in."""
        mine = list(self.direct.get(identity.principal.lower(), ()))
        mine += [one for group in identity.groups or () for one in self.direct.get(group.lower(), ())]
        return mine + self.groups


def _held(identity: Identity, grants: Grants) -> Iterator[Held]:
    for one in grants.naming(identity):
        permissions = grants.policies.permissions(one)
        member = assigned(one, _request(identity, "", one.scope), grants.policies)
        if member is False or permissions is None:
            continue
        open_point = "" if member else f"membership in group {one.principal}"
        conditions = bool(one.condition) or any(entry.condition for entry in permissions)
        yield Held(one, grants.policies.role_name(one), permissions, open_point, conditions)


def _request(identity: Identity, action: str, scope: str, data: bool = False) -> Request:
    return Request(identity.principal, action, scope or "/", data, identity.groups)


@lru_cache(maxsize=4096)
def _matched(permissions: tuple[Permission, ...], wanted: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    return tuple(one for one in wanted if any(includes(entry, one.action, one.data) for entry in permissions))


def _usable(one: Held, wanted: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
    """What of it the assignment gives that can be used where it stands."""
    matched = _matched(one.permissions, wanted)
    return tuple(match for match in matched if usable(match.action, one.assignment.scope))


def _certainty(one: Held, wanted: Wanted, identity: Identity, policies: Policies) -> tuple[bool, str]:
    """Whether the assignment gives the action at all, and what is undecided about that."""
    if not policies.denials and not one.conditions:
        return True, one.open_point
    request = _request(identity, wanted.action, one.assignment.scope, wanted.data)
    refusal = refused(request, policies) if policies.denials else False
    verdict, condition = condition_of(one.assignment, request, policies)
    if refusal is True or verdict is False:
        return False, ""
    points = [one.open_point, condition if verdict is None else "", "a deny assignment" if refusal is None else ""]
    return True, "; ".join(filter(None, points))


def _by_class(held: Iterable[Held], identity: Identity, policies: Policies) -> Iterator[Privilege]:
    for one in held:
        for power, wanted in POWERS.items():
            found: dict[str, list[str]] = defaultdict(list)
            for match in _usable(one, wanted):
                given, open_point = _certainty(one, match, identity, policies)
                if given:
                    found[open_point].append(match.action)
            if found:
                open_point = min(found, key=lambda text: (bool(text), text))
                yield _privilege(power, one, found[open_point], open_point)


def _admin(held: Iterable[Held], identity: Identity, policies: Policies) -> Iterator[Privilege]:
    for one in held:
        wide = _breadth(one) is not Breadth.RESOURCE
        for match in _matched(one.permissions, (Wanted(ROLE_WRITE),)) if wide else ():
            given, open_point = _certainty(one, match, identity, policies)
            if given:
                yield _privilege(Power.ADMIN, one, [match.action], open_point, "az-10")


def _paths(held: list[Held], identity: Identity, policies: Policies) -> Iterator[Privilege]:
    """Sets of actions that together reach another identity, held at a scope or inherited by it."""
    for place in {plain_scope(one.assignment.scope): one for one in held}.values():
        reaching = [one for one in held if reaches(one.assignment.scope, place.assignment.scope) is True]
        for path, choices in PATHS.items():
            found = [way for needed in choices for way in _path(needed, reaching, identity, policies)]
            best = min(found, key=lambda way: len(way[0]), default=None)
            if best and any(one.assignment.scope == place.assignment.scope for one in best[2]):
                open_point, needed, used = best
                via = ", ".join(dict.fromkeys(one.via for one in used))
                yield Privilege(
                    Power.IDENTITY_ESCALATION,
                    _breadth(place),
                    tuple(sorted(needed)),
                    via,
                    place.assignment.scope,
                    bool(open_point),
                    open_point,
                    path,
                )


def _path(
    needed: frozenset[str], reaching: list[Held], identity: Identity, policies: Policies
) -> Iterator[tuple[str, frozenset[str], list[Held]]]:
    """The set with what is undecided about it and the assignments used; nothing when an action is missing."""
    used, points = [], []
    for action in sorted(needed):
        givers = [
            (open_point, one)
            for one in reaching
            for match in _usable(one, (Wanted(action),))
            for given, open_point in (_certainty(one, match, identity, policies),)
            if given
        ]
        if not givers:
            return
        open_point, giver = min(givers, key=lambda pair: bool(pair[0]))
        points.append(open_point)
        used.append(giver)
    yield "; ".join(dict.fromkeys(filter(None, points))), needed, used


def _elsewhere(held: Iterable[Held], identity: Identity) -> Iterator[Privilege]:
    """Assignments in other subscriptions, or above subscriptions, let it act outside its own."""
    for one in held:
        subscription = subscription_of(one.assignment.scope)
        if _breadth(one) is Breadth.ORGANISATION or (identity.home and subscription != identity.home.lower()):
            yield _privilege(Power.CROSS_ACCOUNT_ASSUME, one, (), one.open_point)


def _in_directory(identity: Identity) -> Iterator[Privilege]:
    for role in identity.directory_roles or ():
        power = DIRECTORY_ROLES.get(role.lower())
        if power:
            yield Privilege(power, Breadth.ORGANISATION, (), f"directory role {role}", "directory")
    for permission in identity.graph or ():
        power, path = graph_power(permission)
        yield Privilege(
            power, Breadth.ORGANISATION, (permission,), "Graph application permission", "directory", escalation=path
        )


def _in_vaults(identity: Identity) -> Iterator[Privilege]:
    for vault, names in (identity.vault_policies or {}).items():
        given = {name.lower() for name in names}
        everything = given & {"secrets/all", "keys/all", "certificates/all"}
        reading = everything | given & {"secrets/get", "secrets/backup", "keys/decrypt", "keys/unwrapkey"}
        writing = everything | given & {"secrets/set", "secrets/delete", "secrets/purge", "keys/delete", "keys/purge"}
        for power, matched in ((Power.SECRETS_READ, reading), (Power.DATA_WRITE_DESTROY, writing)):
            if matched:
                yield Privilege(power, Breadth.RESOURCE, tuple(sorted(matched)), "key vault access policy", vault)


def _privilege(power: Power, one: Held, actions: Iterable[str], open_point: str, escalation: str = "") -> Privilege:
    scope, matched = one.assignment.scope, tuple(actions)
    return Privilege(power, _breadth(one), matched, one.via, scope, bool(open_point), open_point, escalation)


def _breadth(one: Held) -> Breadth:
    return BREADTHS[breadth(one.assignment.scope)]


def _writes(one: Held) -> bool:
    """Whether it permits any action that is not a read; key lists are judged by class, support tickets by nobody."""
    actions = (name for entry in one.permissions for name in (*entry.actions, *entry.data_actions))
    return any(not _is_read(name) for name in actions)


def _is_read(action: str) -> bool:
    """`…/read`, or an action whose verb only looks."""
    parts = action.lower().split("/")
    if parts[0] == "microsoft.support":
        return True
    return parts[-1] == "read" or (parts[-1] == "action" and len(parts) > 1 and parts[-2].startswith(LOOKING))


def _reads(one: Held) -> bool:
    return any(entry.actions or entry.data_actions for entry in one.permissions)


def _unread(identity: Identity, grants: Grants) -> Iterator[Reason]:
    for scope in sorted(grants.policies.unread):
        yield Reason(Effect.ALLOW, scope, "role assignments", "they could not be read")
    for one in grants.naming(identity):
        if grants.policies.permissions(one) is None:
            yield Reason(Effect.ALLOW, one.scope, f"role {one.role}", "the role's definition is not known")
    parts = {
        "Entra directory roles": identity.directory_roles,
        "Graph application permissions": identity.graph,
        "key vault access policies": identity.vault_policies,
    }
    for name, value in parts.items():
        if value is None:
            yield Reason(Effect.ALLOW, "directory", name, "they were not read")
