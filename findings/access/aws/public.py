"""How exposed a resource is by its policy: the rung of the ladder, and the statements that put it there.

    public_access({"Statement": [...]}, account="111122223333").level

For each principal of each Allow: its own rung, lowered by the conditions that pin it (see `narrowing`), then the
explicit Denies of the same policy. A Deny under a condition takes away what it surely covers; a Deny that spares only
named callers (`StringNotEquals aws:PrincipalOrgID`) lowers the rung to them; any other is listed in `unless`.

This is what the policy grants. Whether an organisation policy or a closed path (no URL) stands in the way is not seen
here; `exposure` puts the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from findings.access.aws.conditions import context_of, undecided
from findings.access.aws.denials import Denials
from findings.access.aws.documents import Condition, MalformedPolicy, PolicyDocument, Principal, Statement, parse_policy
from findings.access.aws.narrowing import Pin, Pins, by_bucket, level_of, never_holds, pins
from findings.access.aws.patterns import overlaps
from findings.access.aws.principals import account_named, level_of_principal
from findings.access.aws.statements import describe
from findings.access.aws.zone import Zone
from findings.access.decision import Effect
from findings.access.ladder import Exposure, worst

EVERYONE_ELSE = "everyone but those in NotPrincipal"
_NEEDS_IDENTITY = ("aws:principalaccount", "aws:principalarn", "aws:principalorg", "aws:username", "aws:principaltag/")
"""Keys (or their beginnings) that only a signed request carries."""
_WEB_IDENTITY = {
    "cognito-identity.amazonaws.com": "cognito-identity.amazonaws.com:aud",
    "accounts.google.com": "accounts.google.com:aud",
    "graph.facebook.com": "graph.facebook.com:app_id",
    "www.amazon.com": "www.amazon.com:app_id",
}


@dataclass(frozen=True, slots=True)
class PublicGrant:
    """One principal that one statement lets in.

    kind: the rung's name, or a closer word: `federated_unscoped` (an identity provider without its audience fixed).
    principal_kind: AWS, Service, Federated or CanonicalUser. actions: what is left after the Denies, in lower case.
    conditions: the statement's own. unless: conditional Denies that may still refuse.
    """

    statement: str
    says: str
    principal: str
    principal_kind: str
    level: Exposure
    kind: str
    actions: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()
    unless: tuple[str, ...] = ()
    ip_restricted: bool = False


@dataclass(frozen=True, slots=True)
class PublicAccess:
    """The exposure by one policy. grants: every principal that is let in, the widest first."""

    level: Exposure
    grants: tuple[PublicGrant, ...] = ()

    @property
    def is_public(self) -> bool:
        """Whether strangers are let in."""
        return self.level.is_public

    @property
    def statements(self) -> tuple[str, ...]:
        """The statements that give the level."""
        return tuple(dict.fromkeys(grant.statement for grant in self.grants if grant.level is self.level))

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of grant there are, the widest first."""
        return tuple(dict.fromkeys(grant.kind for grant in self.grants))


def public_access(
    policy: PolicyDocument,
    account: str | None = None,
    *,
    own_accounts: Iterable[str] = (),
    organisation: str | None = None,
    own_networks: Iterable[str] | None = None,
    actions: Iterable[str] | None = None,
    known: Mapping[str, object] | None = None,
) -> PublicAccess:
    """The exposure that a resource policy (or a list of its statements) gives.

    account: the owner; own_accounts, organisation, own_networks: see Zone. actions: only these are asked about (without
    wildcards); grants then name those of them that are granted, instead of the patterns as written.
    known: what every request of the kind asked about carries, as in `Request.context`: statements whose conditions then
    fail are left out.
    Raises MalformedPolicy when the document cannot be read, ValueError when the account is not an id. A statement
    without Action counts for every action.
    """
    zone = Zone(
        account,
        frozenset(own_accounts),
        organisation,
        None if own_networks is None else frozenset(own_networks),
    )
    statements = parse_policy(policy, require_action=False).statements
    asked = None if actions is None else tuple(action.lower() for action in actions)
    context = context_of(known or {})
    denials = Denials(statements, context)
    found = [
        grant
        for statement in statements
        if statement.effect is Effect.ALLOW
        and not any(never_holds(c) for c in statement.conditions)
        and undecided(statement.conditions, context, variables=statement.variables) is not None
        for principal in _named(statement)
        for grant in _grants(statement, principal, denials, zone, asked)
    ]
    found.sort(key=lambda grant: -grant.level.rung)
    return PublicAccess(worst(grant.level for grant in found), tuple(found))


def public_access_if_readable(
    policy: PolicyDocument,
    account: str,
    *,
    own_accounts: Iterable[str] = (),
    organisation: str | None = None,
    actions: Iterable[str] | None = None,
) -> PublicAccess | None:
    """As `public_access`; None for a document that cannot be read."""
    try:
        return public_access(policy, account, own_accounts=own_accounts, organisation=organisation, actions=actions)
    except MalformedPolicy:
        return None


