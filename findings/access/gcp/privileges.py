"""What a Google identity may do, as classes of power, from the bindings that name it anywhere in the estate.

Admin is judged by effect (it may rewrite the policy of a project or above), never by a role's name.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from findings.access.decision import Effect, Reason
from findings.access.gcp.decide import member_of, refused
from findings.access.gcp.impersonation import account_of
from findings.access.gcp.policies import Binding, Policies, Request
from findings.access.gcp.powers import IMPERSONATION, PATHS, POWERS, character, writes_policy
from findings.access.gcp.principals import Principal, principal, project_of
from findings.access.privilege import Assessment, Breadth, Power, Privilege, summary

WIDE = (Breadth.ACCOUNT, Breadth.ORGANISATION)


@dataclass(frozen=True, slots=True)
class Held:
    """One binding that reaches the identity, with the permissions of it that matter and are not denied.

    open_point: what is undecided about it, "" when it is certain.
    """

    binding: Binding
    permissions: frozenset[str]
    maybe_denied: frozenset[str] = field(default_factory=frozenset)
    open_point: str = ""
    writes: bool = False
    reads: bool = False


class Grants:
    """The bindings of an estate, found by whom they name; build it once to assess many identities.

    Bindings to everyone or to all Google accounts are left out: they say something about the resource, not about one
    identity.
    """

    def __init__(self, policies: Policies) -> None:
        self.policies = policies
        self.direct: dict[Principal, dict[Binding, None]] = defaultdict(dict)
        self.sets: dict[Binding, None] = {}
        for binding in policies.allow:
            for who in map(principal, binding.members):
                if who.kind in ("user", "service_account"):
                    self.direct[who][binding] = None
                elif who.kind not in ("everyone", "authenticated", "deleted"):
                    self.sets[binding] = None

    def naming(self, account: str) -> Iterable[Binding]:
        """Bindings that name the account itself, and those to sets it may be in."""
        return self.direct.get(principal(account), {}) | self.sets


def assess(
    account: str,
    grants: Grants,
    home: Iterable[str] = (),
    above: Mapping[str, tuple[str, ...]] | None = None,
    at: datetime | None = None,
) -> Assessment:
    """The privileges of one identity (`serviceAccount:…` or any other member).

    grants: every policy known, of all projects. home: names of its own project (`projects/ID`, `projects/NUMBER`);
    without them the project in its e-mail counts. above: the ancestors of each resource a policy is attached to, for
    deny policies higher up and for roles held higher up to combine with those held below.
    """
    ancestors, policies = above or {}, grants.policies
    own = frozenset(home) or frozenset({f"projects/{project_of(account.partition(':')[2])}"})
    bindings = list(grants.naming(account))
    held = list(_held(account, bindings, policies, ancestors, at))
    privileges = [
        *_by_class(held),
        *_impersonating(held, account),
        *_paths(held, ancestors),
        *_elsewhere(held, own),
    ]
    unread = tuple(_unread(account, bindings, policies))
    writes, reads = any(one.writes for one in held), any(one.reads for one in held)
    return Assessment(summary(privileges, writes, reads, bool(unread)), tuple(dict.fromkeys(privileges)), unread)


def breadth_of(on: str) -> Breadth:
    """How much a binding on this resource reaches."""
    if on.startswith(("organizations/", "folders/")):
        return Breadth.ORGANISATION
    return Breadth.ACCOUNT if on.startswith("projects/") and on.count("/") == 1 else Breadth.RESOURCE


def _held(
    account: str,
    bindings: Iterable[Binding],
    policies: Policies,
    above: Mapping[str, tuple[str, ...]],
    at: datetime | None,
) -> Iterator[Held]:
    for binding in bindings:
        request = Request(account, "", binding.on, above.get(binding.on, ()), at)
        member, applies = member_of(binding, request, policies)
        permissions = policies.permissions(binding.role)
        if applies is False or permissions is None:
            continue
        relevant, writes, reads = character(permissions)
        refusals = {one: _refused(one, request, policies) for one in relevant} if _limited(policies) else {}
        kept = frozenset(one for one in relevant if refusals.get(one, False) is not True)
        maybe = frozenset(one for one in kept if refusals.get(one, False) is None)
        yield Held(binding, kept, maybe, "" if applies else _open_point(binding, member), writes, reads)


def _limited(policies: Policies) -> bool:
    return bool(policies.deny or policies.boundaries)


def _refused(permission: str, request: Request, policies: Policies) -> bool | None:
    asked = Request(request.principal, permission, request.resource, request.ancestors, request.at)
    return refused(asked, policies)


def _open_point(binding: Binding, member: str) -> str:
    if binding.condition is None:
        return "its condition was not read"
    return binding.condition or f"membership in {member}"


def _privilege(power: Power, one: Held, actions: Iterable[str], escalation: str = "") -> Privilege:
    matched = tuple(sorted(actions))
    open_denial = bool(matched) and one.maybe_denied.issuperset(matched)
    denied = "a deny policy or boundary that could not be decided" if open_denial else ""
    return Privilege(
        power,
        breadth_of(one.binding.on),
        matched,
        one.binding.role,
        one.binding.on,
        bool(one.open_point or denied),
        one.open_point or denied,
        escalation,
    )


def _by_class(held: Iterable[Held]) -> Iterator[Privilege]:
    for one in held:
        for power, names in POWERS.items():
            matched = one.permissions & names
            if power is Power.ADMIN and breadth_of(one.binding.on) not in WIDE:
                continue
            if matched:
                yield _privilege(power, one, matched)
        if rewrites := [name for name in one.permissions if writes_policy(name)]:
            yield _privilege(Power.IAM_WRITE, one, rewrites)


def _impersonating(held: Iterable[Held], account: str) -> Iterator[Privilege]:
    """Minting credentials of other service accounts; its own is no gain."""
    for one in held:
        matched = one.permissions & IMPERSONATION.keys()
        if matched and account_of(one.binding.on) != account.partition(":")[2]:
            paths = sorted(IMPERSONATION[name] for name in matched if IMPERSONATION[name])
            yield _privilege(Power.IDENTITY_ESCALATION, one, matched, paths[0] if paths else "")


def _paths(held: list[Held], above: Mapping[str, tuple[str, ...]]) -> Iterator[Privilege]:
    """Sets of permissions that together reach another identity, held on a resource or inherited by it."""
    by_place: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_place[one.binding.on].append(one)
    custom = any(not one.binding.role.startswith("roles/") for one in held)
    for place, here in by_place.items():
        reaching = here + [one for up in above.get(place, ()) for one in by_place.get(up, ())]
        for path, needed in PATHS.items():
            if path == "gcp-r01" and not custom:
                continue
            yield from _path(path, needed, here, reaching)


def _path(path: str, needed: frozenset[str], here: list[Held], reaching: list[Held]) -> Iterator[Privilege]:
    """Told once, at the place whose own bindings contribute; certain when certain bindings alone suffice."""
    if not any(needed & one.permissions for one in here):
        return
    certain = [one for one in reaching if not one.open_point and not one.maybe_denied & needed]
    for used, open_point in ((certain, ""), (reaching, "needs bindings that are not certain")):
        if needed <= frozenset().union(*(one.permissions for one in used)):
            roles = ", ".join(sorted({one.binding.role for one in used if one.permissions & needed}))
            place = here[0].binding.on
            yield Privilege(
                Power.IDENTITY_ESCALATION,
                breadth_of(place),
                tuple(sorted(needed)),
                roles,
                place,
                bool(open_point),
                open_point,
                path,
            )
            return


def _elsewhere(held: Iterable[Held], home: frozenset[str]) -> Iterator[Privilege]:
    """Bindings in other projects, or above projects, let it act outside its own."""
    for one in held:
        on = one.binding.on
        project = "/".join(on.split("/")[:2]) if on.startswith("projects/") else ""
        comparable = any(name[9:].isdigit() == project[9:].isdigit() for name in home)
        foreign = project not in ("", "projects/-") and project not in home and comparable
        if breadth_of(on) is Breadth.ORGANISATION or foreign:
            yield _privilege(Power.CROSS_ACCOUNT_ASSUME, one, ())


def _unread(account: str, bindings: Iterable[Binding], policies: Policies) -> Iterator[Reason]:
    for name in sorted(policies.unread):
        yield Reason(Effect.ALLOW, name, "allow policy", "it could not be read")
    for binding in bindings:
        if policies.permissions(binding.role) is None:
            request = Request(account, "", binding.on)
            if member_of(binding, request, policies)[1] is not False:
                yield Reason(Effect.ALLOW, binding.on, binding.role, "the role's permissions are not known")
