"""What an AWS identity may do, as classes of power, from its raw policies. Judged by effect, never by a policy's name.

assess([NamedPolicy("app", {...})], principal="arn:aws:iam::111122223333:role/app").level
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from findings.access.aws.admin import SELF_GRANTS, admin_decision
from findings.access.aws.breadth import breadth_of, widest
from findings.access.aws.callers import Caller, caller_of
from findings.access.aws.decide import Levels, Policies, Request, decide
from findings.access.aws.documents import NamedPolicy
from findings.access.aws.escalation import Escalation, PathKind, Target, escalations
from findings.access.aws.grants import Held, effective
from findings.access.aws.masks import PowerMasks, mask, names_of, power_masks
from findings.access.aws.patterns import has_wildcard, overlaps, split_arn
from findings.access.aws.statements import describe
from findings.access.decision import Decision, Effect, Outcome, Reason
from findings.access.privilege import Assessment, Breadth, Level, Power, Privilege, summary

MOST_ACTIONS = 20
"""Actions named in one privilege; `*` would name twenty thousand."""
_MOST_RESOURCES = 5


def assess(
    identity: Sequence[NamedPolicy],
    *,
    principal: str | None = None,
    boundary: NamedPolicy | None = None,
    session: Sequence[NamedPolicy] | None = None,
    scps: Levels | None = None,
    unread: Iterable[str] = (),
    targets: Iterable[Target] | None = None,
    code_sources: Iterable[str] = (),
) -> Assessment:
    """The privileges of one identity.

    principal: its ARN; without it nothing is known of its account, and role assumption counts as leaving it only where
    any account is meant. boundary, session, scps, unread: as in `decide.Policies`. targets, code_sources: what
    escalation paths could use, see `escalation`. Raises MalformedPolicy (a ValueError) when a document cannot be read.
    """
    policies = Policies(tuple(identity), None, boundary, _tuple(session), scps, unread=frozenset(unread))
    caller = caller_of(principal)
    held = effective(policies, caller)
    sources = tuple(code_sources)
    admin = _admin(policies, caller, held)
    privileges = [*admin, *_by_class(held, caller, sources)]
    if not any(not one.conditional for one in admin):
        found = escalations(policies, caller, held, targets, sources)
        privileges += [_escalating(path) for path in found if counts_as_escalation(path)]
    return Assessment(_level(privileges, held, policies), tuple(privileges), _unread(policies))


def can(
    policies: Policies | Sequence[NamedPolicy], action: str, resource: str | None = None, principal: str | None = None
) -> Decision:
    """Whether whoever holds the policies may do the action, on a resource (or pattern), or on any at all (None)."""
    held = policies if isinstance(policies, Policies) else Policies(identity=tuple(policies))
    return decide(Request(principal, action, resource), held)


@dataclass(frozen=True, slots=True)
class EffectiveGrant:
    """One Allow statement in effect: some of its actions, on one resource pattern; `open` says what is undecided."""

    policy: str
    statement: str
    actions: tuple[str, ...]
    resource: str
    breadth: Breadth
    open: tuple[str, ...]


def effective_grants(
    policies: Policies, principal: str | None = None, most: int = MOST_ACTIONS
) -> list[EffectiveGrant]:
    """What the identity policies grant and nothing else takes away; `most` actions are named for each."""
    return [
        EffectiveGrant(
            policy=grant.policy,
            statement=describe(grant.statement),
            actions=names_of(grant.actions, most),
            resource=grant.resource,
            breadth=breadth_of(grant.resource),
            open=grant.open,
        )
        for grant in effective(policies, caller_of(principal))
    ]


def paths(
    policies: Policies,
    principal: str | None = None,
    targets: Iterable[Target] | None = None,
    code_sources: Iterable[str] = (),
) -> list[Escalation]:
    """Every escalation path the identity has the permissions for, also those that `assess` does not count."""
    caller = caller_of(principal)
    return escalations(policies, caller, effective(policies, caller), targets, code_sources)


def _tuple(policies: Sequence[NamedPolicy] | None) -> tuple[NamedPolicy, ...] | None:
    return None if policies is None else tuple(policies)


def _admin(policies: Policies, caller: Caller, held: list[Held]) -> list[Privilege]:
    """ADMIN, certain or conditional, when the self-granting IAM actions are held everywhere."""
    wide = 0
    for grant in held:
        if breadth_of(grant.resource) is Breadth.ACCOUNT:
            wide |= grant.actions
    if any(not mask(action.lower()) & wide for action, _ in SELF_GRANTS):
        return []
    decision = admin_decision(policies, caller.account or None, caller.arn or None)
    if decision.outcome not in (Outcome.ALLOWED, Outcome.ALLOWED_IF):
        return []
    reasons = decision.because or decision.unless
    via = "; ".join(dict.fromkeys(f"{reason.source}: {reason.says}" for reason in reasons[:3]))
    actions = tuple(action for action, _ in SELF_GRANTS)
    conditional = decision.outcome is Outcome.ALLOWED_IF
    condition = "; ".join(reason.condition or reason.says for reason in decision.unless)
    return [Privilege(Power.ADMIN, Breadth.ACCOUNT, actions, via, "*", conditional, condition)]


@dataclass(slots=True)
class _Gathered:
    """What one statement adds to one class of power."""

    actions: int
    resources: dict[str, None]


def _by_class(held: Iterable[Held], caller: Caller, sources: tuple[str, ...]) -> list[Privilege]:
    masks = power_masks()
    gathered: dict[tuple[Power, str, tuple[str, ...]], _Gathered] = {}
    for grant in held:
        if not grant.actions & masks.matters:
            continue
        for power, matched in _matched(grant, masks, caller, sources):
            key = (power, f"{grant.policy}: {grant.statement.name}", grant.open)
            one = gathered.setdefault(key, _Gathered(0, {}))
            one.actions |= matched
            one.resources[grant.resource] = None
    return [
        Privilege(
            power=power,
            breadth=widest([breadth_of(resource) for resource in one.resources]),
            actions=names_of(one.actions, MOST_ACTIONS),
            via=via,
            scope=", ".join(list(one.resources)[:_MOST_RESOURCES]),
            conditional=bool(opened),
            condition="; ".join(opened),
        )
        for (power, via, opened), one in gathered.items()
    ]


def _matched(grant: Held, masks: PowerMasks, caller: Caller, sources: tuple[str, ...]) -> Iterable[tuple[Power, int]]:
    """The classes of power a grant adds to, with its actions of the class."""
    relevant = grant.actions & masks.matters
    for power, actions in masks.powers.items():
        matched = relevant & actions
        if power is Power.DEPLOY_CODE and _deploys_through(grant, masks, sources):
            matched |= relevant & masks.deploys_through
        if matched and (power is not Power.CROSS_ACCOUNT_ASSUME or _leaves_account(grant.resource, caller)):
            yield power, matched


def _deploys_through(grant: Held, masks: PowerMasks, sources: tuple[str, ...]) -> bool:
    """Whether it writes to a store that code is deployed from."""
    return bool(grant.actions & masks.deploys_through) and any(overlaps(grant.resource, s) for s in sources)


def _leaves_account(resource: str, caller: Caller) -> bool:
    """Whether the pattern takes in a role of another account."""
    arn = split_arn(resource)
    if arn is None or has_wildcard(arn.account):
        return has_wildcard(resource)
    return bool(caller.account) and arn.account != caller.account


def counts_as_escalation(found: Escalation) -> bool:
    """Whether a path makes its holder near-admin.

    Assuming one role, or replacing the code of one function, is what roles are for; being able to with all of them is
    an escalation. Paths that end in an open or fed function are no escalation.
    """
    if not found.path.kind.raises_rights or found.path.kind is PathKind.SUPPLY_CHAIN:
        return False
    narrow_use = found.path.kind is PathKind.EXISTING_PASSROLE or found.path.id == "sts-001"
    return found.breadth is Breadth.ACCOUNT or not narrow_use


def _escalating(found: Escalation) -> Privilege:
    return Privilege(
        power=Power.IDENTITY_ESCALATION,
        breadth=found.breadth,
        actions=found.path.requires,
        via="; ".join(found.steps),
        scope=", ".join(found.targets[:_MOST_RESOURCES]),
        conditional=not found.certain,
        condition="" if found.certain else "a permission of the path hangs on a condition",
        escalation=found.path.id,
    )


def _level(privileges: list[Privilege], held: list[Held], policies: Policies) -> Level:
    masks = power_masks()
    beyond = 0
    changes = 0
    for grant in held:
        beyond |= grant.actions
        changes |= (grant.actions & ~_only_looks(grant, masks)) if grant.open else grant.actions
    changes &= masks.writes
    needs = ~masks.runtime_needs
    return summary(privileges, bool(changes & needs), bool(beyond & needs), bool(policies.unread))


def _only_looks(grant: Held, masks: PowerMasks) -> int:
    """The actions that change nothing under the grant's conditions."""
    found = 0
    for actions, words in masks.reads_if:
        if any(words in opened for opened in grant.open):
            found |= actions
    return found


def _unread(policies: Policies) -> tuple[Reason, ...]:
    effect = {"identity": Effect.ALLOW, "resource": Effect.ALLOW}
    return tuple(
        Reason(effect.get(name, Effect.LIMIT), name, "could not be read", "unknown") for name in sorted(policies.unread)
    )
