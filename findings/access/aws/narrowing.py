"""Which conditions pin a wildcard principal to somebody in particular.

A condition pins when a positive operator (not IfExists, not ForAllValues, not a negated one) compares one of the keys
below with fixed values: no wildcard, no policy variable where the owner is named. `0.0.0.0/0` fixes nothing; nor does
a pattern that any account can meet.

Sources: S3 User Guide, "Blocking public access: the meaning of public"; AWS Config, lambda-function-public-access-
prohibited; the keys themselves: "AWS global condition context keys", Lambda, KMS and S3 authorization references.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Network

from findings.access.aws.comparisons import network
from findings.access.aws.documents import Condition
from findings.access.aws.patterns import has_wildcard, is_account_id, split_arn
from findings.access.aws.zone import Zone
from findings.access.ladder import Exposure


class Pins(Enum):
    """What a condition key says about the caller, or about the source a service acts for."""

    PRINCIPAL_ACCOUNT = "principal account"
    PRINCIPAL_ARN = "principal"
    PRINCIPAL_ID = "principal id"
    SOURCE_ACCOUNT = "source account"
    SOURCE_ARN = "source"
    ORGANISATION = "organisation"
    SOURCE_ORGANISATION = "source organisation"
    NETWORK = "network"
    ADDRESS = "address"
    SERVICE = "service"
    TOKEN = "token"  # noqa: S105
    RESOURCE_ACCOUNT = "resource account"
    VIA_SERVICE = "via service"


KEYS = {
    "aws:principalaccount": Pins.PRINCIPAL_ACCOUNT,
    "kms:calleraccount": Pins.PRINCIPAL_ACCOUNT,
    "aws:vpceaccount": Pins.PRINCIPAL_ACCOUNT,
    "s3:dataaccesspointaccount": Pins.PRINCIPAL_ACCOUNT,
    "aws:principalarn": Pins.PRINCIPAL_ARN,
    "s3:dataaccesspointarn": Pins.PRINCIPAL_ARN,
    "lambda:sourcefunctionarn": Pins.PRINCIPAL_ARN,
    "aws:userid": Pins.PRINCIPAL_ID,
    "aws:sourceaccount": Pins.SOURCE_ACCOUNT,
    "aws:sourceowner": Pins.SOURCE_ACCOUNT,
    "aws:sourcearn": Pins.SOURCE_ARN,
    "aws:principalorgid": Pins.ORGANISATION,
    "aws:principalorgpaths": Pins.ORGANISATION,
    "aws:vpceorgid": Pins.ORGANISATION,
    "aws:vpceorgpaths": Pins.ORGANISATION,
    "aws:sourceorgid": Pins.SOURCE_ORGANISATION,
    "aws:sourceorgpaths": Pins.SOURCE_ORGANISATION,
    "aws:sourcevpc": Pins.NETWORK,
    "aws:sourcevpce": Pins.NETWORK,
    "aws:sourceip": Pins.ADDRESS,
    "aws:vpcsourceip": Pins.ADDRESS,
    "aws:principalisawsservice": Pins.SERVICE,
    "aws:principalservicename": Pins.SERVICE,
    "lambda:eventsourcetoken": Pins.TOKEN,
}
"""The keys that narrow who may use a grant."""

WIDER_KEYS = {
    "aws:resourceaccount": Pins.RESOURCE_ACCOUNT,
    "s3:resourceaccount": Pins.RESOURCE_ACCOUNT,
    "kms:viaservice": Pins.VIA_SERVICE,
    "aws:calledvia": Pins.VIA_SERVICE,
    "aws:calledviafirst": Pins.VIA_SERVICE,
    "aws:calledvialast": Pins.VIA_SERVICE,
}
"""Keys that tie a grant to a resource or a way of calling, without saying who calls."""

_TEXT_OPERATORS = frozenset({"stringequals", "stringequalsignorecase", "stringlike"})
_ARN_OPERATORS = _TEXT_OPERATORS | {"arnequals", "arnlike"}
_ARN_PINS = (Pins.PRINCIPAL_ARN, Pins.SOURCE_ARN)
_ACCOUNT_PINS = (Pins.PRINCIPAL_ACCOUNT, Pins.SOURCE_ACCOUNT, Pins.RESOURCE_ACCOUNT)
_ORGANISATION_PINS = (Pins.ORGANISATION, Pins.SOURCE_ORGANISATION)
_WITHOUT_ACCOUNT = frozenset({"s3", "apigateway", "route53"})
"""Services whose ARNs carry no account id but a name that is unique for now (S3 buckets) or an id given once."""
WIDEST_IPV4 = 8
"""Prefix length; wider blocks than /8 (IPv4) and /32 (IPv6) count as everywhere, as S3 does it."""
WIDEST_IPV6 = 32


@dataclass(frozen=True, slots=True)
class Pin:
    """One condition that fixes the caller. accounts: the account ids its values carry, None for those without."""

    what: Pins
    values: tuple[str, ...]
    accounts: tuple[str | None, ...]
    condition: Condition


def pins(conditions: Iterable[Condition], *, wider: bool = False) -> list[Pin]:
    """The conditions that pin. wider: count the keys that tie to a resource or a way of calling as well."""
    keys = {**KEYS, **WIDER_KEYS} if wider else KEYS
    found = []
    for condition in conditions:
        what = keys.get(condition.key)
        if what and not condition.negated and not condition.if_exists and condition.quantifier != "all":
            pin = _pin(what, condition)
            if pin:
                found.append(pin)
    return found


def complement_pin(condition: Condition) -> Pin | None:
    """What still gets past a Deny under this condition, when that is somebody in particular.

    `StringNotEquals(IfExists) aws:PrincipalOrgID o-ours` refuses everyone else, callers without an organisation too.
    """
    if condition.key == "aws:principalisawsservice" and condition.values == ("false",) and condition.operator == "bool":
        return Pin(Pins.SERVICE, ("true",), (None,), condition)
    what = KEYS.get(condition.key)
    if what is None or not condition.negated or condition.quantifier == "any":
        return None
    turned = Condition(condition.operator.replace("not", "", 1), condition.key, condition.values, written="")
    return _pin(what, turned)


def never_holds(condition: Condition) -> bool:
    """Whether no request can meet the condition: `StringEquals aws:PrincipalAccount "*"` compares letter by letter.

    Only StringEquals is judged so. Under StringEqualsIgnoreCase a value that cannot match is kept as "fixes nothing":
    the cautious side, and what the tools we compared with agree on.
    """
    what = KEYS.get(condition.key)
    exact = condition.operator == "stringequals" and not condition.if_exists and condition.quantifier != "all"
    return bool(exact and what and condition.readable and not any(_possible(what, v) for v in condition.values))


def _possible(what: Pins, value: str) -> bool:
    """Whether the key can ever have exactly this value."""
    if "${" in value:
        return True
    if what in _ACCOUNT_PINS:
        return is_account_id(value)
    if what in _ORGANISATION_PINS:
        return value.startswith("o-") and not has_wildcard(value)
    if what in _ARN_PINS:
        return split_arn(value) is not None
    return True


def _pin(what: Pins, condition: Condition) -> Pin | None:
    if not condition.readable or not _operator_fits(what, condition):
        return None
    values = condition.values
    if condition.operator == "stringequals":
        values = tuple(value for value in values if _possible(what, value))
    if not values or not all(is_fixed(what, value) for value in values):
        return None
    return Pin(what, values, tuple(_account(what, value) for value in values), condition)


def _operator_fits(what: Pins, condition: Condition) -> bool:
    if what is Pins.ADDRESS:
        return condition.operator == "ipaddress"
    if condition.key == "aws:principalisawsservice":
        return condition.operator in ("bool", "stringequals")
    return condition.operator in (_ARN_OPERATORS if what in _ARN_PINS else _TEXT_OPERATORS)


def is_fixed(what: Pins, value: str) -> bool:
    """Whether the value names somebody, and not a pattern that a stranger can meet."""
    if "${" in value:
        return False
    if what in _ACCOUNT_PINS:
        return is_account_id(value)
    if what in _ARN_PINS:
        return _is_fixed_arn(value)
    if what in _ORGANISATION_PINS:
        return value.startswith("o-") and not has_wildcard(value.partition("/")[0])
    if what is Pins.ADDRESS:
        return is_narrow_network(value)
    if what is Pins.PRINCIPAL_ID:
        return _is_fixed_id(value)
    if what is Pins.SERVICE and value in ("true", "false"):
        return value == "true"
    return bool(value) and not has_wildcard(value)


def _is_fixed_arn(value: str) -> bool:
    arn = split_arn(value)
    if arn is None:
        return False
    if is_account_id(arn.account):
        return True
    name = arn.resource.partition("/")[0] if arn.service == "s3" else arn.resource
    return not arn.account and arn.service in _WITHOUT_ACCOUNT and bool(name) and not has_wildcard(name)


def _is_fixed_id(value: str) -> bool:
    """An id (`AROA…`, `AIDA…`), or a role's id with any session name behind the colon."""
    unique, _, session = value.partition(":")
    return (len(unique) >= 16 and not has_wildcard(unique) and session in ("", "*")) or not has_wildcard(value)


