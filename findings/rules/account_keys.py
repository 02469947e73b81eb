"""There are key files for the service account that the function runs as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from findings.example import with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._powers import called, without_identity
from findings.rules._worlds import NARROW, READ, holding
from findings.seen import Seen
from findings.severity import Severity

_OLD_DAYS = 90


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for identity in seen.identities:
        for key in identity.section("keys").get("keys") or ():
            expires, created = _moment(key.get("expires")), _moment(key.get("created"))
            if expires and expires < seen.at:
                continue
            days = (seen.at - created).days if created else None
            severity, because = _severity(key, days)
            age = f"{days} {'day' if days == 1 else 'days'} old" if days is not None else "of unknown age"
            yield Evidence(
                f"A key made by a person for {called(identity)} ({str(key.get('id', ''))[:8]}…) is {age}",
                about=f"{identity.native_id} {key.get('id')}", severity=severity, because=because,
            )  # fmt: skip


def _severity(key: Mapping[str, Any], days: int | None) -> tuple[Severity | None, str]:
    if key.get("disabled"):
        return Severity.LOW, "the key is disabled"
    if days is not None and days <= _OLD_DAYS:
        return Severity.MEDIUM, f"it is not older than {_OLD_DAYS} days"
    return None, ""


def _moment(text: object) -> datetime | None:
    """A moment as Google writes it: RFC 3339 in UTC."""
    if not isinstance(text, str) or len(text) < 19 or not text[:4].isdigit():
        return None
    return datetime.fromisoformat(text[:19]).replace(tzinfo=UTC)


def _with_keys(*keys: Mapping[str, Any]) -> Seen:
    seen = holding("gcp", NARROW)
    document = {**READ, "keys": {"keys": list(keys)}}
    return with_(seen, identities=tuple(replace(one, document=document) for one in seen.identities))


RULE = Rule(
    id="account_keys",
    title="There are key files for the function's service account",
    severity=Severity.HIGH,
    subject=Subject.PRIVILEGE,
    why="A key file works from anywhere for years; the function needs none, for it gets short-lived tokens by itself.",
    checks={"gcp": Check(look, needs=("identity:keys",), applies=without_identity)},
    fix={
        "gcp": Fix(
            console="IAM, Service accounts, the account, Keys: disable the key, watch for a day what breaks, delete "
            "it.",
            cli="gcloud iam service-accounts keys delete KEY_ID --iam-account=EMAIL",
            terraform="Remove the google_service_account_key.",
        )
    },
    fails=(_with_keys({"id": "c19e6460e14a", "created": "2025-01-07T19:51:30Z", "expires": "9999-12-31T23:59:59Z"}),),
    passes=(_with_keys(),),
    catalogue=("PRV-13",),
    references=("https://cloud.google.com/iam/docs/best-practices-for-managing-service-account-keys",),
)
