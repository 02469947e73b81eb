"""Events of the activity log and changes of Resource Graph as activities: who did what to which app or identity. Pure.

One act comes as several events (Started, Accepted, Succeeded); they are told as one, by correlation, operation and
resource.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from collectors.hygiene import mask
from collectors.providers.azure.ids import last, plain, site_of
from collectors.providers.azure.moments import moment
from inventory.facts import ActivityFact

Json = Any

_FINAL = ("succeeded", "failed")
_READS = ("/read",)


def activities(events: Iterable[Json], identities: Mapping[str, str], settled: datetime) -> Iterator[ActivityFact]:
    """The acts in these events. `identities` maps resource ids of identities to principal ids; an act that has no end
    yet and began after `settled` is left for the next reading."""
    acts: dict[tuple[str, str, str], list[Mapping[str, Json]]] = {}
    for event in events:
        if isinstance(event, Mapping) and _text(event, "correlationId") and moment(event.get("eventTimestamp")):
            operation = _inner(event, "operationName")
            if operation and not operation.lower().endswith(_READS):
                key = (_text(event, "correlationId").lower(), operation.lower(), plain(event.get("resourceId")))
                acts.setdefault(key, []).append(event)
    for key, parts in acts.items():
        fact = _act(key, parts, identities)
        if fact.outcome != "started" or fact.at <= settled:
            yield fact


def _act(key: tuple[str, str, str], parts: list[Mapping[str, Json]], identities: Mapping[str, str]) -> ActivityFact:
    parts.sort(key=lambda event: str(event.get("eventTimestamp")))
    first, final = parts[0], next((one for one in reversed(parts) if _status(one) in _FINAL), parts[-1])
    claims = _merged(parts, "claims")
    actor, kind = _actor(_text(final, "caller") or _text(first, "caller"), claims)
    at = moment(first.get("eventTimestamp"))
    assert at is not None
    told = _merged(parts, "told")
    return ActivityFact(
        event_id=event_id(*key),
        at=at,
        action=_inner(first, "operationName"),
        subject=subject_of(_text(first, "resourceId"), told, identities),
        actor=mask(actor),
        actor_kind=kind,
        source_ip=next((_text(one, "address") for one in parts if _text(one, "address")), "")
        or claims.get("address", ""),
        request_id=key[0],
        outcome=_outcome(final),
        detail={
            "resource": key[2],
            "status": _inner(final, "status"),
            **({"application": claims["application"]} if claims.get("application") else {}),
            **({"assignment": told} if told else {}),
        },
    )


def event_id(correlation: str, operation: str, resource: str) -> str:
    """The same for every event of one act."""
    return f"{correlation}:{hashlib.blake2b(f'{operation} {resource}'.encode(), digest_size=8).hexdigest()}"


def _status(event: Mapping[str, Json]) -> str:
    return _inner(event, "status").lower()


def _outcome(event: Mapping[str, Json]) -> str:
    if _status(event) == "succeeded":
        return "ok"
    if _status(event) == "failed":
        return _inner(event, "subStatus") or "Failed"
    return "started"


def _actor(caller: str, claims: Mapping[str, str]) -> tuple[str, str]:
    """Who it was: a person by the sign-in name, an application or managed identity by its name or id."""
    if "@" in caller or claims.get("upn") or claims.get("type") == "user":
        return caller or claims.get("upn", ""), "person"
    if caller or claims.get("application"):
        return claims.get("name") or caller or claims["application"], "service"
    return "", "unknown"


def subject_of(resource_id: str, told: Mapping[str, str], identities: Mapping[str, str]) -> str:
    """What it was done to: an app or slot, the identity that got or lost a role, else the resource itself."""
    site = site_of(resource_id)
    if site:
        return plain(site)
    resource = plain(resource_id)
    for identity, principal in identities.items():
        if resource == identity or resource.startswith(identity + "/"):
            return principal
    if "/providers/microsoft.authorization/roleassignments/" in resource:
        return told.get("principalId", "").lower() or resource.partition("/providers/microsoft.authorization/")[0]
    if "/providers/microsoft.authorization/roledefinitions/" in resource:
        return f"/providers/microsoft.authorization/roledefinitions/{last(resource)}"
    return resource


def _merged(parts: Iterable[Mapping[str, Json]], key: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for event in parts:
        body = event.get(key)
        found |= {str(name): str(value) for name, value in body.items()} if isinstance(body, Mapping) else {}
    return found


def _inner(event: Mapping[str, Json], key: str) -> str:
    """The plain value of a localized text ({value, localizedValue}), or the text itself."""
    body = event.get(key)
    if isinstance(body, Mapping):
        return _text(body, "value")
    return body if isinstance(body, str) else ""


def _text(holder: Mapping[str, Json], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""


def changed(row: Json) -> ActivityFact | None:
    """A change that Resource Graph saw, as an activity; None for one without time or target."""
    body = row.get("properties") if isinstance(row, Mapping) else None
    attributes = body.get("changeAttributes") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(attributes, Mapping):
        return None
    target, at = _text(body, "targetResourceId"), moment(attributes.get("timestamp"))
    if not site_of(target) or at is None:
        return None
    operation = _text(attributes, "operation") or f"{_text(body, 'changeType') or 'Update'} seen by Resource Graph"
    correlation = _text(attributes, "correlationId").lower()
    actor, by = _text(attributes, "changedBy"), _text(attributes, "changedByType").lower()
    changes = body.get("changes")
    return ActivityFact(
        event_id=event_id(correlation or plain(row.get("id")), operation.lower(), plain(target)),
        at=at,
        action=operation,
        subject=plain(site_of(target)),
        actor=mask("" if actor.lower() in ("system", "unspecified") else actor),
        actor_kind="person" if by == "user" else "service" if by in ("application", "system") else "unknown",
        request_id=correlation,
        detail={
            "resource": plain(target),
            "source": "Resource Graph",
            "changed": sorted(map(str, changes))[:40] if isinstance(changes, Mapping) else [],
        },
    )
