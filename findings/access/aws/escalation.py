"""Ways for an AWS identity to get more rights than it has, from a catalogue of known paths.

A path needs all its permissions, and something to use them on: a role that may be passed and trusts the service, a
function with another role, a role that trusts the caller. What the account holds of these says whether a path is
confirmed or merely potential; without that knowledge every path is potential.

A condition `iam:PassedToService` is taken as met where it names the service of the path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from findings.access.aws.breadth import breadth_of, widest
from findings.access.aws.callers import Caller
from findings.access.aws.conditions import Context, context_of
from findings.access.aws.decide import Policies
from findings.access.aws.documents import PolicyDocument
from findings.access.aws.grants import Held, effective
from findings.access.aws.masks import mask, power_masks, read_facts, union_of
from findings.access.aws.patterns import overlaps
from findings.access.aws.statements import describe
from findings.access.aws.trust import trusts, trusts_service
from findings.access.privilege import Breadth

_PASSING = "iam:passrole"


class PathKind(StrEnum):
    """How a path works."""

    NEW_PASSROLE = "new-passrole"
    EXISTING_PASSROLE = "existing-passrole"
    SELF_ESCALATION = "self-escalation"
    PRINCIPAL_ACCESS = "principal-access"
    EXPOSURE = "exposure"
    SUPPLY_CHAIN = "supply-chain"
    INTEGRITY = "integrity"

    @property
    def raises_rights(self) -> bool:
        """Whether it ends with more rights (the others end with an open, fed or replaced function)."""
        return self not in (PathKind.EXPOSURE, PathKind.INTEGRITY)


@dataclass(frozen=True, slots=True)
class Path:
    """One row of the catalogue. service: whom a passed role must trust. on_function: what it does to a function."""

    id: str
    kind: PathKind
    requires: tuple[str, ...]
    yields: str
    service: str = ""
    on_function: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Something in the account that a path can be used on: a role (with its trust policy), user or function.

    arn: its own. kind: role, user or function. role: the role a function runs as. trust: None when not read.
    """

    arn: str
    kind: str
    role: str = ""
    trust: PolicyDocument | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """A path that an identity has the permissions for.

    confirmed: a target was found; then `targets` names them. certain: no permission hangs on an open condition.
    breadth: of the narrowest of its permissions. grants: for each permission the one that serves the path best.
    """

    path: Path
    certain: bool
    breadth: Breadth
    grants: tuple[Held, ...]
    confirmed: bool = False
    targets: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Permission by permission what allows it, and where it leads."""
        allowed = (_step(action, grant) for action, grant in zip(self.path.requires, self.grants, strict=True))
        return (*allowed, f"leads to {self.path.yields}")

    @property
    def state(self) -> str:
        """confirmed or potential."""
        return "confirmed" if self.confirmed else "potential"


@lru_cache(maxsize=1)
def catalogue() -> tuple[Path, ...]:
    """All known paths, from `escalation_paths.json`."""
    return tuple(
        Path(
            id=row["id"],
            kind=PathKind(row["kind"]),
            requires=tuple(row["requires"]),
            yields=row["yields"],
            service=row.get("service", ""),
            on_function=row.get("on_function", ""),
        )
        for row in read_facts("escalation_paths.json")["paths"]
    )


@lru_cache(maxsize=1)
def _needs() -> tuple[tuple[Path, int], ...]:
    """Each path with the set of its permissions."""
    return tuple((path, union_of(path.requires)) for path in catalogue())


def escalations(
    policies: Policies,
    caller: Caller,
    held: Iterable[Held],
    targets: Iterable[Target] | None = None,
    code_sources: Iterable[str] = (),
) -> list[Escalation]:
    """The paths an identity has the permissions for, in the order of the catalogue.

    held: what `effective` says of the same policies. targets: the account's roles, users and functions, None when not
    known. code_sources: ARNs of buckets (with `/*`) and repositories that functions are deployed from.
    """
    grants = list(held)
    matters, all_held = power_masks().matters, 0
    for grant in grants:
        all_held |= grant.actions & matters
    known = None if targets is None else tuple(targets)
    asked = _Asked(policies, caller, grants, known, tuple(code_sources))
    found = (asked.escalation(path) for path, needs in _needs() if not needs & ~all_held)
    return [one for one in found if one is not None]


class _Asked:
    """One identity's grants and the targets around it."""

    def __init__(
        self,
        policies: Policies,
        caller: Caller,
        grants: list[Held],
        targets: tuple[Target, ...] | None,
        code_sources: tuple[str, ...],
    ) -> None:
        self._policies, self._caller, self._grants = policies, caller, grants
        self._targets, self._code_sources = targets, code_sources
        self._passing: dict[str, list[Held]] = {}

    def escalation(self, path: Path) -> Escalation | None:
        """The path with its evidence; None when a permission is not held after all."""
        by_action = {action: self._grants_of(action.lower(), path) for action in path.requires}
        if not all(by_action.values()):
            return None
        targets = self._found(path, by_action) if self._targets is not None else ()
        return Escalation(
            path=path,
            certain=all(any(not grant.open for grant in grants) for grants in by_action.values()),
            breadth=_narrowest([widest([breadth_of(g.resource) for g in grants]) for grants in by_action.values()]),
            grants=tuple(_best(grants) for grants in by_action.values()),
            confirmed=bool(targets),
            targets=targets,
        )

    def _grants_of(self, action: str, path: Path) -> list[Held]:
        if action == _PASSING:
            return self._passes_to(path.service)
        bit = mask(action)
        grants = [grant for grant in self._grants if grant.actions & bit]
        if path.kind is PathKind.SUPPLY_CHAIN:
            return [g for g in grants if any(overlaps(g.resource, source) for source in self._code_sources)]
        if path.kind is PathKind.PRINCIPAL_ACCESS:
            return [g for g in grants if not self._is_own(g.resource)]
        return grants

    def _is_own(self, resource: str) -> bool:
        """Whether a resource is the caller and nobody else: managing one's own keys gains nothing."""
        own = self._caller.role_arn
        return bool(own) and breadth_of(resource) is Breadth.RESOURCE and overlaps(resource, own)

    def _passes_to(self, service: str) -> list[Held]:
        """iam:PassRole, judged as a request that passes the role to this service."""
        if service not in self._passing:
            context = context_of({"iam:PassedToService": service}) if service else Context()
            self._passing[service] = effective(self._policies, self._caller, context, only=mask(_PASSING))
        return self._passing[service]

    def _found(self, path: Path, by_action: dict[str, list[Held]]) -> tuple[str, ...]:
        """The ARNs of the targets a path can be used on."""
        find = _FINDERS.get(path.kind)
        return tuple(target.arn for target in self._targets or () if find and find(self, path, by_action, target))

    def _passable(self, path: Path, by_action: dict[str, list[Held]], target: Target) -> bool:
        if target.kind != "role" or target.arn == self._caller.role_arn or target.trust is None:
            return False
        passes = by_action.get("iam:PassRole", [])
        return _reaches(passes, target.arn) and trusts_service(target.trust, path.service) is not False

    def _holds_a_role(self, path: Path, by_action: dict[str, list[Held]], target: Target) -> bool:
        if target.kind != "function" or not path.id.startswith(("lambda-", "aws-x")):
            return False
        on_function = [grants for action, grants in by_action.items() if action != "lambda:PublishLayerVersion"]
        return target.role not in ("", self._caller.role_arn) and all(_reaches(g, target.arn) for g in on_function)

    def _is_itself(self, path: Path, by_action: dict[str, list[Held]], target: Target) -> bool:
        """Raising one's own rights: on the own role, or on a customer-managed policy it holds."""
        if target.arn != self._caller.role_arn:
            return False
        (action,) = path.requires
        if action in ("iam:PutRolePolicy", "iam:AttachRolePolicy"):
            return _reaches(by_action[action], target.arn)
        if action in ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"):
            own = [p.name for p in self._policies.identity if ":policy/" in p.name and "::aws:" not in p.name]
            return any(_reaches(by_action[action], name) for name in own)
        return False

    def _can_become(self, path: Path, by_action: dict[str, list[Held]], target: Target) -> bool:
        if target.arn in (self._caller.arn, self._caller.role_arn):
            return False
        needs_user = any(action in _ON_USERS for action in path.requires)
        if target.kind != ("user" if needs_user else "role"):
            return False
        on_target = [grants for action, grants in by_action.items() if action != "iam:CreatePolicyVersion"]
        if not all(_reaches(grants, target.arn) for grants in on_target):
            return False
        if "sts:AssumeRole" in path.requires:
            return target.trust is not None and trusts(target.trust, self._caller.arn).allowed is not False
        return True


