"""Azure's decision: deny assignments first, then the union of role assignments over the scope chain.

Source: learn.microsoft.com/azure/role-based-access-control/overview (how access is determined), /role-definitions,
/deny-assignments, /conditions-overview.
"""

from collections.abc import Iterator

from findings.access.azure.actions import includes
from findings.access.azure.conditions import evaluate
from findings.access.azure.policies import EVERYONE, Assignment, Denial, Policies, Request
from findings.access.azure.roles import Permission
from findings.access.azure.scopes import is_exactly, plain_scope, reaches
from findings.access.decision import Decision, Effect, Outcome, Reason
from findings.access.kleene import every, negate, some

ASSIGNMENT_WRITES = ("microsoft.authorization/roleassignments/write", "microsoft.authorization/roleassignments/delete")
Judged = Iterator[tuple[bool | None, Reason]]


def decide(request: Request, policies: Policies) -> Decision:
    """May the principal perform the action at the resource?

    - A deny assignment in force: DENIED_EXPLICIT.
    - Else allowed by any assignment at the resource or above whose role names the action on that plane and does not
      leave it out (notActions of one role never take away what another gives); ALLOWED_IF when that hangs on a
      condition, a group's members, an unknown role, an unknown management group or an undecided deny assignment.
    """
    return _Case(request, policies).decision()


def refused(request: Request, policies: Policies) -> bool | None:
    """Whether a deny assignment refuses the request, whatever grants it; None when undecided."""
    return some(verdict for verdict, _ in _Case(request, policies).denials())


def assigned(assignment: Assignment, request: Request, policies: Policies) -> bool | None:
    """Whether the assignment's principal is, or contains, the caller; None when a group was not expanded."""
    return _Case(request, policies).includes(assignment.principal, assignment.principal_type)


def condition_of(assignment: Assignment, request: Request, policies: Policies) -> tuple[bool | None, str]:
    """Whether the conditions of an assignment and of its role let the action through, and those conditions' text."""
    case = _Case(request, policies)
    entries = [one for one in policies.permissions(assignment) or () if includes(one, request.action, request.data)]
    verdict = every((case.holds(assignment.condition), some(case.holds(one.condition) for one in entries)))
    texts = (assignment.condition, *(one.condition for one in entries)) if case.conditional else ()
    return verdict, "; ".join(filter(None, texts))


class _Case:
    """One request with what is looked up repeatedly about it."""

    def __init__(self, request: Request, policies: Policies) -> None:
        self.request = request
        self.policies = policies
        self.principal = request.principal.lower()
        self.groups = None if request.groups is None else {name.lower() for name in request.groups}
        self.conditional = request.data or request.action.lower() in ASSIGNMENT_WRITES

    def decision(self) -> Decision:
        refused, maybe_refused = _parted(self.denials())
        if refused:
            return Decision(Outcome.DENIED_EXPLICIT, refused)
        granted, maybe_granted = _parted(self.grants())
        if granted:
            return Decision(Outcome.ALLOWED_IF if maybe_refused else Outcome.ALLOWED, granted, maybe_refused)
        if maybe_granted:
            return Decision(Outcome.ALLOWED_IF, (), maybe_granted + maybe_refused)
        return Decision(Outcome.DENIED_IMPLICIT)

    def denials(self) -> Judged:
        for denial in self.policies.denials:
            yield self.denied_by(denial), _deny_reason(denial)

    def denied_by(self, denial: Denial) -> bool | None:
        at = is_exactly(denial.scope, self.request.resource) if denial.this_scope_only else self.reached(denial.scope)
        if at is False:
            return False
        return every(
            (
                at,
                some(self.permitted(one) for one in denial.permissions),
                some(self.includes(*party) for party in denial.principals),
                negate(some(self.includes(*party) for party in denial.exclude)),
                self.holds(denial.condition),
            )
        )

    def grants(self) -> Judged:
        for assignment in self.policies.assignments:
            verdict = self.granted_by(assignment)
            if verdict is not False:
                yield verdict, self.allow_reason(assignment)
        for scope in sorted(self.policies.unread):
            if self.reached(scope) is not False:
                yield None, Reason(Effect.ALLOW, scope, "role assignments", "they could not be read")

    def granted_by(self, assignment: Assignment) -> bool | None:
        reached = self.reached(assignment.scope)
        member = False if reached is False else self.includes(assignment.principal, assignment.principal_type)
        if member is False:
            return False
        permissions = self.policies.permissions(assignment)
        contained = None if permissions is None else some(self.permitted(one) for one in permissions)
        return every((reached, member, contained, self.holds(assignment.condition)))

    def permitted(self, permission: Permission) -> bool | None:
        return includes(permission, self.request.action, self.request.data) and self.holds(permission.condition)

    def holds(self, condition: str) -> bool | None:
        """Conditions bear on data actions and on writing role assignments only."""
        if not condition or not self.conditional:
            return True
        return evaluate(condition, self.request.action, self.request.attributes)

    def reached(self, scope: str) -> bool | None:
        return reaches(scope, self.request.resource, self.policies.management_groups)

    def includes(self, party: str, kind: str) -> bool | None:
        """Whether a principal of an assignment is, or contains, the caller."""
        if party in (EVERYONE, self.principal) or (self.groups is not None and party in self.groups):
            return True
        listed = self.member_of(party, frozenset())
        if listed is not None:
            return listed
        return None if kind.lower().endswith("group") and self.groups is None else False

    def member_of(self, group: str, seen: frozenset[str]) -> bool | None:
        members = self.policies.groups.get(group)
        if members is None:
            return None
        if group in seen:
            return False
        deeper = seen | {group}
        names = [name.lower() for name in members]
        return self.principal in names or any(
            self.member_of(name, deeper) for name in names if name in self.policies.groups
        )

    def allow_reason(self, assignment: Assignment) -> Reason:
        known = self.policies.permissions(assignment)
        points = [] if known is not None else ["the role's definition is not known"]
        if self.reached(assignment.scope) is None:
            points.append("whether the subscription lies under this management group")
        if self.includes(assignment.principal, assignment.principal_type) is None:
            points.append(f"membership in group {assignment.principal}")
        if self.conditional:
            inner = [one.condition for one in known or () if one.condition and self.permitted(one) is not False]
            points += [text for text in (assignment.condition, *inner) if text]
        says = f"{self.policies.role_name(assignment)} to {assignment.principal} at {assignment.scope or '/'}"
        return Reason(Effect.ALLOW, assignment.name or plain_scope(assignment.scope) or "/", says, "; ".join(points))


def _parted(judged: Judged) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Reasons that apply, and those that may."""
    certain, possible = [], []
    for verdict, reason in judged:
        if verdict is True:
            certain.append(reason)
        elif verdict is None:
            possible.append(reason)
    return tuple(certain), tuple(possible)


def _deny_reason(denial: Denial) -> Reason:
    names = ", ".join("everyone" if party == EVERYONE else party for party, _ in denial.principals)
    says = f"deny assignment at {denial.scope or '/'} for {names}"
    if denial.exclude:
        says += f" except {', '.join(party for party, _ in denial.exclude)}"
    return Reason(Effect.DENY, denial.name or denial.scope, says, denial.condition)
