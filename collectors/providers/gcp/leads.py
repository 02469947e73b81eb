"""Which triggers, schedules and subscriptions lead to a function. Lenient: what is not understood leads nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors.providers.gcp.naming import service_name
from collectors.providers.gcp.shape import mapping, objects, text, words

Json = Any


def addresses_of(entry: Mapping[str, Json]) -> list[str]:
    """Every address that an entry's function may be called at, in whichever of its forms it stands."""
    function, first, service = (mapping(entry.get(part)) for part in ("function", "first", "service"))
    found = [
        text(function.get("url")), text(mapping(function.get("serviceConfig")).get("uri")),
        text(mapping(first.get("httpsTrigger")).get("url")), text(service.get("uri")), *words(service.get("urls")),
        *(text(one.get("uri")) for one in objects(service.get("trafficStatuses"))),
    ]  # fmt: skip
    return [url for url in dict.fromkeys(found) if url]


def topics_of(entry: Mapping[str, Json]) -> set[str]:
    """The Pub/Sub topics that start the function by its own trigger."""
    own = mapping(mapping(entry.get("function")).get("eventTrigger"))
    legacy = mapping(mapping(entry.get("first")).get("eventTrigger"))
    eventarc = [mapping(mapping(one.get("transport")).get("pubsub")) for one in objects(entry.get("triggers"))]
    found = {text(own.get("pubsubTopic")), text(legacy.get("resource")), *(text(one.get("topic")) for one in eventarc)}
    return {name for name in found if "/topics/" in name}


def triggers_to(entry: Mapping[str, Json], name: str, listed: Iterable[Json]) -> list[Mapping[str, Json]]:
    """The Eventarc triggers whose destination is the function, or the Cloud Run service under it."""
    service = name if entry.get("kind") == "run" else service_name(entry.get("function"))
    location = name.split("/")[3]
    return [one for one in objects(list(listed)) if _leads(mapping(one.get("destination")), name, service, location)]


def _leads(destination: Mapping[str, Json], name: str, service: str, location: str) -> bool:
    run = mapping(destination.get("cloudRun"))
    if destination.get("cloudFunction") == name:
        return True
    here = text(run.get("region")) in ("", location)
    return bool(run) and here and run.get("service") == service.rsplit("/", 1)[-1]


def jobs_to(urls: list[str], topics: set[str], listed: Iterable[Json]) -> list[Mapping[str, Json]]:
    """Jobs of Cloud Scheduler that call one of the addresses, or publish to one of the topics."""
    return [
        one
        for one in objects(list(listed))
        if text(mapping(one.get("pubsubTarget")).get("topicName")) in topics
        or calls(text(mapping(one.get("httpTarget")).get("uri")), urls)
    ]


def subscriptions_to(urls: list[str], listed: Iterable[Json]) -> list[Mapping[str, Json]]:
    """Pub/Sub subscriptions that push to one of the addresses."""
    return list(_pushing(urls, listed))


def _pushing(urls: list[str], listed: Iterable[Json]) -> Iterator[Mapping[str, Json]]:
    for one in objects(list(listed)):
        # Subscriptions that Eventarc and Functions make for themselves are left out: their trigger is told already.
        made_by_google = text(one.get("name")).rsplit("/", 1)[-1].startswith(("eventarc-", "gcf-"))
        if not made_by_google and calls(text(mapping(one.get("pushConfig")).get("pushEndpoint")), urls):
            yield one


def calls(target: str, urls: list[str]) -> bool:
    """Whether an address is one of these, or below it; another function's name may begin with ours."""
    host, path = _split(target)
    for url in urls:
        own_host, own_path = _split(url)
        if host and host == own_host and (path == own_path or path.startswith(f"{own_path}/")):
            return True
    return False


def _split(url: str) -> tuple[str, str]:
    """Host and path of an address; nothing of one that is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.netloc.lower(), parts.path.rstrip("/")