_Finder = Callable[[_Asked, Path, dict[str, list[Held]], Target], bool]
_FINDERS: dict[PathKind, _Finder] = {
    PathKind.NEW_PASSROLE: _Asked._passable,
    PathKind.EXISTING_PASSROLE: _Asked._holds_a_role,
    PathKind.SELF_ESCALATION: _Asked._is_itself,
    PathKind.PRINCIPAL_ACCESS: _Asked._can_become,
}
_ON_USERS = frozenset(
    {"iam:CreateAccessKey", "iam:DeleteAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile"}
)
_BREADTHS = (Breadth.RESOURCE, Breadth.PATTERN, Breadth.ACCOUNT, Breadth.ORGANISATION)


def _narrowest(found: list[Breadth]) -> Breadth:
    return min(found, key=_BREADTHS.index, default=Breadth.RESOURCE)


def _reaches(grants: Iterable[Held], arn: str) -> bool:
    return any(overlaps(grant.resource, arn) for grant in grants)


def _best(grants: list[Held]) -> Held:
    """A certain grant before an open one, a wide one before a narrow one."""
    return max(grants, key=lambda grant: (not grant.open, _BREADTHS.index(breadth_of(grant.resource))))


def _step(action: str, grant: Held) -> str:
    doubt = f", if {'; '.join(grant.open)}" if grant.open else ""
    return f"{action} on {grant.resource}: {grant.policy}, {describe(grant.statement)}{doubt}"
