"""Who outside the zone of trust a resource policy lets in, each with the statement that does it.

The zone is given as lists: accounts, organisations, and, when networks matter, VPCs and VPC endpoints. A list that is
not given (None) is not asked about: a condition on a VPC then counts as a restriction that was meant.
Every fixed value of a statement's conditions must be on its list; one that is not names an outsider.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from findings.access.aws.denials import Denials
from findings.access.aws.documents import PolicyDocument, Principal, Statement, parse_policy
from findings.access.aws.narrowing import Pin, Pins, never_holds, pins
from findings.access.aws.principals import account_named, is_anybody
from findings.access.decision import Effect


@dataclass(frozen=True, slots=True)
class ExternalPrincipal:
    """One outsider: what is named (an account, ARN, organisation, network, provider or `*`), and where."""

    name: str
    statement: str
    because: str


@dataclass(frozen=True, slots=True)
class _Trusted:
    accounts: frozenset[str]
    organisations: frozenset[str] | None
    vpcs: frozenset[str] | None
    endpoints: frozenset[str] | None

    def refuses(self, pin: Pin, value: str, account: str | None) -> bool:
        """Whether a pinned value names somebody outside."""
        if pin.what in (Pins.ORGANISATION, Pins.SOURCE_ORGANISATION):
            return self.organisations is None or value.partition("/")[0] not in self.organisations
        if pin.what is Pins.NETWORK:
            known = self.endpoints if value.startswith("vpce-") else self.vpcs
            return known is not None and value not in known
        if pin.what in (Pins.ADDRESS, Pins.TOKEN, Pins.SERVICE):
            return False
        return account is not None and account not in self.accounts


def external_principals(
    policy: PolicyDocument,
    own_accounts: Iterable[str],
    *,
    own_organisations: Iterable[str] | None = None,
    own_vpcs: Iterable[str] | None = None,
    own_endpoints: Iterable[str] | None = None,
    trusted_principals: Collection[str] = (),
) -> list[ExternalPrincipal]:
    """The outsiders the policy lets in, in its order; an empty list when there is none.

    Service principals are judged by their source, when one is fixed; without one see `public_access`, they are no
    outsiders by name. Raises MalformedPolicy when the document cannot be read.
    """
    trusted = _Trusted(frozenset(own_accounts), _set(own_organisations), _set(own_vpcs), _set(own_endpoints))
    statements = parse_policy(policy, require_action=False).statements
    denials = Denials(statements)
    found = []
    for statement in statements:
        if statement.effect is not Effect.ALLOW or any(never_holds(c) for c in statement.conditions):
            continue
        pinned = pins(statement.conditions)
        for principal in _named(statement):
            if principal.value not in trusted_principals and denials.left_of(statement, principal, pinned).actions:
                found += list(_outsiders(statement, principal, pinned, trusted))
    return list(dict.fromkeys(found))


def _set(values: Iterable[str] | None) -> frozenset[str] | None:
    return None if values is None else frozenset(values)


def _named(statement: Statement) -> tuple[Principal, ...]:
    everyone = (Principal("AWS", "*"),)
    return everyone if statement.not_principals is not None else statement.principals or ()


def _outsiders(
    statement: Statement, principal: Principal, pinned: list[Pin], trusted: _Trusted
) -> Iterable[ExternalPrincipal]:
    outside = [
        ExternalPrincipal(value, statement.name, f"{pin.condition.key} names it")
        for pin in pinned
        for value, account in zip(pin.values, pin.accounts, strict=True)
        if trusted.refuses(pin, value, account)
    ]
    if is_anybody(principal):
        yield from outside
        if not pinned:
            yield ExternalPrincipal(principal.value, statement.name, "no condition says who is meant")
        return
    if principal.kind == "Service":
        yield from outside
        return
    account = account_named(principal)
    if principal.kind == "Federated":
        own_provider = account in trusted.accounts and ":saml-provider/" in principal.value
        if not own_provider:
            yield ExternalPrincipal(principal.value, statement.name, "an identity provider outside the account")
    elif account not in trusted.accounts:
        yield ExternalPrincipal(principal.value, statement.name, "Principal names it")
