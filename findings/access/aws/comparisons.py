"""How each condition operator compares one value of the policy with one value of the request.

A comparison answers True or False; what is missing, negated or quantified is the business of `conditions`.
A value an operator cannot read (a word where a number is due) does not match.

Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network

from findings.access.aws.patterns import QUESTION, STAR, arn_matches, matches

Compare = Callable[[str, str], bool]
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_MONTH = re.compile(r"\d{4}-\d{2}", re.ASCII)


def _plain(text: str) -> str:
    """Where wildcards mean nothing, the stand-ins for literal ones are the characters themselves."""
    return text.replace(STAR, "*").replace(QUESTION, "?")


def string_equals(policy: str, request: str) -> bool:
    """Letter by letter; a star is a star."""
    return _plain(policy) == request


def string_equals_ignore_case(policy: str, request: str) -> bool:
    """As string_equals, without regard to case."""
    return _plain(policy).casefold() == request.casefold()


def boolean(policy: str, request: str) -> bool:
    """`true` or `false` in any case."""
    return policy.lower() in ("true", "false") and policy.lower() == request.lower()


@lru_cache(maxsize=10_000)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """A CIDR block or a single address; None when the text is neither."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        return None


def in_network(policy: str, request: str) -> bool:
    """Whether the request's address (or whole network) lies in the policy's network."""
    ours, theirs = network(policy), network(request)
    if isinstance(ours, IPv4Network) and isinstance(theirs, IPv4Network):
        return theirs.subnet_of(ours)
    if isinstance(ours, IPv6Network) and isinstance(theirs, IPv6Network):
        return theirs.subnet_of(ours)
    return False


def _number(text: str) -> Decimal | None:
    """A whole or decimal number, exactly: ids of twenty digits differ in the last one."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _moment(text: str) -> Decimal | None:
    """Seconds since 1970 of an ISO 8601 text (UTC when it names no zone) or of a text that is such a number.

    A month alone (`2026-11`) is its first day, as in the W3C's profile of ISO 8601, which AWS names.
    """
    seconds = _number(text)
    if seconds is not None:
        return seconds
    try:
        moment = datetime.fromisoformat(f"{text}-01" if _MONTH.fullmatch(text) else text)
    except ValueError:
        return None
    return Decimal(str((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


def _ordered(read: Callable[[str], Decimal | None], holds: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(policy: str, request: str) -> bool:
        ours, theirs = read(policy), read(request)
        return ours is not None and theirs is not None and holds(theirs, ours)

    return compare


_ORDERS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "equals": lambda request, policy: request == policy,
    "lessthan": lambda request, policy: request < policy,
    "lessthanequals": lambda request, policy: request <= policy,
    "greaterthan": lambda request, policy: request > policy,
    "greaterthanequals": lambda request, policy: request >= policy,
}

COMPARISONS: dict[str, Compare] = {
    "stringequals": string_equals,
    "stringequalsignorecase": string_equals_ignore_case,
    "stringlike": matches,
    "bool": boolean,
    "binaryequals": string_equals,
    "ipaddress": in_network,
    "arnequals": arn_matches,
    "arnlike": arn_matches,
    **{f"numeric{name}": _ordered(_number, holds) for name, holds in _ORDERS.items()},
    **{f"date{name}": _ordered(_moment, holds) for name, holds in _ORDERS.items()},
}
"""Every operator that asks for a likeness; the negated ones are these with "not" in the name."""


def positive_of(operator: str) -> str:
    """`stringnotlike` → `stringlike`; the operator itself when it is not negated."""
    return operator.replace("not", "", 1)
