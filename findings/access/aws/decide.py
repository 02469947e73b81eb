"""The AWS decision: may this principal do this action on this resource, given these policies?

    decide(Request("arn:aws:iam::111122223333:role/app", "s3:GetObject", "arn:aws:s3:::data/x"),
           Policies(identity=(NamedPolicy("app-policy", {...}),)))

Order of evaluation (IAM User Guide, "How AWS enforcement code logic evaluates requests"): denied by default; an
explicit Deny in any policy wins; resource control policies and service control policies must allow at every level;
then identity policies, resource policy, permissions boundary and session policy, as follows.

- Same account: the identity policy or the resource policy suffices. A resource policy that names the account (its id
  or root) only passes the right on, so the identity policy must allow too. One that names the role stays limited by
  boundary and session policy; one that names the user, the session or everyone is not.
- Role trust policies and KMS key policies are needed always.
- Another account: both sides must allow.
- Services and anonymous callers have no identity policies: the resource policy decides alone.
- Service-linked roles are outside the organisation's policies; whoever calls `decide` leaves `scps` away for principals
  of the organisation's management account, to which they do not apply either. Resource control policies bear only on
  the services that support them (`rcp.restrains`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from findings.access.aws.callers import Caller, CallerKind, Naming, caller_of
from findings.access.aws.conditions import Context, context_of
from findings.access.aws.documents import NamedPolicy
from findings.access.aws.patterns import account_of, any_matches, covers, overlaps
from findings.access.aws.rcp import restrains
from findings.access.aws.statements import Match, Question, allow_patterns, matching
from findings.access.decision import Decision, Effect, Outcome, Reason
from findings.access.kleene import every, some

Levels = tuple[tuple[NamedPolicy, ...], ...]
"""Organisation policies: one tuple a level, from the organisation's root down to the account."""

