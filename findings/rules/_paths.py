"""Paths that join several faults into one: where they begin, what they pass, where they end; told in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.rule import Evidence, Unsure
from findings.rules._powers import WIDE, climbing, is_admin, on, runs_as, unsure_of
from findings.seen import Seen, SeenIdentity, SeenPower
from findings.severity import Severity

Json = Any
_STRANGERS = {
    "public_anonymous": "Anyone on the internet, without signing in,",
    "public_authenticated": "Anyone with some account in this cloud",
}
_INSIDE = ("internal", "private_endpoint", "closed")
#: What each class lets its holder do, where it reaches a whole account.
DOES = {
    "secrets_read": "can read every secret",
    "data_read": "can read all data",
    "data_write_destroy": "can change or delete all data",
    "iam_write": "can change who may do what",
    "deploy_code": "can replace code everywhere",
}


def public_way(seen: Seen) -> Mapping[str, Json] | None:
    """The widest way by which strangers get through to it now; a certain one, and one from the internet, go first."""
    ways = [way for way in seen.posture.ways_in if way.get("level") in _STRANGERS and not way.get("latent")]
    rank = lambda way: (bool(way.get("certain")), way.get("reach") not in _INSIDE, way["level"] == "public_anonymous")  # noqa: E731
    return max(ways, key=rank, default=None)


def may_be_public(seen: Seen) -> Iterator[Unsure]:
    """What is not known of the identity, where strangers can call the function."""
    if public_way(seen) is not None:
        yield from unsure_of(seen)


def from_strangers(seen: Seen, identity: SeenIdentity, does: str, power: SeenPower | None = None) -> Evidence | None:
    """The path of a stranger through the function to what its identity can do, and out; None where no way is open."""
    way = public_way(seen)
    if way is None:
        return None
    entry, out = entry_point(seen, way), way_out(seen)
    says = (
        f"{_STRANGERS[way['level']]} can call {seen.name} {entry}; it runs as {runs_as(seen, identity)}, which "
        f"{does}; {out}"
    )
    severity, because = _certainty(way)
    return Evidence(
        says, about=identity.native_id, severity=severity, because=because,
        detail={
            "origin": way["principal"], "entry": entry, "way": way["via"], "function": seen.native_id,
            "identity": identity.native_id, "power": does, "via": power.via if power else "", "out": out,
        },
    )  # fmt: skip


def _certainty(way: Mapping[str, Json]) -> tuple[Severity | None, str]:
    if way.get("reach") in _INSIDE:
        return Severity.HIGH, "it can be reached from inside its network only"
    if not way.get("certain"):
        return Severity.HIGH, "whether strangers get through hangs on a condition"
    return None, ""


def entry_point(seen: Seen, way: Mapping[str, Json]) -> str:
    """By which address a way leads in."""
    via = str(way.get("via", ""))
    if via.startswith(("function URL", "api ", "load balancer", "web endpoint")):
        return f"by the {via.partition(' and resource policy')[0]}"
    points = (seen.section("entry_points") or {}).get("entry_points") or ()
    addresses = [str(one["url"]) for one in points if one.get("url") and one.get("kind") != "deployment site"]
    return f"by {addresses[0]}" if addresses else "by the cloud's own API"


def way_out(seen: Seen) -> str:
    """Whether what it takes can leave."""
    says = {
        "internet": "what it takes can leave for anywhere",
        "restricted": "what it takes can leave for named addresses only",
        "private": "its traffic stays in private networks",
        "none": "nothing leaves it",
    }
    return says.get(seen.posture.egress, "where it can send to is not known")


def wide_powers(identity: SeenIdentity, *classes: str) -> list[SeenPower]:
    """The powers of these classes that hold for a whole account and hang on nothing."""
    return [
        power
        for power in identity.powers
        if power.power in (classes or DOES) and power.breadth in WIDE and power.scope != "directory"
        if not power.conditional
    ]


def strength(seen: Seen, identity: SeenIdentity) -> tuple[str, SeenPower] | None:
    """The gravest thing an identity can do, in words: administer, climb, or something over everything."""
    for power in identity.powers:
        if power.power == "admin" and not power.conditional:
            return f"can do anything in {on(seen, power)}", power
    way = climbing(identity)
    if way is not None:
        return "can take the rights of other identities", way
    held = wide_powers(identity)
    first = next((power for name in DOES for power in held if power.power == name), None)
    return (f"{DOES[first.power]} of {on(seen, first)}", first) if first else None


def is_weak(identity: SeenIdentity) -> bool:
    """Whether it is neither an administrator nor can certainly become something else."""
    return not is_admin(identity) and climbing(identity) is None
