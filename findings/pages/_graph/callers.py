"""The left side of the graph: who gets in, by which entry point, and what starts the function by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from findings.graph.shape import Graph, Layer, Node, Part
from findings.pages import _because as because
from inventory.models import EntryPoint, Function, Resource, Trigger
from inventory.rungs import EXPOSURE, rung
from inventory.templatetags.fanlight import humanly
from inventory.templatetags.words import leaf

OUTSIDE = EXPOSURE.index("external")
TONES = {
    "public_anonymous": "critical", "public_authenticated": "critical", "external": "high",
    "service_unscoped": "medium", "organisation": "low",
}  # fmt: skip
ANYBODY = {
    "public_anonymous": ("Anyone on the internet", "without signing in"),
    "public_authenticated": ("Anyone with an account", "of this cloud, signed in"),
}
#: From here the network lets in nobody from outside.
INSIDE = frozenset({"internal", "private_endpoint", "closed", "private"})
API, DEPLOYMENT = "entry:api", "entry:deployment"
#: Where code is put, not where the function is called.
SITE = "deployment site"


def is_open_to_strangers(way: because.Way) -> bool:
    """Whether it lets somebody from outside our accounts through at present."""
    return (rung(EXPOSURE, way.level) or 0) >= OUTSIDE and not way.latent and way.reach not in INSIDE


def add_callers(
    graph: Graph, function: Function, centre: str, entries: Sequence[EntryPoint], known: Mapping[str, Resource],
    attack: bool,
) -> None:  # fmt: skip
    """Everybody who may invoke the function, and its addresses; red where a stranger's way ends in `attack`."""
    addresses = [entry for entry in entries if entry.kind != SITE]
    for entry in addresses:
        graph.link(graph.add(_entry(entry)).key, centre, "leads to")
    posture = getattr(function, "posture", None)
    ways = because.ways(posture, "invoke")
    for way in ways:
        red = attack and is_open_to_strangers(way)
        origin = graph.add(_origin(way, known))
        for door in _doors(way, addresses):
            key = graph.add(door).key
            graph.link(origin.key, key, _may("may invoke", way), attack=red, latent=bool(way.latent))
            graph.link(key, centre, "leads to", attack=red)
    if posture is None or posture.invoke == "unknown":
        hidden = Node("origin:unknown", Layer.ORIGIN, "unknown", "Callers unknown", "not all of it was read",
                      part=Part.CALLERS, unknown=True)  # fmt: skip
        graph.link(graph.add(hidden).key, centre, "may invoke: unknown")


def add_deployers(
    graph: Graph, function: Function, centre: str, entries: Sequence[EntryPoint], known: Mapping[str, Resource],
    attack: bool,
) -> None:  # fmt: skip
    """Everybody who may replace its code or settings, through one door."""
    sites = [entry for entry in entries if entry.kind == SITE]
    ways = because.ways(getattr(function, "posture", None), "deploy")
    facts = tuple((entry.auth or "sign-in unknown", entry.url) for entry in sites)
    door = Node(DEPLOYMENT, Layer.ENTRY, "deployment", "Code and settings", "the cloud's own interface",
                part=Part.DEPLOYERS, facts=facts)  # fmt: skip
    for way in ways:
        red = attack and is_open_to_strangers(way)
        origin = graph.add(_origin(way, known))
        graph.link(origin.key, graph.add(door).key, _may("may change it", way), attack=red, latent=bool(way.latent))
        graph.link(DEPLOYMENT, centre, "replaces code or settings of", attack=red)


def add_triggers(graph: Graph, triggers: Iterable[Trigger], centre: str) -> None:
    """What starts it by itself; a trigger without a source (HTTP) is an entry point, and stands there already."""
    for trigger in triggers:
        if not trigger.source:
            continue
        kind = humanly(trigger.kind)
        facts = (("Trigger", kind), ("Source", trigger.source), ("State", trigger.state))
        source = Node(f"trigger:{trigger.kind}:{trigger.source}", Layer.ENTRY, f"{kind} trigger", leaf(trigger.source),
                      trigger.state, part=Part.TRIGGERS, facts=facts)  # fmt: skip
        graph.link(graph.add(source).key, centre, "starts")


def _entry(entry: EntryPoint) -> Node:
    open_ = entry.auth.lower() in ("none", "anonymous")
    facts = (("Kind", entry.kind), ("Address", entry.url), ("Sign-in", entry.auth or "unknown"),
             ("Version or alias", entry.qualifier))  # fmt: skip
    said = f"sign-in: {entry.auth or 'unknown'}"
    name = entry.url.removeprefix("https://").rstrip("/") or entry.kind
    return Node(f"entry:{entry.kind}:{entry.url}", Layer.ENTRY, humanly(entry.kind), name, said,
                "high" if open_ else "", Part.CALLERS, facts=facts)  # fmt: skip


def _doors(way: because.Way, entries: Sequence[EntryPoint]) -> list[Node]:
    """By which of its addresses a way leads in; the cloud's own interface where none is named."""
    named = [entry for entry in entries if entry.url and entry.url.rstrip("/") in way.via]
    if not named and (rung(EXPOSURE, way.level) or 0) >= OUTSIDE:
        named = [entry for entry in entries if entry.kind == "url"] or list(entries)
    if named:
        return [_entry(entry) for entry in named]
    return [Node(API, Layer.ENTRY, "interface", "Invoke interface", "the cloud's own", part=Part.CALLERS)]


def _origin(way: because.Way, known: Mapping[str, Resource]) -> Node:
    """The principal; one node for all that it may do. It belongs to no part: it is drawn while one of its ways is."""
    name, says = ANYBODY.get(way.level, ("", ""))
    native = way.principal.removeprefix("serviceAccount:")
    ours = known.get(native) if not name else None
    facts = (
        ("Principal", way.principal), ("Kind", humanly(way.kind)), ("Rung", humanly(way.level)), ("By", way.via),
        ("Only if", way.condition), ("Closed at present", way.latent),
    )  # fmt: skip
    return Node(
        f"origin:{way.level}" if name else f"origin:{native}", Layer.ORIGIN, humanly(way.kind),
        name or _called(native, ours), says or humanly(way.level), TONES.get(way.level, ""),
        uid=ours.uid if ours else "", target="identity" if ours else "", facts=facts,
    )  # fmt: skip


def _called(native: str, ours: Resource | None) -> str:
    """What people call a principal: the last part of an ARN, the name of what is ours, else its id."""
    if native.startswith("arn:"):
        return leaf(native).rpartition("/")[2]
    return short(ours.name if ours else native)


def short(name: str) -> str:
    """A Google service account without the domain that all of them have."""
    return name.partition("@")[0] if name.endswith(".gserviceaccount.com") else name


def _may(what: str, way: because.Way) -> str:
    told = what if way.certain else f"perhaps {what}"
    told += f" if {way.condition}" if way.condition else ""
    return f"{told} (closed at present: {way.latent})" if way.latent else told
