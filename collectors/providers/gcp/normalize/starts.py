"""What starts a function: the addresses at which it is called, and what calls it by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.gcp.normalize.seen import Seen
from collectors.providers.gcp.shape import objects as loosely
from collectors.shapes import mapping, objects, said, text, texts

Json = Any

#: What the middle of an event type tells: google.cloud.storage.object.v1.finalized, providers/cloud.pubsub/…
_SOURCES = {
    "pubsub": "pubsub", "storage": "storage", "firestore": "firestore", "audit": "audit log", "datastore": "datastore",
    "firebase": "firebase", "bigquery": "bigquery", "scheduler": "schedule", "analytics": "firebase",
}  # fmt: skip


def entry_points(one: Seen) -> Json:
    """`entry_points`: every address, with who is asked to sign in (NONE, IAM, IAP) and the ingress it stands behind."""
    reach = _ingress_of(one)
    return {
        "entry_points": [
            said(kind="url", url=url, auth=auth_of(one), reach=reach, qualifier=tag, detail=detail)
            for url, tag, detail in _addresses(one)
        ]
    }


def auth_of(one: Seen) -> str:
    """Who is asked: nobody where the invoker check is switched off, unless Identity-Aware Proxy stands before it."""
    if one.service.get("iapEnabled"):
        return "IAP"
    return "NONE" if one.service.get("invokerIamDisabled") else "IAM"


def _ingress_of(one: Seen) -> str:
    return text(one.service, "ingress") or text(one.config, "ingressSettings") or text(one.first, "ingressSettings")


def _addresses(one: Seen) -> Iterator[tuple[str, str, dict[str, Json]]]:
    """(address, tag, detail): each once. A service whose default address is off has only what stands before it."""
    https = mapping(one.first.get("httpsTrigger"), "httpsTrigger")
    level = text(https, "securityLevel") or text(one.config, "securityLevel")
    plain = said(plain_http=True if level == "SECURE_OPTIONAL" else None)
    event_driven = one.kind == "gen1" and not https and not text(one.function, "url")
    found: dict[str, tuple[str, dict[str, Json]]] = {}
    if not event_driven:
        for url in (text(https, "url"), text(one.function, "url")):
            found.setdefault(url, ("", plain))
    if not one.service.get("defaultUriDisabled"):
        of_run = [text(one.config, "uri"), text(one.service, "uri"), *texts(one.service.get("urls"), "urls")]
        for url in of_run if one.kind != "gen1" else ():
            found.setdefault(url, ("", {}))
        for entry in objects(one.service.get("trafficStatuses"), "trafficStatuses"):
            if text(entry, "tag"):
                found.setdefault(text(entry, "uri"), (text(entry, "tag"), {}))
    yield from ((url, tag, detail) for url, (tag, detail) in found.items() if url)


def triggers(one: Seen) -> Json:
    """`triggers`: the function's own, Eventarc's, schedules, and subscriptions that push to its addresses."""
    found: dict[str, Json] = {}
    for trigger in (*_legacy(one), *_own(one), *_eventarc(one)):
        found.setdefault(trigger.get("id") or f"{trigger['kind']} {trigger.get('source')}", trigger)
    return {"triggers": [*found.values(), *_schedules(one), *_subscriptions(one)]}


def _legacy(one: Seen) -> Iterator[Json]:
    """The event of a 1st generation function as only its own API tells it: with the resource it watches."""
    event = mapping(one.first.get("eventTrigger"), "eventTrigger")
    if event and one.kind == "gen1":
        yield said(
            kind=kind_of(text(event, "eventType")),
            source=text(event, "resource"),
            via="event trigger",
            detail=said(
                type=text(event, "eventType"),
                service=text(event, "service"),
                retry="retry" in mapping(event.get("failurePolicy"), "failurePolicy"),
            ),
        )


def _own(one: Seen) -> Iterator[Json]:
    event = mapping(one.function.get("eventTrigger"), "eventTrigger")
    if not event or (one.kind == "gen1" and one.first.get("eventTrigger")):
        return
    filters = list(objects(event.get("eventFilters"), "eventFilters"))
    yield said(
        kind=kind_of(text(event, "eventType")),
        source=_source(filters, text(event, "pubsubTopic"), kind_of(text(event, "eventType"))),
        via="event trigger" if one.kind == "gen1" else "eventarc",
        id=text(event, "trigger"),
        detail=said(
            type=text(event, "eventType"),
            region=text(event, "triggerRegion"),
            identity=text(event, "serviceAccountEmail"),
            retry=text(event, "retryPolicy").endswith("_RETRY") and "DO_NOT" not in text(event, "retryPolicy"),
            filters=_filters(filters),
            channel=text(event, "channel"),
            topic=text(event, "pubsubTopic"),
        ),
    )


def _eventarc(one: Seen) -> Iterator[Json]:
    """Triggers that were made beside the function and lead to it."""
    for trigger in loosely(one.raw.get("triggers")):
        filters = list(objects(trigger.get("eventFilters"), "eventFilters"))
        kind = next((kind_of(text(entry, "value")) for entry in filters if text(entry, "attribute") == "type"), "event")
        transport = mapping(mapping(trigger.get("transport"), "transport").get("pubsub"), "pubsub")
        yield said(
            kind=kind,
            source=_source(filters, text(transport, "topic"), kind),
            via="eventarc",
            id=text(trigger, "name"),
            detail=said(
                identity=text(trigger, "serviceAccount"),
                filters=_filters(filters),
                channel=text(trigger, "channel"),
                topic=text(transport, "topic"),
            ),
        )


def kind_of(event_type: str) -> str:
    """Our word for an event type; one that is not known gives its own service's name."""
    lowered = event_type.lower()
    found = next((kind for word, kind in _SOURCES.items() if f".{word}" in lowered or f"/{word}" in lowered), "")
    parts = event_type.split(".")
    return found or (parts[2] if len(parts) > 3 else parts[0] or "event")


