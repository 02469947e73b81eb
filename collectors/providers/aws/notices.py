"""Events of CloudTrail as EventBridge delivers them, read as notices. Pure, and without the SDK.

Shape: {id, detail-type, source, account, time, region, detail}, where `detail` is the CloudTrail record
(docs.aws.amazon.com, EventBridge user guide, "AWS service events delivered via AWS CloudTrail", 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from collectors.notice import Notice
from collectors.provider import Malformed
from collectors.providers.aws.normalize.trail import activity
from inventory.facts import ActivityFact

Json = Any

GLOBAL = "global"
_API_CALL = "AWS API Call via CloudTrail"
_ACCOUNT = re.compile(r"\d{12}$")
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d$")
#: Changes of a region that name no function, but may be about any: what is signed, what starts functions.
_ANY_FUNCTION = re.compile(r"CodeSigningConfig|EventSourceMapping|WebFunction|NetworkConnector")
#: What of IAM is read: roles, and the policies that may stand on them.
_ROLES = re.compile(r"Role|^(?:Create|Delete)Policy|PolicyVersion$")


def notices(body: Json) -> list[Notice]:
    """The notice in a delivery; none for an event that is about nothing we read. Raises Malformed."""
    if not isinstance(body, Mapping):
        raise Malformed("An event of EventBridge is an object; leave the target's input as it is (matched event).")
    detail = body.get("detail")
    if not isinstance(body.get("detail-type"), str) or not isinstance(detail, Mapping):
        raise Malformed("It has no 'detail-type' and 'detail'; leave the target's input as it is (matched event).")
    if body["detail-type"] != _API_CALL or detail.get("eventCategory", "Management") != "Management":
        return []
    account, region = body.get("account"), body.get("region")
    if not isinstance(account, str) or not _ACCOUNT.match(account):
        raise Malformed("'account' is no account id of 12 digits.")
    if not isinstance(region, str) or not _REGION.match(region):
        raise Malformed("'region' is no region.")
    return _of_record(detail, account, region)


def _of_record(detail: Mapping[str, Json], account: str, region: str) -> list[Notice]:
    source, name = str(detail.get("eventSource")), str(detail.get("eventName"))
    if source not in ("lambda.amazonaws.com", "iam.amazonaws.com") or name.startswith("Invoke"):
        return []
    if detail.get("recipientAccountId", account) != account:
        raise Malformed("'recipientAccountId' of the record is not the 'account' of the event.")
    fact = activity({"CloudTrailEvent": detail, "EventName": name}, account, region, {})
    if fact is None:
        return []
    scope, names, whole = _about(source, name, fact, account, region)
    done = fact.outcome == "ok"
    return [Notice(fact.event_id, account, scope, names if done else (), whole and done, fact)]


def _about(source: str, name: str, fact: ActivityFact, account: str, region: str) -> tuple[str, tuple[str, ...], bool]:
    """The scope, the functions in it, and whether all of it is to be read."""
    if source == "iam.amazonaws.com":
        return GLOBAL, (), bool(_ROLES.search(name)) and "ServiceLinked" not in name
    parts = fact.subject.split(":")
    if len(parts) == 7 and parts[5] == "function":
        ours = (parts[3], parts[4]) == (region, account)
        return region, (fact.subject,) if ours else (), False
    return region, (), bool(_ANY_FUNCTION.search(name)) or ":web-function/" in fact.subject
