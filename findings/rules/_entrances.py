"""Ways in and ways to deploy, sorted by what opens them, so that each fault is told by one rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Evidence, Unsure
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

Json = Any
Way = Mapping[str, Json]
PUBLIC = ("public_anonymous", "public_authenticated")
#: Rules that tell of strangers who get in, each by another door; combinations begin with them.
OPEN_DOORS = (
    "public_invoke", "public_url", "open_api_route", "open_load_balancer", "open_web_endpoint", "invoker_check_off",
    "inherited_outsiders", "anonymous_functions", "sign_in_gaps",
)  # fmt: skip
_ROUTES = {"api": "api", "load balancer": "load balancer", "web endpoint": "web endpoint"}
_INSIDE = ("internal", "private_endpoint")
_NUMBER = re.compile(r"\b\d{12}\b")
_PROJECT = re.compile(r"@([\w-]+)\.iam\.gserviceaccount\.com")


def door(seen: Seen, way: Way) -> str:
    """What opens a way: policy, url, api, load balancer, web endpoint, check off, inherited or sign-in."""
    via = str(way.get("via", ""))
    if seen.provider == "azure":
        return "sign-in"
    if seen.provider == "gcp":
        place, _, says = via.partition(": ")
        if says == "invokerIamDisabled":
            return "check off"
        return "policy" if "/locations/" in place else "inherited"
    if way.get("kind") == "route":
        return next((name for front, name in _ROUTES.items() if via.startswith(front)), "api")
    return "url" if via.startswith("function URL") or "no function URL" in str(way.get("latent")) else "policy"


def was_not_read(way: Way) -> bool:
    """Whether it is no way but the sign that a policy which could hold one was not read."""
    return not way.get("certain") and (not way.get("principal") or "not read" in str(way.get("condition", "")))


def strangers(
    seen: Seen, opened_by: str, base: Severity, wanted: Callable[[Way], bool] = lambda way: True
) -> Iterator[Evidence | Unsure]:
    """Each way by which strangers may invoke it through this door, as a fault of at most the severity `base`."""
    for way in seen.posture.ways_in:
        if way["level"] not in PUBLIC or door(seen, way) != opened_by or not wanted(way):
            continue
        if was_not_read(way):
            yield Unsure(f"{way['via']}: {way['condition']}")
            continue
        severity, because = milder(way, base)
        yield Evidence(
            f"{anyone(way)} may invoke it: {way['via']}", about=f"{way['principal']} {way['via']}", severity=severity,
            because=because, detail=way,
        )  # fmt: skip


def anyone(way: Way) -> str:
    """Which strangers get in, in words."""
    if way["level"] == "public_authenticated":
        return "Anyone who has some account in this cloud"
    from_anywhere = way.get("reach") in ("internet", "unknown", "")
    return "Anyone on the internet, without signing in," if from_anywhere else "Anyone who gets through its network"


def milder(way: Way, base: Severity) -> tuple[Severity | None, str]:
    """How grave a way to strangers is, with the reason where that is less than `base`."""
    found = [(severity, why) for severity, why in _mitigations(way) if severity.rank < base.rank]
    return min(found, key=lambda one: one[0].rank, default=(None, ""))


def _mitigations(way: Way) -> Iterator[tuple[Severity, str]]:
    reach = str(way.get("reach", ""))
    if way.get("latent"):
        yield Severity.MEDIUM, f"granted, but closed for now: {way['latent']}"
    if reach == "closed":
        yield Severity.MEDIUM, "its network lets nobody through for now"
    if reach in _INSIDE:
        yield Severity.MEDIUM, "its network lets in only what is inside"
    if reach in ("ip_restricted", "load_balancer"):
        where = "named addresses" if reach == "ip_restricted" else "a load balancer"
        yield Severity.HIGH, f"callers come through {where} only"
    if not way.get("certain"):
        hangs = "whether it gets through hangs on a condition"
        yield Severity.HIGH, f"{hangs}: {way['condition']}" if way.get("condition") else hangs
    if way.get("level") == "public_authenticated":
        yield Severity.HIGH, "callers must have signed in to the cloud, whoever they are"


def outsiders(ways: tuple[Way, ...], seen: Seen) -> Iterator[Way]:
    """The ways of named principals outside our zone of trust; those of accounts that somebody trusts are left out."""
    for way in ways:
        if way["level"] == "external" and way.get("kind") != "route" and not is_trusted(seen, way):
            yield way


def is_trusted(seen: Seen, way: Way) -> bool:
    """Whether every account that a way names is one that somebody trusts today."""
    named = accounts_of(way)
    return bool(named) and named <= seen.zone.trusted | seen.zone.accounts


def accounts_of(way: Way) -> frozenset[str]:
    """The AWS accounts or Google projects that a way's principal names, or its condition where it names everyone."""
    principal = str(way.get("principal", ""))
    found = _NUMBER.findall(principal) or _PROJECT.findall(principal)
    return frozenset(found or _NUMBER.findall(str(way.get("condition", ""))))


def whose(way: Way) -> str:
    """Who comes by a way, in words."""
    if way.get("principal") == "*":
        return f"Anyone for whom this holds: {way['condition']}," if way.get("condition") else "Anyone"
    if way.get("kind") == "service":
        return f"{way['principal']}, for the account {', '.join(sorted(accounts_of(way)))}, which is none of ours,"
    return f"{way['principal']}, who is none of ours,"


def public(cloud: str, via: str, sections: Mapping[str, Json] | None = None, **changes: Json) -> Seen:
    """An example: a function with these sections that strangers may invoke by `via`; changes are of the way."""
    posture = SeenPosture(invoke="public_anonymous", ways_in=(way_in(via, **changes),))
    return function(cloud, posture=posture, **(sections or {}))


def way_in(via: str, **changes: Json) -> dict[str, Json]:
    """An example of a way: certain, open, from the internet."""
    return {
        "principal": "*", "kind": "public", "level": "public_anonymous", "via": via, "condition": "", "latent": "",
        "certain": True, "reach": "internet",
    } | changes  # fmt: skip


def closed(cloud: str, **sections: Json) -> Seen:
    """An example: a function that only its own account may invoke and change."""
    return function(cloud, posture=SeenPosture(invoke="same_account", deploy="same_account"), **sections)
