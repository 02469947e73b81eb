"""Who can become a role by its trust policy: outsiders, loose statements, other services and our own principals.

Read once for each distinct policy, however many functions run as roles that carry it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from findings.access.aws.documents import MalformedPolicy, parse_policy
from findings.access.aws.external import external_principals
from findings.access.aws.principals import is_anybody
from findings.access.aws.trust import LooseTrust, TrustFlaw, loose_trusts
from findings.access.decision import Effect

Json = Any
#: The services that a function's role is there for.
LAMBDA = frozenset({"lambda.amazonaws.com", "edgelambda.amazonaws.com"})


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody outside the zone of trust who can become the role, by which statement, and what is loose about it."""

    principal: str
    statement: str
    flaws: tuple[TrustFlaw, ...] = ()


@dataclass(frozen=True, slots=True)
class Becoming:
    """What a trust policy lets happen. `others` are principals of our own and services that are not Lambda's;
    `unscoped` the services that may act for anybody's resource."""

    outsiders: tuple[Outsider, ...]
    others: tuple[str, ...]
    unscoped: tuple[str, ...]


def becoming(
    document: Mapping[str, Json], own_accounts: frozenset[str], organisations: frozenset[str] = frozenset()
) -> Becoming | None:
    """Who can become a role with this trust policy; None where the policy cannot be read.

    `own_accounts` are the role's own account and those that count as ours or are trusted like them. Without any
    `organisations` every organisation that is named counts as ours.
    """
    return _read(json.dumps(document, sort_keys=True), own_accounts, organisations)


@lru_cache(maxsize=4096)
def _read(text: str, own: frozenset[str], organisations: frozenset[str]) -> Becoming | None:
    document = json.loads(text)
    try:
        loose = loose_trusts(document, own)
        outside = external_principals(document, own, own_organisations=organisations or None)
        statements = parse_policy(document).statements
    except MalformedPolicy:
        return None
    unscoped = [one.principal for one in loose if one.flaw is TrustFlaw.SERVICE_UNSCOPED]
    named = [
        principal
        for statement in statements
        if statement.effect is Effect.ALLOW
        for principal in statement.principals or ()
        if not is_anybody(principal) and principal.kind in ("AWS", "Service") and principal.value not in LAMBDA
    ]
    strangers = {one.name for one in outside}
    return Becoming(
        outsiders=_outsiders([(one.name, one.statement) for one in outside], loose),
        others=tuple(dict.fromkeys(one.value for one in named if one.value not in strangers)),
        unscoped=tuple(dict.fromkeys(_bare(one) for one in unscoped)),
    )


def _outsiders(outside: list[tuple[str, str]], loose: list[LooseTrust]) -> tuple[Outsider, ...]:
    """Each outsider once, with the flaws of the statements that name it; and those whom only a flaw lets in."""
    flaws: dict[str, list[TrustFlaw]] = {}
    statements = dict(outside)
    for one in loose:
        if one.flaw is not TrustFlaw.SERVICE_UNSCOPED:
            flaws.setdefault(_bare(one.principal), []).append(one.flaw)
            statements.setdefault(_bare(one.principal), one.statement)
    return tuple(
        Outsider(name, statement, tuple(dict.fromkeys(flaws.get(name, ())))) for name, statement in statements.items()
    )


def _bare(principal: str) -> str:
    """A principal as its policy names it, without our word for its kind."""
    kind, _, value = principal.partition(":")
    return value if kind in ("AWS", "Service", "Federated", "CanonicalUser") and value else principal
