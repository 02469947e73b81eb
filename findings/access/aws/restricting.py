"""Single questions about one Condition block or statement, for rules and for comparing with other tools.

The exposure of a whole policy is `public.public_access`; these answer narrower questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from findings.access.aws.comparisons import in_network, network
from findings.access.aws.documents import Condition, Statement, parse_conditions, parse_policy
from findings.access.aws.narrowing import Pins, pins
from findings.access.aws.patterns import has_wildcard, is_account_id, split_arn
from findings.access.aws.principals import is_anybody

Block = Mapping[str, Any]

_RESOURCE_BOUND = (
    Pins.PRINCIPAL_ACCOUNT,
    Pins.PRINCIPAL_ARN,
    Pins.SOURCE_ACCOUNT,
    Pins.SOURCE_ARN,
    Pins.RESOURCE_ACCOUNT,
)


def restricts(block: Block, account: str, *, allow_cross_account: bool = False) -> bool:
    """Whether the Condition block ties a wildcard principal to the account, as principal, source or resource.

    allow_cross_account: any fixed account, organisation, network or calling service will do.
    """
    found = pins(parse_conditions(block), wider=True)
    if allow_cross_account:
        return bool(found)
    return any(pin.what in _RESOURCE_BOUND and set(pin.accounts) == {account} for pin in found)


def restricts_to_organisation(block: Block) -> bool:
    """Whether the block ties a wildcard principal to named organisations."""
    kinds = (Pins.ORGANISATION, Pins.SOURCE_ORGANISATION)
    return any(pin.what in kinds for pin in pins(parse_conditions(block)))


def _source_addresses(block: Block) -> Iterable[Condition]:
    for condition in parse_conditions(block):
        positive = condition.operator == "ipaddress" and not condition.if_exists and condition.quantifier != "all"
        if positive and condition.key in ("aws:sourceip", "aws:vpcsourceip"):
            yield condition


def restricts_to_private_addresses(block: Block) -> bool:
    """Whether every source address allowed is outside the internet's public space."""
    blocks = ([network(value) for value in condition.values] for condition in _source_addresses(block))
    return any(all(found is not None and found.is_private for found in one) for one in blocks)


def restricts_to_addresses(block: Block, trusted: Iterable[str] = ()) -> bool:
    """Whether every source address allowed lies in one of the trusted addresses or networks."""
    known = list(trusted)
    return any(
        all(any(in_network(ours, value) for ours in known) for value in condition.values)
        for condition in _source_addresses(block)
    )


def has_public_principal(statement: Mapping[str, Any]) -> bool:
    """Whether a statement's Principal takes in anybody (`*`, any account), whatever its conditions."""
    return _names_anybody(_parsed(statement))


def _names_anybody(statement: Statement) -> bool:
    if statement.not_principals is not None:
        return True
    return any(is_anybody(principal) for principal in statement.principals or ())


def restricts_source_arn(statement: Mapping[str, Any], account: str | None = None) -> bool:
    """Whether a statement ties its principal to fixed sources (aws:SourceArn), of the account when one is given.

    An S3 bucket's ARN names no account; its name fixes it all the same.
    """
    for pin in pins(_parsed(statement).conditions):
        if pin.what is Pins.SOURCE_ARN and (account is None or set(pin.accounts) <= {account, None}):
            return True
    return False


def restricts_sns_endpoint(block: Block) -> bool:
    """Whether the block fixes who receives an SNS subscription: an e-mail domain, one address, an account's ARN."""
    for condition in parse_conditions(block):
        positive = not condition.negated and not condition.if_exists and condition.quantifier != "all"
        if positive and condition.key == "sns:endpoint" and condition.operator.startswith(("string", "arn")):
            return all(_is_fixed_endpoint(value) for value in condition.values)
    return False


def _is_fixed_endpoint(value: str) -> bool:
    if "${" in value:
        return False
    arn = split_arn(value)
    if arn is not None:
        return is_account_id(arn.account)
    _, at, domain = value.rpartition("@")
    if at and "://" not in value:
        return bool(domain) and not has_wildcard(domain)
    return bool(value) and not has_wildcard(value)


def _parsed(statement: Mapping[str, Any]) -> Statement:
    """These questions are about single elements, so a statement may come without its Effect."""
    effect = {} if any(name.lower() == "effect" for name in statement) else {"Effect": "Allow"}
    return parse_policy({"Statement": [{**effect, **statement}]}, require_action=False).statements[0]