def _source(filters: list[Mapping[str, Json]], topic: str, kind: str) -> str:
    """What is watched: the topic, the bucket, or whatever else the filters name besides the type."""
    if kind == "pubsub":
        return topic
    named = [text(entry, "value") for entry in filters if text(entry, "attribute") != "type"]
    return ", ".join(named) or topic


def _filters(filters: list[Mapping[str, Json]]) -> dict[str, str]:
    return {text(entry, "attribute"): text(entry, "value") for entry in filters}


def _schedules(one: Seen) -> Iterator[Json]:
    """Jobs of Cloud Scheduler that call the function, or publish to a topic that starts it."""
    for job in loosely(one.raw.get("jobs")):
        http = mapping(job.get("httpTarget"), "httpTarget")
        topic = text(mapping(job.get("pubsubTarget"), "pubsubTarget"), "topicName")
        token = mapping(http.get("oidcToken") or http.get("oauthToken"), "token")
        yield said(
            kind="schedule",
            source=text(job, "name"),
            via=topic or "http",
            state=text(job, "state"),
            id=text(job, "name"),
            detail=said(
                schedule=text(job, "schedule"),
                time_zone=text(job, "timeZone"),
                method=text(http, "httpMethod"),
                identity=text(token, "serviceAccountEmail"),
            ),
        )


def _subscriptions(one: Seen) -> Iterator[Json]:
    """Pub/Sub subscriptions that push to one of the addresses."""
    for subscription in loosely(one.raw.get("subscriptions")):
        push = mapping(subscription.get("pushConfig"), "pushConfig")
        dead = mapping(subscription.get("deadLetterPolicy"), "deadLetterPolicy")
        yield said(
            kind="pubsub",
            source=text(subscription, "topic"),
            via="push subscription",
            state=text(subscription, "state"),
            id=text(subscription, "name"),
            detail=said(
                identity=text(mapping(push.get("oidcToken"), "oidcToken"), "serviceAccountEmail"),
                dead_letter=text(dead, "deadLetterTopic"),
            ),
        )
