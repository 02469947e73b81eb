"""Routes that lead to a function and ask nobody to sign in, put together by what they belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from findings.access.aws.routes import route_name
from findings.rule import Evidence, Unsure
from findings.rules._entrances import Way, closed
from findings.rules._powers import some
from findings.seen import Seen
from findings.severity import Severity

Json = Any
#: Words of AWS for an address that asks for no sign-in of its own.
_NOBODY = ("NONE", "ApplicationManaged")


def open_routes(seen: Seen, kind: str) -> Iterator[Evidence | Unsure]:
    """One fault for each API, load balancer or endpoint of this kind with routes that ask nobody to sign in."""
    ways = {way["via"]: way for way in seen.posture.ways_in if way.get("kind") == "route"}
    found: defaultdict[str, list[Mapping[str, Json]]] = defaultdict(list)
    for one in seen.section("entry_points").get("entry_points") or ():
        detail = one.get("detail") or {}
        if one.get("kind") != kind or one.get("reach") == "private" or detail.get("deployed") is False:
            continue
        if not one.get("auth"):
            yield Unsure(f"{route_name(one)}: who must sign in is not known")
        elif one["auth"] in _NOBODY:
            found[_front(one)].append(one)
    for front, routes in found.items():
        severity, because = _severity(routes, [ways[name] for one in routes if (name := route_name(one)) in ways])
        told = some(list(dict.fromkeys(filter(None, map(_route, routes)))))
        listed = f": {told}" if told else ""
        yield Evidence(
            f"The {kind.replace('api', 'API')} {front} leads to it and asks nobody to sign in{listed}", about=front,
            severity=severity, because=because, detail={"addresses": [one.get("url", "") for one in routes][:20]},
        )  # fmt: skip


def _front(one: Mapping[str, Json]) -> str:
    detail = one.get("detail") or {}
    return str(detail.get("name") or detail.get("api") or one.get("id", ""))


def _route(one: Mapping[str, Json]) -> str:
    if one.get("method") or one.get("path"):
        return f"{one.get('method', '')} {one.get('path', '')}".strip()
    return str(one.get("url", ""))


def _severity(routes: list[Mapping[str, Json]], ways: list[Way]) -> tuple[Severity | None, str]:
    """The mildest that is true of all of them: one route that stands open decides."""
    details = [one.get("detail") or {} for one in routes]
    latent = [way["latent"] for way in ways if way["latent"]]
    if ways and len(latent) == len(ways):
        return Severity.MEDIUM, f"it does not get through for now: {latent[0]}"
    if all(one.get("api_key") for one in details):
        return Severity.MEDIUM, "callers need an API key, which many share and which is no sign-in"
    if all(_limits(one.get("policy")) for one in details):
        return Severity.MEDIUM, "the API's own policy limits who gets through"
    return None, ""


def _limits(policy: Json) -> bool:
    """Whether an API's resource policy has a denial, a condition or named principals for every statement."""
    statements = (policy or {}).get("Statement") or []
    return bool(statements) and all(
        one.get("Effect") == "Deny" or one.get("Condition") or one.get("Principal") not in ("*", {"AWS": "*"})
        for one in statements
    )


def leading(kind: str, auth: str, **more: Json) -> Seen:
    """An example: a function behind one address of this kind."""
    point = {"kind": kind, "auth": auth, "reach": "internet", "id": "a1", "detail": {"name": "shop"}} | more
    return closed("aws", entry_points={"entry_points": [point]})
