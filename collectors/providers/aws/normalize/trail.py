"""An entry of CloudTrail's event history as an activity: who did what to which function, role or policy. Pure.

Of a request only a small part is kept (`_KEPT`), with secrets masked: requests can hold environment values and
policies.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from collectors.hygiene import mask, mask_all
from collectors.provider import Malformed
from inventory.facts import ActivityFact

Json = Any

#: Parameters of requests that tell what was done and hold no secret: their name in the request → our word.
_KEPT = {
    "qualifier": "qualifier",
    "name": "name",
    "functionVersion": "version",
    "statementId": "statement",
    "principal": "principal",
    "action": "action",
    "authType": "auth",
    "functionUrlAuthType": "auth",
    "policyArn": "policy",
    "policyName": "policy_name",
    "permissionsBoundary": "boundary",
    "role": "role",
    "runtime": "runtime",
    "eventSourceArn": "source",
    "uUID": "mapping",
    "uuid": "mapping",
    "layerName": "layer",
    "reservedConcurrentExecutions": "reserved",
    "codeSigningConfigArn": "signing",
    "updateRuntimeOn": "update_on",
    "recursiveLoop": "recursion",
    "endpointName": "endpoint",
    "sourceArn": "from",
    "sourceAccount": "from_account",
    "principalOrgID": "organisation",
    "targetId": "target",
    "policyId": "policy",
    "revisionId": "revision",
}
_DATED = re.compile(r"\d{8}(?:v\d+)?$")
_FUNCTION = re.compile(r"^(arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[^:]+)(?::(.+))?$")
_PARTIAL = re.compile(r"^(?:(\d{12}):)?(?:function:)?([\w-]+)(?::([\w$-]+))?$")
_PIPELINE_PROVIDERS = (
    "token.actions.githubusercontent.com",
    "gitlab",
    "bitbucket",
    "circleci",
    "app.terraform.io",
    "buildkite",
)
_PIPELINE_SESSIONS = re.compile(
    r"(?i)^(github|gitlab|codebuild|awscodebuild|codepipeline|awscloudformation|cdk-|terraform|jenkins|circleci|"
    r"buildkite|bitbucket)"
)
_PIPELINE_SERVICES = ("codepipeline", "codebuild", "cloudformation", "codedeploy")


def activity(entry: Json, account: str, region: str, roles: Mapping[str, str]) -> ActivityFact | None:
    """The activity in an entry of LookupEvents, or None for one that only reads. `roles` maps names of roles to ARNs.

    Raises Malformed when the entry has no id or time.
    """
    if not isinstance(entry, Mapping):
        raise Malformed("An event is no object.")
    record = _record(entry)
    event_id, at = (
        _text(entry, "EventId") or _text(record, "eventID"),
        _moment(entry.get("EventTime") or record.get("eventTime")),
    )
    if not event_id or at is None:
        raise Malformed("An event has no id or no time.")
    if _truth(entry.get("ReadOnly", record.get("readOnly"))):
        return None
    who, parameters = _mapping(record, "userIdentity"), _mapping(record, "requestParameters")
    subject, qualifier = _subject(entry, record, parameters, account, region, roles)
    actor, kind = _actor(who, _text(entry, "Username"))
    name = _text(entry, "EventName") or _text(record, "eventName")
    detail = {word: parameters[key] for key, word in _KEPT.items() if isinstance(parameters.get(key), str | int)}
    if qualifier:
        detail.setdefault("qualifier", qualifier)
    asked = sorted(str(key) for key in parameters)[:40]
    return ActivityFact(
        event_id=event_id,
        at=at,
        action=f"{_service(entry, record)}:{_DATED.sub('', name)}",
        subject=subject,
        actor=mask(actor),
        actor_kind=kind,
        source_ip=_text(record, "sourceIPAddress"),
        user_agent=mask(_text(record, "userAgent")),
        request_id=_text(record, "requestID"),
        outcome=_text(record, "errorCode") or "ok",
        detail=mask_all(
            {**detail, "parameters": asked, "event": name, **_said(error=_text(record, "errorMessage")[:300])}
        ),
    )


def _record(entry: Mapping[str, Json]) -> Mapping[str, Json]:
    """The event itself, which comes as JSON text."""
    told = entry.get("CloudTrailEvent")
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except (ValueError, RecursionError):
            return {}
    return told if isinstance(told, Mapping) else {}


def _service(entry: Mapping[str, Json], record: Mapping[str, Json]) -> str:
    return (_text(entry, "EventSource") or _text(record, "eventSource")).split(".")[0]


def _subject(
    entry: Mapping[str, Json],
    record: Mapping[str, Json],
    parameters: Mapping[str, Json],
    account: str,
    region: str,
    roles: Mapping[str, str],
) -> tuple[str, str]:
    """What it was done to, as the native id where that can be worked out, and the alias or version."""
    service, answered = _service(entry, record), _mapping(record, "responseElements")
    if service == "iam":
        return _of_iam(parameters, answered, account, roles), ""
    if service == "lambda":
        for told in (
            answered.get("functionArn"),
            parameters.get("functionName"),
            parameters.get("resource"),
            parameters.get("resourceArn"),
            parameters.get("functionArn"),
        ):
            subject, qualifier = function_arn(told, account, region, _text(entry, "EventName"))
            if subject:
                return subject, qualifier
    for resource in entry.get("Resources") or ():
        if isinstance(resource, Mapping) and str(resource.get("ResourceType")).startswith("AWS::Lambda::Function"):
            return function_arn(resource.get("ResourceName"), account, region)
    told = (
        parameters.get("layerVersionArn")
        or answered.get("layerArn")
        or parameters.get("policyId")
        or parameters.get("name")
    )
    return (told if isinstance(told, str) else ""), ""


def function_arn(told: Json, account: str, region: str, event: str = "") -> tuple[str, str]:
    """(ARN without qualifier, qualifier) of a function as a request may name it: name, part of an ARN, or ARN."""
    if not isinstance(told, str) or not told:
        return "", ""
    if match := _FUNCTION.match(told):
        return match[1], match[2] or ""
    if ":web-function/" in told:
        return "/".join(told.split("/")[:2]), ""
    match = _PARTIAL.match(told)
    if match is None:
        return "", ""
    prefix = f"arn:{_partition(region)}:lambda:{region}:{match[1] or account}"
    if "WebFunction" in event:
        return f"{prefix}:web-function/{match[2]}", ""
    return f"{prefix}:function:{match[2]}", match[3] or ""


def _partition(region: str) -> str:
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _of_iam(
    parameters: Mapping[str, Json], answered: Mapping[str, Json], account: str, roles: Mapping[str, str]
) -> str:
    for made in ("role", "policy"):
        arn = _mapping(answered, made).get("arn")
        if isinstance(arn, str):
            return arn
    name = _text(parameters, "roleName")
    if name:
        return roles.get(name, f"arn:aws:iam::{account}:role/{name}")
    return _text(parameters, "policyArn") or _text(parameters, "userName") or _text(parameters, "groupName")


def _actor(who: Mapping[str, Json], username: str) -> tuple[str, str]:
    """Who did it, and what they are: person, pipeline, role, service, root or unknown."""
    kind, arn = _text(who, "type"), _text(who, "arn")
    issuer = _mapping(_mapping(who, "sessionContext"), "sessionIssuer")
    federated = _text(_mapping(_mapping(who, "sessionContext"), "webIdFederationData"), "federatedProvider") or _text(
        who, "identityProvider"
    )
    invoked_by = _text(who, "invokedBy")
    if kind == "Root":
        return arn or "root", "root"
    if kind == "AWSService" or (invoked_by and not arn):
        return invoked_by or username, "pipeline" if invoked_by.startswith(_PIPELINE_SERVICES) else "service"
    session = arn.rsplit("/", 1)[-1] if kind == "AssumedRole" else ""
    if (
        any(provider in federated for provider in _PIPELINE_PROVIDERS)
        or _PIPELINE_SESSIONS.match(session)
        or invoked_by.startswith(_PIPELINE_SERVICES)
    ):
        return arn or username, "pipeline"
    if kind in ("IAMUser", "SAMLUser", "IdentityCenterUser", "FederatedUser") or "AWSReservedSSO_" in (
        _text(issuer, "arn") or arn
    ):
        return arn or username or _text(who, "userName"), "person"
    if kind == "AssumedRole":
        return arn, "role"
    return arn or username or _text(who, "principalId"), "unknown"


def _text(holder: Mapping[str, Json], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def _mapping(holder: Mapping[str, Json], key: str) -> Mapping[str, Json]:
    value = holder.get(key)
    return value if isinstance(value, Mapping) else {}


def _truth(value: Json) -> bool:
    return value is True or value == "true"


def _said(**values: str) -> dict[str, str]:
    return {key: value for key, value in values.items() if value}


def _moment(value: Json) -> datetime | None:
    """A time as seconds since 1970 or as text with its zone."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    return found and (found if found.tzinfo else found.replace(tzinfo=UTC))
