"""Where an entry of a Principal element stands on the exposure ladder, before any condition is looked at.

Source: IAM User Guide, "AWS JSON policy elements: Principal"; AWS refuses partial wildcards in principals, so a
pattern that cannot be met by every account counts as the outsider it seems to name.
"""

from __future__ import annotations

import re

from findings.access.aws.documents import Principal
from findings.access.aws.patterns import has_wildcard, is_account_id, matches, split_arn
from findings.access.aws.zone import Zone
from findings.access.ladder import Exposure

_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")
"""`AROA…`, `AIDA…`: what is left in a policy when the principal was deleted; it means nobody any more."""
_STRANGERS = ("arn:aws:iam::000000000001:role/stranger", "arn:aws:iam::999999999998:user/stranger")


def is_anybody(principal: Principal) -> bool:
    """Whether principals of every account are meant."""
    if principal.is_everyone or (principal.kind == "Federated" and principal.value == "*"):
        return True
    if principal.kind != "AWS" or not has_wildcard(principal.value):
        return False
    arn = split_arn(principal.value)
    if arn is not None and arn.account == "*":
        return True
    return any(matches(principal.value, stranger) for stranger in _STRANGERS)


def level_of_principal(principal: Principal, zone: Zone) -> Exposure:
    """The rung of one entry, without conditions."""
    if principal.is_everyone:
        return Exposure.PUBLIC_ANONYMOUS
    if is_anybody(principal):
        return Exposure.PUBLIC_AUTHENTICATED
    if principal.kind == "Service":
        return Exposure.SERVICE_UNSCOPED
    account = account_named(principal)
    if principal.kind == "Federated":
        own_saml = account is not None and account == zone.account and ":saml-provider/" in principal.value
        return Exposure.ORGANISATION if own_saml else Exposure.EXTERNAL
    if principal.kind == "AWS" and _UNIQUE_ID.fullmatch(principal.value):
        return Exposure.NONE
    return zone.level_of_account(account) if account else Exposure.EXTERNAL


def account_named(principal: Principal) -> str | None:
    """The account id in an account principal or ARN; None when there is none."""
    if is_account_id(principal.value):
        return principal.value
    arn = split_arn(principal.value)
    return arn.account if arn is not None and is_account_id(arn.account) else None
