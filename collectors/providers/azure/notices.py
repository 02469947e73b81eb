"""Events of Event Grid about a subscription's resources, read as notices. Pure, and without the SDK.

Both schemas are taken: Event Grid's own (a list of {id, eventType, eventTime, subject, data}) and CloudEvents 1.0
({id, type, time, subject, data}, one or a list). `data` holds resourceUri, operationName, correlationId, claims and
httpRequest (learn.microsoft.com, "Azure subscription as an Event Grid source", 2026-11).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from collectors.notice import Notice
from collectors.provider import Malformed
from collectors.providers.azure.ids import plain, site_of, subscription_of
from collectors.providers.azure.moments import moment
from collectors.providers.azure.normalize.trail import activities
from collectors.providers.azure.scrub import log_event

Json = Any

VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"
_DONE = ("Microsoft.Resources.ResourceWriteSuccess", "Microsoft.Resources.ResourceDeleteSuccess",
         "Microsoft.Resources.ResourceActionSuccess")  # fmt: skip
#: Any of these may give or take what an identity of the subscription may do.
_IDENTITIES = (
    "/providers/microsoft.authorization/roleassignments/", "/providers/microsoft.authorization/roledefinitions/",
    "/providers/microsoft.managedidentity/userassignedidentities/",
)  # fmt: skip
_OBJECT = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_UPN = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"


def validation_code(body: Json) -> str:
    """The code of a handshake that Event Grid begins; "" when this is no handshake."""
    (first, *others) = body if isinstance(body, list) and body else [body]
    if others or not isinstance(first, Mapping) or _type(first) != VALIDATION:
        return ""
    data = first.get("data")
    code = data.get("validationCode") if isinstance(data, Mapping) else None
    return code if isinstance(code, str) and len(code) <= 200 else ""


def notices(body: Json) -> list[Notice]:
    """The notices in a delivery; none of events that are about nothing we read. Raises Malformed."""
    found = []
    for event in body if isinstance(body, list) else [body]:
        if not isinstance(event, Mapping) or not _type(event):
            raise Malformed("It is no event of Event Grid or CloudEvents 1.0: it has no type.")
        if _type(event) in _DONE and (notice := _one(event)):
            found.append(notice)
    return found


def _type(event: Mapping[str, Json]) -> str:
    told = event.get("eventType") or event.get("type")
    return told if isinstance(told, str) else ""


def _one(event: Mapping[str, Json]) -> Notice | None:
    data, event_id = event.get("data"), event.get("id")
    at = event.get("eventTime") or event.get("time")
    if not isinstance(data, Mapping) or not isinstance(event_id, str) or not event_id or moment(at) is None:
        raise Malformed("An event about a resource has no id, time or data.")
    resource, operation = plain(data.get("resourceUri")), str(data.get("operationName") or "").lower()
    if not resource:
        raise Malformed("An event about a resource has no data.resourceUri.")
    site, identities = plain(site_of(resource)), any(mark in f"{resource}/" for mark in _IDENTITIES)
    if not (site or identities):
        return None
    facts = list(activities([_logged(data, at)], {}, moment(at)))  # type: ignore[arg-type]
    reads_only = operation.endswith("/action") and ("/list" in operation or "publishxml" in operation)
    return Notice(
        event_id, subscription_of(resource), "",
        names=(site,) if site and not identities and not reads_only else (),
        whole=identities and not reads_only,
        fact=facts[0] if facts else None,
    )  # fmt: skip


def _logged(data: Mapping[str, Json], at: Json) -> Json:
    """The event as the activity log would tell it, without what was sent."""
    claims, request = data.get("claims"), data.get("httpRequest")
    who = claims if isinstance(claims, Mapping) else {}
    if isinstance(request, str):
        request = _object(request)
    return log_event({
        "caller": who.get(_UPN) or who.get(_OBJECT) or "", "claims": dict(who), "httpRequest": request,
        "correlationId": data.get("correlationId"), "operationName": data.get("operationName"),
        "resourceId": data.get("resourceUri"), "eventTimestamp": at, "status": "Succeeded",
    })  # fmt: skip


def _object(told: str) -> Json:
    try:
        return json.loads(told)
    except (ValueError, RecursionError):
        return None
