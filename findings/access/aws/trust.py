"""What is loose in a role's trust policy, and whether a role trusts a service or a principal.

Sources: IAM User Guide, "The confused deputy problem", "Create a role for OpenID Connect federation"; Lambda Developer
Guide, "Execution role".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from findings.access.aws.decide import Policies, Request, decide
from findings.access.aws.documents import Condition, NamedPolicy, PolicyDocument, Principal, Statement, parse_policy
from findings.access.aws.narrowing import Pin, Pins, by_bucket, never_holds, pins
from findings.access.aws.patterns import any_matches, has_wildcard
from findings.access.aws.principals import account_named, is_anybody
from findings.access.aws.statements import describe
from findings.access.decision import Decision, Effect

_ASSUME = ("sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity")
_WEB_AUDIENCE = {
    "cognito-identity.amazonaws.com": ("cognito-identity.amazonaws.com:aud",),
    "accounts.google.com": ("accounts.google.com:aud", "accounts.google.com:oaud"),
    "graph.facebook.com": ("graph.facebook.com:app_id",),
    "www.amazon.com": ("www.amazon.com:app_id",),
}


_MAY_ASSUME = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}


class TrustFlaw(Enum):
    """A way in which a trust policy lets in more than was probably meant."""

    ANYONE = "any AWS principal may assume the role"
    EXTERNAL_WITHOUT_EXTERNAL_ID = "another account may assume the role without an external id"
    OIDC_WITHOUT_AUDIENCE = "the identity provider's audience is not fixed"
    OIDC_WITHOUT_SUBJECT = "the identity provider's subject is not fixed"
    OIDC_SUBJECT_WILDCARD = "the identity provider's subject begins with a wildcard"
    WEB_IDENTITY_WITHOUT_AUDIENCE = "any application of the web identity provider may assume the role"
    SERVICE_UNSCOPED = "the service may act for anybody's resource"


@dataclass(frozen=True, slots=True)
class LooseTrust:
    """One flaw, the principal it concerns, and the statement."""

    flaw: TrustFlaw
    principal: str
    statement: str


def loose_trusts(policy: PolicyDocument, own_accounts: Iterable[str]) -> list[LooseTrust]:
    """Every flaw of a trust policy. own_accounts: the role's own account and those trusted like it.

    Raises MalformedPolicy when the document cannot be read.
    """
    own = frozenset(own_accounts)
    found = []
    for statement in _assumable(policy):
        named = (Principal("AWS", "*"),) if statement.not_principals is not None else statement.principals or ()
        for principal in named:
            found += [
                LooseTrust(flaw, str(principal), describe(statement)) for flaw in _flaws(statement, principal, own)
            ]
    return found


def _assumable(policy: PolicyDocument) -> list[Statement]:
    return [
        statement
        for statement in parse_policy(policy).statements
        if statement.effect is Effect.ALLOW
        and any(any_matches(statement.actions, action) for action in _ASSUME)
        and not any(never_holds(condition) for condition in statement.conditions)
    ]


def _flaws(statement: Statement, principal: Principal, own: frozenset[str]) -> Iterable[TrustFlaw]:
    if principal.kind == "Service":
        if not any(_scopes(pin) for pin in pins(statement.conditions)):
            yield TrustFlaw.SERVICE_UNSCOPED
    elif principal.kind == "Federated":
        yield from _federation_flaws(statement, principal)
    elif is_anybody(principal):
        if not pins(statement.conditions):
            yield TrustFlaw.ANYONE
    else:
        account = account_named(principal)
        if account is not None and account not in own and not _fixes(statement.conditions, ("sts:externalid",)):
            yield TrustFlaw.EXTERNAL_WITHOUT_EXTERNAL_ID


def _scopes(pin: Pin) -> bool:
    """Whether a pin says whose resource a service acts for; a bucket's ARN does not."""
    return pin.what in (Pins.SOURCE_ACCOUNT, Pins.SOURCE_ARN, Pins.SOURCE_ORGANISATION) and not by_bucket(pin)


def _federation_flaws(statement: Statement, principal: Principal) -> Iterable[TrustFlaw]:
    provider = principal.value.partition(":oidc-provider/")[2].lower()
    if principal.value in _WEB_AUDIENCE:
        if not _fixes(statement.conditions, _WEB_AUDIENCE[principal.value]):
            yield TrustFlaw.WEB_IDENTITY_WITHOUT_AUDIENCE
    elif provider:
        subjects = [c for c in _positive(statement.conditions) if c.key == f"{provider}:sub"]
        if not _fixes(statement.conditions, (f"{provider}:aud",)):
            yield TrustFlaw.OIDC_WITHOUT_AUDIENCE
        if not subjects:
            yield TrustFlaw.OIDC_WITHOUT_SUBJECT
        elif all(any(_starts_wild(c, value) for value in c.values) for c in subjects):
            yield TrustFlaw.OIDC_SUBJECT_WILDCARD


def _starts_wild(condition: Condition, subject: str) -> bool:
    """Whether a subject is open at the front: `*`, `repo:*`, `repo:*/x`; what comes after the first part may vary."""
    owner = subject.partition("/")[0]
    return condition.operator == "stringlike" and has_wildcard(owner)


def _positive(conditions: Iterable[Condition]) -> list[Condition]:
    return [c for c in conditions if not c.negated and not c.if_exists and c.quantifier != "all" and c.readable]


def _fixes(conditions: Iterable[Condition], keys: tuple[str, ...]) -> bool:
    """Whether one of the keys is compared with values of which none is a bare wildcard."""
    return any(
        c.key in keys and c.values and not any(v.strip("*?") == "" for v in c.values) for c in _positive(conditions)
    )


def trusts_service(policy: PolicyDocument, service: str) -> bool | None:
    """Whether a service (`lambda.amazonaws.com`) may assume the role; None when a condition decides."""
    decision = trusts(policy, service)
    return decision.allowed


def trusts(policy: PolicyDocument, principal: str, context: dict[str, object] | None = None) -> Decision:
    """Whether the trust policy lets a principal assume the role, provided the principal's own policies agree."""
    agreed = NamedPolicy("the principal's own policies", {"Statement": [_MAY_ASSUME]})
    request = Request(principal, "sts:AssumeRole", "*", context or {})
    return decide(request, Policies(identity=(agreed,), resource=(NamedPolicy("trust policy", policy),)))