def is_narrow_network(text: str) -> bool:
    """Whether an address or block is narrower than the width that counts as everywhere."""
    block = network(text)
    if block is None:
        return False
    return block.prefixlen >= (WIDEST_IPV4 if isinstance(block, IPv4Network) else WIDEST_IPV6)


def _account(what: Pins, value: str) -> str | None:
    if what in _ACCOUNT_PINS:
        return value
    arn = split_arn(value) if what in _ARN_PINS else None
    return arn.account or None if arn else None


def by_bucket(pin: Pin) -> bool:
    """Whether a source is pinned by a bucket's ARN, which tells a name and not whose it is."""
    arns = (split_arn(value) for value in pin.values) if pin.what is Pins.SOURCE_ARN else ()
    return any(arn is not None and arn.service == "s3" and not arn.account for arn in arns)


def level_of(pin: Pin, zone: Zone) -> Exposure:
    """The rung to which the pin lowers a wildcard principal."""
    if pin.what is Pins.SERVICE:
        return Exposure.SERVICE_UNSCOPED
    if pin.what is Pins.TOKEN:
        return Exposure.SERVICE_SCOPED
    if pin.what in (Pins.SOURCE_ACCOUNT, Pins.SOURCE_ARN):
        named = zip(pin.values, pin.accounts, strict=True)
        return max(_level_of_source(value, account, zone) for value, account in named)
    if pin.what in _ORGANISATION_PINS:
        return max(zone.level_of_organisation(value.partition("/")[0]) for value in pin.values)
    if pin.what is Pins.NETWORK:
        return max(zone.level_of_network(value) for value in pin.values)
    return max(zone.level_of_account(account) if account else Exposure.EXTERNAL for account in pin.accounts)


def _level_of_source(value: str, account: str | None, zone: Zone) -> Exposure:
    """A service acting for a source of ours.

    A bucket's ARN carries no account id, and whoever registers the name once it is free has the bucket: it keeps out
    strangers at large, but the service acts for anybody's bucket of that name. The ids of APIs and hosted zones, which
    carry no account either, are not given twice.
    """
    if account is None:
        arn = split_arn(value)
        return Exposure.SERVICE_UNSCOPED if arn is not None and arn.service == "s3" else Exposure.SERVICE_SCOPED
    level = zone.level_of_account(account)
    return Exposure.SERVICE_SCOPED if level is Exposure.SAME_ACCOUNT else level