def _named(statement: Statement) -> tuple[Principal, ...]:
    """The principals let in; Allow with NotPrincipal lets in everyone but a few; an empty Principal counts as all."""
    if statement.not_principals is not None or statement.principals == ():
        return (Principal("AWS", "*"),)
    return statement.principals or ()


def _grants(
    statement: Statement, principal: Principal, denials: Denials, zone: Zone, asked: tuple[str, ...] | None
) -> Iterable[PublicGrant]:
    pinned = pins(statement.conditions)
    left = denials.left_of(statement, principal, pinned, asked)
    if not left.actions:
        return
    level, kind = _level(statement, principal, pinned, zone)
    if level.is_public:
        level = min([level, *(worst(level_of(pin, zone) for pin in spared) for spared in left.spared)])
        level = worst(level_of_principal(p, zone) for p in left.only) if left.only else level
        kind = kind if level.is_public else level.value
    if level is Exposure.NONE:
        return
    yield PublicGrant(
        statement=statement.name,
        says=describe(statement),
        principal=principal.value if statement.not_principals is None else EVERYONE_ELSE,
        principal_kind=principal.kind,
        level=level,
        kind=level.value if kind in Exposure._value2member_map_ else kind,
        actions=left.actions,
        conditions=statement.conditions,
        unless=left.unless,
        ip_restricted=any(pin.what is Pins.ADDRESS for pin in pinned),
    )


def _level(statement: Statement, principal: Principal, pinned: list[Pin], zone: Zone) -> tuple[Exposure, str]:
    base = level_of_principal(principal, zone)
    if principal.kind == "Service":
        level = _level_of_service([pin for pin in pinned if pin.what in _SCOPES_A_SERVICE], base, zone)
        return level, level.value
    if principal.kind == "Federated":
        kind = base.value if _is_scoped_federation(statement, principal) else "federated_unscoped"
        return base, kind
    if _contradicts(principal, pinned):
        return Exposure.NONE, Exposure.NONE.value
    if base is Exposure.PUBLIC_ANONYMOUS and needs_signature(statement):
        base = Exposure.PUBLIC_AUTHENTICATED
    level = min([base, *(level_of(pin, zone) for pin in pinned)])
    return level, level.value


def _level_of_service(scoping: list[Pin], base: Exposure, zone: Zone) -> Exposure:
    """What names an account decides; a bucket alone says nothing of whose it is."""
    naming = [pin for pin in scoping if not by_bucket(pin)]
    return min((level_of(pin, zone) for pin in naming or scoping), default=base)


def _contradicts(principal: Principal, pinned: list[Pin]) -> bool:
    """Whether a named principal can never be of the account its conditions ask for."""
    account = account_named(principal)
    asked = [pin.accounts for pin in pinned if pin.what in (Pins.PRINCIPAL_ACCOUNT, Pins.PRINCIPAL_ARN)]
    return account is not None and any(account not in accounts for accounts in asked)


_SCOPES_A_SERVICE = (Pins.SOURCE_ACCOUNT, Pins.SOURCE_ARN, Pins.SOURCE_ORGANISATION, Pins.TOKEN)


def _is_scoped_federation(statement: Statement, principal: Principal) -> bool:
    """Whether the audience is fixed: of a web identity provider or of an OIDC or SAML provider of an account."""
    audience = _WEB_IDENTITY.get(principal.value)
    provider = principal.value.partition(":oidc-provider/")[2]
    wanted = {audience} if audience else {f"{provider.lower()}:aud"} if provider else {"saml:aud"}
    return any(
        condition.key in wanted and not condition.negated and not condition.if_exists
        for condition in statement.conditions
        if condition.quantifier != "all" and not any("*" in value for value in condition.values)
    )


def needs_signature(statement: Statement) -> bool:
    """Whether a caller without credentials is out, though the principal is `*`.

    Either a condition asks for something only signed requests carry, or the actions are of Lambda's API, which takes
    signed requests only; a function URL may take others, unless its AuthType is pinned to AWS_IAM.
    """
    for condition in statement.conditions:
        positive = not condition.negated and not condition.if_exists and condition.quantifier != "all"
        if positive and condition.key.startswith(_NEEDS_IDENTITY):
            return True
        if positive and condition.key == "lambda:functionurlauthtype" and set(condition.values) == {"AWS_IAM"}:
            return True
    via_url = any(c.key == "lambda:invokedviafunctionurl" and "true" in c.values for c in statement.conditions)
    if via_url or not statement.actions:
        return False
    return all(a.startswith("lambda:") and not overlaps(a, "lambda:invokefunctionurl") for a in statement.actions)
