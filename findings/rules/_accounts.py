"""Which account something belongs to, and whether that one is ours."""

from __future__ import annotations

import re

from findings.seen import Seen

_ACCOUNT = re.compile(r"arn:aws[\w-]*:[\w-]*:[\w-]*:(\d{12}):")
_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)/")


def account_of(native_id: str) -> str:
    """The AWS account or Google project that a resource's name carries; "" where it carries none."""
    found = _ACCOUNT.match(native_id) or _PROJECT.search(native_id)
    return found.group(1) if found else ""


def is_foreign(seen: Seen, account: str) -> bool:
    """Whether an account is known and is not the function's own."""
    number = str(seen.of_account("config").get("number", ""))
    return account not in ("", seen.account, number)


def standing(seen: Seen, account: str) -> str:
    """What an account is to us, in words."""
    if account in seen.zone.accounts:
        return "one of ours"
    return "trusted" if account in seen.zone.trusted else "none of ours"


def is_ours(seen: Seen, account: str) -> bool:
    """Whether it is ours or somebody trusted."""
    return account in seen.zone.accounts or account in seen.zone.trusted
