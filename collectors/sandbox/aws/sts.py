"""STS, API 2011-06-15: who one is, and taking on a role in another account.

An access key says which account it belongs to: `FANLIGHT` and twelve digits. A session of an assumed role is
`FANLIGHTSESSION` and the digits of the role's account. Any other key is one of the management account."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.sandbox.aws.asked import Asked, AwsService
from collectors.sandbox.aws.protocol import Refused
from collectors.sandbox.estate.aws.accounts import ACTIVE, MANAGEMENT, READER_ROLE
from collectors.sandbox.estate.aws.identity import Role
from collectors.sandbox.estate.names import hexadecimal, letters

_KEY = re.compile(r"^FANLIGHT(SESSION)?(\d{12})$")
_ROLE = re.compile(r"^arn:aws:iam::(\d{12}):role/(?:.*/)?([^/]+)$")


def account_of(key: str, token: str) -> str | None:
    """The account an access key belongs to, or None when no such key is known."""
    found = _KEY.match(key)
    if found is None:
        return MANAGEMENT
    session, account = found.groups()
    if account not in ACTIVE or (session and token != _token(account)):
        return None
    return account


def _token(account: str) -> str:
    return "session-" + hexadecimal(40, "token", account)


def get_caller_identity(asked: Asked) -> dict[str, Any]:
    return {
        "UserId": "AROA" + letters(17, READER_ROLE, asked.account) + ":fanlight",
        "Account": asked.account,
        "Arn": f"arn:aws:sts::{asked.account}:assumed-role/{READER_ROLE}/fanlight",
    }


def assume_role(asked: Asked) -> dict[str, Any]:
    arn, session = asked.text("RoleArn"), asked.text("RoleSessionName")
    found = _ROLE.match(arn)
    role = asked.state.role(*found.groups()) if found and found[1] in ACTIVE else None
    if role is None or not _trusts(role, asked.account, asked.text("ExternalId")):
        raise Refused(
            f"User: arn:aws:iam::{asked.account}:root is not authorized to perform: sts:AssumeRole on resource: {arn}",
            "denied",
        )
    # The SDK compares the end of a session with its own clock, so this one time is not the estate's.
    ends = datetime.now(UTC) + timedelta(seconds=asked.number("DurationSeconds", 3600))
    return {
        "Credentials": {
            "AccessKeyId": f"FANLIGHTSESSION{role.account}",
            "SecretAccessKey": hexadecimal(40, "session secret", role.account),
            "SessionToken": _token(role.account),
            "Expiration": ends,
        },
        "AssumedRoleUser": {
            "AssumedRoleId": f"AROA{letters(17, role.name, role.account)}:{session}",
            "Arn": f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session}",
        },
        "PackedPolicySize": 1,
    }


def _trusts(role: Role, caller: str, external_id: str) -> bool:
    for statement in role.trust["Statement"]:
        named = statement["Principal"].get("AWS", [])
        principals = [named] if isinstance(named, str) else named
        agreed = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId", external_id)
        if agreed == external_id and {"*", caller, f"arn:aws:iam::{caller}:root"} & set(principals):
            return True
    return False


STS = AwsService(
    name="sts",
    scope="sts",
    protocol="query",
    namespace="https://sts.amazonaws.com/doc/2011-06-15/",
    everywhere=True,
    operations={"GetCallerIdentity": get_caller_identity, "AssumeRole": assume_role},
)