_NEEDS_RESOURCE_POLICY = ("sts:assumerole*", "sts:tagsession", "sts:setsourceidentity", "sts:setcontext", "kms:*")
_WITHOUT_KEY = (
    "kms:listkeys", "kms:listaliases", "kms:listretirablegrants", "kms:createkey", "kms:generaterandom",
    "kms:*customkeystore", "kms:*customkeystores",
)  # fmt: skip
"""Actions of KMS that work on no key, so that no key policy bears on them."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked.

    principal: ARN of a user, role, role session or root; an account id (its root); a service (`s3.amazonaws.com`);
        `*` for an anonymous caller. ValueError when it is none of these. None: whoever holds the identity policies.
    action: `service:Action`, in any letter case.
    resource: ARN; with wildcards it means "some resource of this pattern"; None means "some resource".
    context: condition keys and their values (text, number, bool, list of them; None for "the request has no such
        key"). A key that is not given is unknown and leaves conditions on it undecided.
    complete: the context lists all keys there are; every other is absent.
    resource_account: owner of the resource where the ARN does not say it (S3); without it, the caller's own account.
    """

    principal: str | None
    action: str
    resource: str | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    complete: bool = False
    resource_account: str | None = None


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies that have a say.

    identity: attached to the principal, its groups included. resource: attached to the resource; None: not looked at,
    the decision then is about the caller's side alone; an empty tuple: looked at, there is none. boundary: None when
    there is none. session: None when there is no session policy. scps, rcps: None when not looked at.
    unread: names of the fields that exist but could not be read; what hangs on them is undecided.
    """

    identity: tuple[NamedPolicy, ...] = ()
    resource: tuple[NamedPolicy, ...] | None = None
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] | None = None
    scps: Levels | None = None
    rcps: Levels | None = None
    unread: frozenset[str] = frozenset()


def decide(request: Request, policies: Policies) -> Decision:
    """The outcome, the statements that gave it, and those whose conditions are still open.

    Raises MalformedPolicy (a ValueError) when a document cannot be read, ValueError when the principal cannot.
    """
    caller = caller_of(request.principal)
    action = request.action.lower()
    told = request.resource_account or account_of(request.resource or "")
    owner = told or caller.account
    context = _known(request, caller, told)
    answers = [
        _answer(Question(caller, action, resource, context, _is_bounded(policies)), policies, owner)
        for resource in _resources(request, policies, action)
    ]
    return max(answers, key=lambda answer: _RANK[answer.outcome])


_RANK = {Outcome.DENIED_IMPLICIT: 0, Outcome.DENIED_EXPLICIT: 1, Outcome.ALLOWED_IF: 2, Outcome.ALLOWED: 3}


def _is_bounded(policies: Policies) -> bool | None:
    return True if policies.boundary else None if "boundary" in policies.unread else False


def _known(request: Request, caller: Caller, told: str | None) -> Context:
    """What follows from the question. Whose a bucket is, or some resource nobody named, does not."""
    follows = dict(caller.known_values)
    if told:
        follows["aws:resourceaccount"] = follows["s3:resourceaccount"] = (told,)
    return context_of(request.context, complete=request.complete).with_values(follows)


def _resources(request: Request, policies: Policies, action: str) -> list[str]:
    """The resource asked for; for a pattern, the narrower patterns that the policies allow within it."""
    asked = request.resource or "*"
    if "*" not in asked and "?" not in asked:
        return [asked]
    sources = [*policies.identity, *(policies.resource or ()), *(policies.session or ())]
    if policies.boundary:
        sources.append(policies.boundary)
    for level in (*(policies.scps or ()), *(policies.rcps or ())):
        sources += level
    narrower = [p for p in allow_patterns(sources, action) if overlaps(asked, p) and not covers(p, asked)]
    return list(dict.fromkeys([asked, *narrower]))


@dataclass(frozen=True, slots=True)
class _Layer:
    """What one kind of policy says: its matches, and whether it allows at all."""

    name: str
    matches: tuple[Match, ...] = ()
    unread: bool = False

    @property
    def allows(self) -> tuple[Match, ...]:
        return tuple(m for m in self.matches if m.statement.effect is Effect.ALLOW)

    @property
    def denies(self) -> tuple[Match, ...]:
        return tuple(m for m in self.matches if m.statement.effect is Effect.DENY)

    @property
    def value(self) -> bool | None:
        return some([*(m.value for m in self.allows), *([None] if self.unread else [])])

    def named(self, *how: Naming) -> bool | None:
        return some([m.value for m in self.allows if m.naming in how])


def _answer(question: Question, policies: Policies, owner: str | None) -> Decision:
    own, resource = _own_layers(question, policies), _resource_layer(question, policies)
    spared = _outside_organisation_policies(question) or not restrains(question.action)
    rcps = [] if spared else _levels("rcps", policies.rcps, policies, question)
    layers = [*own, resource, *rcps]
    denied = [m for layer in layers for m in layer.denies if m.certain]
    if denied:
        return Decision(Outcome.DENIED_EXPLICIT, tuple(m.reason() for m in denied))
    granted = every([_granted(question, policies, owner, own, resource), *(layer.value for layer in rcps)])
    return _decision(granted, own, resource, rcps, layers)


def _own_layers(question: Question, policies: Policies) -> list[_Layer]:
    """Identity policies first, then what limits them; nothing for callers that have no account."""
    caller = question.caller
    if caller is None or caller.account is None or caller.kind is CallerKind.FEDERATED:
        return []
    asked = Question(None, question.action, question.resource, question.context)
    layers = [_Layer("identity", tuple(matching(policies.identity, asked)), "identity" in policies.unread)]
    if policies.boundary or "boundary" in policies.unread:
        boundary = (policies.boundary,) if policies.boundary else ()
        layers.append(_Layer("boundary", tuple(matching(boundary, asked)), "boundary" in policies.unread))
    if policies.session is not None or "session" in policies.unread:
        layers.append(_Layer("session", tuple(matching(policies.session or (), asked)), "session" in policies.unread))
    if not _outside_organisation_policies(question):
        layers += _levels("scps", policies.scps, policies, asked)
    return layers


def _outside_organisation_policies(question: Question) -> bool:
    return question.caller is not None and question.caller.is_service_linked


def _levels(name: str, levels: Levels | None, policies: Policies, question: Question) -> list[_Layer]:
    asked = Question(None, question.action, question.resource, question.context)
    if name == "rcps":
        asked = question
    found = [_Layer(name, tuple(matching(level, asked))) for level in levels or ()]
    return [*found, _Layer(name, (), unread=True)] if name in policies.unread else found


def _resource_layer(question: Question, policies: Policies) -> _Layer:
    found = [m for m in matching(policies.resource or (), question) if m.naming is not None]
    return _Layer("resource", tuple(found), "resource" in policies.unread)


def _granted(
    question: Question, policies: Policies, owner: str | None, own: list[_Layer], resource: _Layer
) -> bool | None:
    if not own:
        return resource.value if policies.resource is not None else some([resource.value, None])
    caller = question.caller
    identity = True if caller and caller.kind is CallerKind.ROOT else own[0].value
    limits = every(layer.value for layer in own[1:])
    organisation = every(layer.value for layer in own if layer.name == "scps")
    own_side = every([identity, limits])
    if policies.resource is None and not resource.unread:
        return own_side
    if caller and owner and caller.account != owner:
        return every([own_side, resource.value])
    unread = None if resource.unread else False
    named = resource.named(Naming.EXACT, Naming.SESSION, Naming.EVERYONE)
    unlimited = every([some([named, unread]), organisation])
    limited = every([resource.named(Naming.ROLE), limits])
    passed_on = every([own_side, some([resource.named(Naming.ACCOUNT), unread])])
    alone = passed_on if _needs_resource_policy(question.action) else own_side
    return some([unlimited, limited, alone])


def _needs_resource_policy(action: str) -> bool:
    return any_matches(_NEEDS_RESOURCE_POLICY, action) and not any_matches(_WITHOUT_KEY, action)


def _decision(
    granted: bool | None, own: list[_Layer], resource: _Layer, rcps: list[_Layer], layers: list[_Layer]
) -> Decision:
    grants = [*own[:1], resource]
    limits = [*own[1:], *rcps]
    if granted is False:
        refusing = [layer for layer in limits if layer.value is False]
        granting = any(layer.value is not False for layer in grants)
        return Decision(Outcome.DENIED_IMPLICIT, tuple(_refusal(layer) for layer in refusing if granting))
    because = tuple(m.reason() for layer in grants for m in layer.allows if m.certain)
    open_denies = [m.reason() for layer in layers for m in layer.denies]
    if granted is True and not open_denies:
        return Decision(Outcome.ALLOWED, because)
    unless = open_denies
    if granted is None:
        unless += [m.reason() for layer in grants for m in layer.allows if not m.certain]
        unless += [m.reason(Effect.LIMIT) for layer in limits if layer.value is None for m in layer.allows]
        unless += [_unread(layer) for layer in layers if layer.unread]
        if not own and not resource.allows and not resource.unread:
            unless.append(Reason(Effect.ALLOW, "resource policy", "was not looked at", "unknown"))
    return Decision(Outcome.ALLOWED_IF, because, tuple(dict.fromkeys(unless)))


def _refusal(layer: _Layer) -> Reason:
    return Reason(Effect.LIMIT, _TITLES[layer.name], "does not allow it")


def _unread(layer: _Layer) -> Reason:
    effect = Effect.ALLOW if layer.name in ("identity", "resource") else Effect.LIMIT
    return Reason(effect, _TITLES[layer.name], "could not be read", "unknown")


_TITLES = {
    "identity": "identity policies",
    "resource": "resource policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "scps": "service control policies",
    "rcps": "resource control policies",
}
