"""Google's decision: deny policies first, then boundaries, then the union of allow policies over the hierarchy.

Source: cloud.google.com/iam/docs/policy-types#evaluation, /deny-overview, /principal-access-boundary-policies.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from findings.access.decision import Decision, Effect, Outcome, Reason
from findings.access.gcp import cel
from findings.access.gcp.permissions import matches, role_spelling
from findings.access.gcp.policies import Binding, Boundary, DenyRule, Policies, Request, plain_name
from findings.access.gcp.principals import Directory, covers
from findings.access.kleene import every, negate, some

Judged = Iterator[tuple[bool | None, Reason]]


def decide(request: Request, policies: Policies) -> Decision:
    """May the principal use the permission on the resource?

    - A deny rule in force on the resource or above: DENIED_EXPLICIT.
    - A principal access boundary in force that leaves the resource out: DENIED_IMPLICIT, the boundary in `because`.
    - Else allowed by any binding on the resource or above; ALLOWED_IF when that hangs on a condition, an unexpanded
      group, a role nobody read, or a deny rule or boundary that could not be decided.
    Only what `policies` holds is judged: without deny policies and boundaries the answer is "the allow policies grant".
    """
    return _Case(request, policies).decision()


def refused(request: Request, policies: Policies) -> bool | None:
    """Whether a deny policy or a boundary refuses the request, whatever grants it; None when undecided."""
    case = _Case(request, policies)
    return some(verdict for judged in (case.denials(), case.limits()) for verdict, _ in judged)


def refusing(request: Request, policies: Policies) -> list[DenyRule]:
    """The deny rules that refuse the request, whatever grants it."""
    case = _Case(request, policies)
    return [rule for rule in policies.deny if rule.on in case.chain and case.denied_by(rule)]


def member_of(binding: Binding, request: Request, policies: Policies) -> tuple[str, bool | None]:
    """The member of a binding that stands for the caller, and whether the binding applies (its role aside)."""
    return _Case(request, policies).granted_by(binding)


class _Case:
    """One request with what is looked up repeatedly about it."""

    def __init__(self, request: Request, policies: Policies) -> None:
        self.request = request
        self.policies = policies
        self.permission = role_spelling(request.permission)
        self.chain = {plain_name(name) for name in (request.resource, *request.ancestors)}
        self.attributes: Mapping[str, Any] = request.attributes
        if request.at is not None:
            self.attributes = {"request.time": request.at, **request.attributes}
        self.known = Directory(policies.groups, self.holders)

    def decision(self) -> Decision:
        refused, maybe_refused = _parted(self.denials())
        if refused:
            return Decision(Outcome.DENIED_EXPLICIT, refused)
        outside, maybe_outside = _parted(self.limits())
        if outside:
            return Decision(Outcome.DENIED_IMPLICIT, outside)
        granted, maybe_granted = _parted(self.grants())
        open_refusals = maybe_refused + maybe_outside
        if granted:
            return Decision(Outcome.ALLOWED_IF if open_refusals else Outcome.ALLOWED, granted, open_refusals)
        if maybe_granted:
            return Decision(Outcome.ALLOWED_IF, (), maybe_granted + open_refusals)
        return Decision(Outcome.DENIED_IMPLICIT)

    def denials(self) -> Judged:
        for rule in self.policies.deny:
            if rule.on in self.chain:
                yield self.denied_by(rule), _deny_reason(rule)

    def denied_by(self, rule: DenyRule) -> bool | None:
        named = any(matches(one, self.permission) for one in rule.permissions)
        excepted = any(matches(one, self.permission) for one in rule.exception_permissions)
        if not named or excepted:
            return False
        return every(
            (self.among(rule.principals), negate(self.among(rule.exception_principals)), self.holds(rule.condition))
        )

    def limits(self) -> Judged:
        """Boundaries add up: a principal may reach what any boundary in force for it lists."""
        bound = [(self.bound_by(boundary), boundary) for boundary in self.policies.boundaries]
        eligible = some(every((binds, self.within(boundary))) for binds, boundary in bound)
        for binds, boundary in bound:
            yield every((binds, self.blocks(boundary), negate(eligible))), _limit_reason(boundary)

    def bound_by(self, boundary: Boundary) -> bool | None:
        return every((self.among(boundary.principals), self.holds(boundary.condition)))

    def within(self, boundary: Boundary) -> bool:
        return any(name == "*" or name in self.chain for name in boundary.resources)

    def blocks(self, boundary: Boundary) -> bool | None:
        if boundary.blocks is None:
            return None
        return any(matches(one, self.permission) for one in boundary.blocks)

    def grants(self) -> Judged:
        for binding in self.policies.allow:
            if binding.on in self.chain:
                includes = self.includes(binding.role)
                if includes is not False:
                    member, verdict = self.granted_by(binding)
                    yield every((includes, verdict)), _allow_reason(binding, member, includes)
        for name in sorted(self.policies.unread & self.chain):
            yield None, Reason(Effect.ALLOW, name, "allow policy", "this allow policy could not be read")

    def includes(self, role: str) -> bool | None:
        permissions = self.policies.permissions(role)
        return None if permissions is None else self.permission in permissions

    def granted_by(self, binding: Binding) -> tuple[str, bool | None]:
        """The member that reaches the caller (or may), and whether the binding applies."""
        if not binding.members:
            return "", False
        verdicts = {member: covers(member, self.request.principal, self.known) for member in binding.members}
        reached = some(verdicts.values())
        member = next(one for one, verdict in verdicts.items() if verdict is reached)
        return member, every((reached, None if binding.condition is None else self.holds(binding.condition)))

    def among(self, members: Iterable[str]) -> bool | None:
        return some(covers(member, self.request.principal, self.known) for member in members)

    def holds(self, condition: str) -> bool | None:
        return cel.evaluate(condition, self.attributes) if condition else True

    def holders(self, project: str, role: str) -> Iterable[str] | None:
        """Members of a basic role on a project of the hierarchy; None for a project whose policy is not before us."""
        on = f"projects/{project}"
        if on not in self.chain or on in self.policies.unread:
            return None
        bindings = [binding for binding in self.policies.allow if binding.on == on and binding.role == role]
        return [member for binding in bindings for member in binding.members]


def _parted(judged: Judged) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Reasons that apply, and those that may."""
    certain, possible = [], []
    for verdict, reason in judged:
        if verdict is True:
            certain.append(reason)
        elif verdict is None:
            possible.append(reason)
    return tuple(certain), tuple(possible)


def _allow_reason(binding: Binding, member: str, includes: bool | None) -> Reason:
    open_points = [] if includes else [f"the permissions of {binding.role} are not known"]
    if binding.condition is None:
        open_points.append("its condition was not read")
    elif binding.condition:
        open_points.append(binding.condition)
    return Reason(Effect.ALLOW, binding.on, f"{binding.role} to {member}", "; ".join(open_points))


def _deny_reason(rule: DenyRule) -> Reason:
    says = f"{', '.join(rule.permissions)} denied to {', '.join(rule.principals)}"
    if rule.exception_principals:
        says += f" except {', '.join(rule.exception_principals)}"
    return Reason(Effect.DENY, rule.name or rule.on, says, rule.condition)


def _limit_reason(boundary: Boundary) -> Reason:
    unknown = "" if boundary.blocks is not None else "whether its enforcement version blocks this permission"
    says = f"{', '.join(boundary.principals)} only eligible for {', '.join(boundary.resources)}"
    return Reason(Effect.LIMIT, boundary.name, says, boundary.condition or unknown)
