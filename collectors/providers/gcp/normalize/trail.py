"""An entry of the admin activity log as an activity: who did what to which function, service account or project. Pure.

Of what was sent nothing is kept but the change of a policy: requests hold environment values. An operation that takes
time writes two entries; the second is told only when it says that the first one failed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from collectors.hygiene import mask, mask_all
from collectors.provider import Malformed
from collectors.providers.gcp.shape import mapping, objects, text
from inventory.facts import ActivityFact

Json = Any

_SERVICE_V1 = re.compile(r"^namespaces/([^/]+)/services/([^/]+)$")
_PIPELINES = ("@cloudbuild.gserviceaccount.com", "gcp-sa-cloudbuild", "gcp-sa-clouddeploy", "workloadIdentityPools/")
READING = re.compile(r"(?:^|\.)(?:Get|List|Search|Query|BatchGet|TestIamPermissions|Analyze)[A-Z]?\w*$")
_CODES = {
    1: "CANCELLED", 3: "INVALID_ARGUMENT", 5: "NOT_FOUND", 6: "ALREADY_EXISTS", 7: "PERMISSION_DENIED",
    8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED", 13: "INTERNAL", 14: "UNAVAILABLE",
    16: "UNAUTHENTICATED",
}  # fmt: skip


def activity(entry: Json, project: str, owners: Mapping[tuple[str, str], str]) -> tuple[str, ActivityFact] | None:
    """The activity in a log entry with its location ("global" outside any); None for one that changes nothing.

    `owners` maps (location, Cloud Run service) to the function whose service it is. Raises Malformed for an entry
    without id or time.
    """
    record, labels = (
        mapping(mapping(entry).get("protoPayload")),
        mapping(mapping(mapping(entry).get("resource")).get("labels")),
    )
    event_id, at = text(mapping(entry).get("insertId")), _moment(mapping(entry).get("timestamp"))
    if not event_id or at is None:
        raise Malformed("A log entry has no id or no time.")
    method, outcome = text(record.get("methodName")), outcome_of(record)
    operation = mapping(mapping(entry).get("operation"))
    if READING.search(method) or (operation.get("last") and not operation.get("first") and outcome == "ok"):
        return None
    location, subject = subject_of(text(record.get("resourceName")), labels, project, owners)
    who = mapping(record.get("authenticationInfo"))
    about = mapping(record.get("requestMetadata"))
    actor = text(who.get("principalEmail")) or text(who.get("principalSubject"))
    return location, ActivityFact(
        event_id=event_id,
        at=at,
        action=f"{text(record.get('serviceName')).split('.')[0]}:{method.rsplit('.', 1)[-1]}",
        subject=subject,
        actor=mask(actor),
        actor_kind=actor_kind(actor),
        source_ip=text(about.get("callerIp")),
        user_agent=mask(text(about.get("callerSuppliedUserAgent"))),
        request_id=text(operation.get("id")),
        outcome=outcome,
        detail=mask_all(_detail(record, who, method)),
    )


def outcome_of(record: Mapping[str, Json]) -> str:
    code = mapping(record.get("status")).get("code")
    return _CODES.get(code, f"error {code}") if isinstance(code, int) and code else "ok"


def _detail(record: Mapping[str, Json], who: Mapping[str, Json], method: str) -> dict[str, Json]:
    """What tells more and holds no secret: the method, whose behalf, what was granted or taken away."""
    service_data = mapping(record.get("serviceData"))
    deltas = objects(mapping(service_data.get("policyDelta")).get("bindingDeltas"))
    behalf = [
        text(mapping(one.get("firstPartyPrincipal")).get("principalEmail")) or text(one.get("principalSubject"))
        for one in objects(who.get("serviceAccountDelegationInfo"))
    ]
    told = {
        "method": method,
        "resource": text(record.get("resourceName")),
        "permissions": sorted({text(one.get("permission")) for one in objects(record.get("authorizationInfo"))} - {""}),
        "through": [name for name in behalf if name],
        "key": text(who.get("serviceAccountKeyName")),
        "policy": [
            {key: text(one.get(key)) for key in ("action", "role", "member") if text(one.get(key))} for one in deltas
        ],
        "error": text(mapping(record.get("status")).get("message"))[:300],
    }
    return {key: value for key, value in told.items() if value}


def subject_of(
    resource: str, labels: Mapping[str, Json], project: str, owners: Mapping[tuple[str, str], str]
) -> tuple[str, str]:
    """(location, native id) of what it was done to; a service that belongs to a function stands for the function."""
    location = text(labels.get("location")) or text(labels.get("region"))
    found = _SERVICE_V1.match(resource)
    service = found[2] if found else text(labels.get("service_name"))
    if service and location:
        own = f"projects/{project}/locations/{location}/services/{service}"
        return location, owners.get((location, service), own)
    parts = resource.split("/")
    if len(parts) >= 6 and parts[2] == "locations" and parts[4] in ("functions", "services"):
        name = f"projects/{project}/locations/{parts[3]}/{parts[4]}/{parts[5]}"
        return parts[3], owners.get((parts[3], parts[5]), name) if parts[4] == "services" else name
    if function := text(labels.get("function_name")):
        return location, f"projects/{project}/locations/{location}/functions/{function}"
    if email := text(labels.get("email_id")):
        return "global", email
    if resource in ("", f"projects/{project}", project) or "/" not in resource:
        return "global", f"projects/{project}"
    return "global", resource


def actor_kind(actor: str) -> str:
    """person, pipeline, service or unknown: an account of Google's own or of a workload is a service."""
    if any(mark in actor for mark in _PIPELINES):
        return "pipeline"
    if actor.endswith("gserviceaccount.com") or actor.startswith("service-"):
        return "service"
    return "person" if "@" in actor or "workforcePools/" in actor else "unknown"


def _moment(value: Json) -> datetime | None:
    """An RFC 3339 time, which may have nanoseconds."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value))
    except ValueError:
        return None
    return found if found.tzinfo else None
