"""A key that the function needs cannot be used, or is somebody else's."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

_BROKEN = {
    "Disabled": "is disabled",
    "PendingDeletion": "is about to be deleted",
    "PendingReplicaDeletion": "is about to be deleted",
    "Unavailable": "is not available",
    "missing": "does not exist any more",
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for key in seen.section("encryption").get("keys") or ():
        yield from _of_key(seen, key.get("id", ""), str(key.get("account", "")), str(key.get("state", "")))
    state = seen.section("state")
    for field in ("reason_code", "update_reason_code"):
        if "KMSKey" in str(state.get(field) or ""):
            yield Evidence(f"Lambda cannot use its key: {state[field]}", about=str(state[field]))


def _of_key(seen: Seen, key: str, account: str, state: str) -> Iterator[Evidence | Unsure]:
    if state in _BROKEN:
        yield Evidence(f"The key {key} {_BROKEN[state]}", about=key, detail={"state": state})
    elif account not in {seen.account, ""} | seen.zone.accounts | seen.zone.trusted:
        yield Evidence(f"The key {key} belongs to the account {account}, which is none of ours", about=key)
    elif state == "unknown":
        yield Unsure(f"the state of the key {key} could not be read")


_KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"


def _with(state: str) -> Seen:
    return function("aws", encryption={"key": _KEY, "keys": [{"id": _KEY, "account": "123456789012", "state": state}]})


RULE = Rule(
    id="key_unusable",
    title="A key that it needs cannot be used, or is not yours",
    severity=Severity.MEDIUM,
    subject=Subject.ENCRYPTION,
    why="When the key goes, the function stops, and its variables are lost for good; whoever owns the key can do that "
    "at any time.",
    checks={"aws": Check(look, needs=("encryption",))},
    fix={
        "aws": Fix(
            console="KMS, Customer managed keys: cancel the deletion or enable the key; or choose another key for the "
            "function.",
            cli="aws kms cancel-key-deletion --key-id KEY; aws kms enable-key --key-id KEY",
            terraform="aws_kms_key: is_enabled = true; aws_lambda_function: kms_key_arn.",
        )
    },
    fails=(_with("PendingDeletion"),),
    passes=(_with("Enabled"),),
    catalogue=("ENC-02",),
    references=("https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",),
)
