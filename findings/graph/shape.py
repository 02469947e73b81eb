"""A graph as plain values: nodes in six layers from left to right, edges between them; folding and hiding. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

#: Never more nodes than this are drawn; the rest is folded into one node a layer, which counts them.
MOST = 60


class Layer(StrEnum):
    """The columns, in order."""

    ORIGIN = "origin"
    ENTRY = "entry"
    FUNCTION = "function"
    IDENTITY = "identity"
    POLICY = "policy"
    RESOURCE = "resource"


LAYERS = tuple(Layer)
#: How many nodes each layer shows before it folds; together not more than MOST.
CAPS = {Layer.ORIGIN: 11, Layer.ENTRY: 8, Layer.FUNCTION: 6, Layer.IDENTITY: 4, Layer.POLICY: 12, Layer.RESOURCE: 12}
TONES = ("critical", "high", "medium", "low", "info", "ok", "")


class Part(StrEnum):
    """What can be left out of a drawing; the middle (the subject and what it runs as) always stays."""

    CALLERS = "callers"
    DEPLOYERS = "deployers"
    TRIGGERS = "triggers"
    SHARING = "sharing"
    POLICIES = "policies"
    RESOURCES = "resources"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Node:
    """One thing. `name` and `says` are its two lines, `facts` what a closer look tells (label, text).

    `uid` is that of a function or identity of ours, "" for anything else; `target` says which. `policy` is the uid of a
    managed policy. `count` is how many things a folded node stands for. `unknown`: nothing is known but that something
    may be there.
    """

    key: str
    layer: Layer
    kind: str
    name: str
    says: str = ""
    tone: str = ""
    part: Part | None = None
    uid: str = ""
    target: str = ""
    policy: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    count: int = 0
    unknown: bool = False
    here: bool = False

    @property
    def focus(self) -> str:
        """What `?focus=` names to put this node into the middle; "" where it cannot be."""
        return f"{self.target}:{self.uid}" if self.uid else ""


@dataclass(frozen=True, slots=True)
class Edge:
    """`start` does something to `end`, in words. `attack`: part of a path from a stranger to harm. `latent`: granted,
    but closed at present."""

    start: str
    end: str
    says: str
    attack: bool = False
    latent: bool = False


@dataclass
class Graph:
    """Nodes by key and edges by their ends; what is added twice counts once, the graver of two edges stays.

    `more` counts what exists in a layer but was not loaded one by one; it goes into that layer's folded node.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str], Edge] = field(default_factory=dict)
    more: dict[Layer, int] = field(default_factory=dict)

    def add(self, node: Node) -> Node:
        return self.nodes.setdefault(node.key, node)

    def link(self, start: str, end: str, says: str, *, attack: bool = False, latent: bool = False) -> None:
        known = self.edges.get((start, end))
        if known:
            told = known.says if says in known.says.split("; ") else f"{known.says}; {says}"
            attack, latent, says = known.attack or attack, known.latent and latent, told if says else known.says
        self.edges[start, end] = Edge(start, end, says, attack, latent)

    def of(self, layer: Layer) -> list[Node]:
        return [node for node in self.nodes.values() if node.layer == layer]

    @property
    def attacked(self) -> frozenset[str]:
        """The keys of the nodes that lie on an attack path."""
        return frozenset(key for edge in self.edges.values() if edge.attack for key in (edge.start, edge.end))


def without(graph: Graph, parts: Collection[str]) -> Graph:
    """The graph without the nodes of these parts, and without the callers who then lead nowhere.

    What hidden policies joined is joined directly: the identity still reaches what it reaches.
    """
    found = Graph(dict(graph.nodes), dict(graph.edges), dict(graph.more))
    for node in graph.nodes.values():
        if node.part not in parts:
            continue
        into = [edge for edge in found.edges.values() if edge.end == node.key]
        outof = [edge for edge in found.edges.values() if edge.start == node.key]
        for edge in (*into, *outof):
            del found.edges[edge.start, edge.end]
        del found.nodes[node.key]
        for before in into if node.layer is Layer.POLICY else ():
            for after in outof:
                found.link(before.start, after.end, after.says, attack=before.attack and after.attack,
                           latent=before.latent or after.latent)  # fmt: skip
    joined = {key for ends in found.edges for key in ends}
    found.nodes = {key: one for key, one in found.nodes.items() if one.layer is not Layer.ORIGIN or key in joined}
    if Part.SHARING in parts:
        found.more.pop(Layer.FUNCTION, None)
    return found


def folded(graph: Graph, opened: Collection[str] = ()) -> Graph:
    """At most MOST nodes: what a layer has beyond its cap becomes one node that says how many it stands for.

    A layer in `opened` gets all the room that the others leave. What is on an attack path, in the middle or grave stays
    longest.
    """
    told = {layer: _ranked(graph, layer) for layer in LAYERS}
    caps = {layer: min(CAPS[layer], len(rows) + bool(graph.more.get(layer))) for layer, rows in told.items()}
    for layer in (one for one in LAYERS if one in opened):
        caps[layer] = MOST - sum(cap for other, cap in caps.items() if other != layer)
    names: dict[str, str] = {}
    found = Graph(more={})
    for layer, rows in told.items():
        more = graph.more.get(layer, 0)
        if len(rows) + bool(more) > caps[layer] or more:
            shown, rest = rows[: max(0, caps[layer] - 1)], rows[max(0, caps[layer] - 1) :]
            group = _group(layer, rest, more)
            found.add(group)
            names.update({node.key: group.key for node in rest})
            if not rest:
                names[group.key] = group.key
        else:
            shown = rows
        for node in shown:
            found.add(node)
    for edge in graph.edges.values():
        start, end = names.get(edge.start, edge.start), names.get(edge.end, edge.end)
        found.link(start, end, edge.says, attack=edge.attack, latent=edge.latent)
    _link_unloaded(graph, found)
    return found


def _ranked(graph: Graph, layer: Layer) -> list[Node]:
    attacked = graph.attacked
    return sorted(
        graph.of(layer), key=lambda node: (not node.here, node.key not in attacked, TONES.index(node.tone), node.name)
    )


#: A folded node's two lines: what it counts (one, several), and what they are to the rest.
_WORDS = {
    Layer.ORIGIN: ("caller", "callers", "more"),
    Layer.ENTRY: ("entry point", "entry points", "more"),
    Layer.FUNCTION: ("function", "functions", "sharing this identity"),
    Layer.IDENTITY: ("identity", "identities", "more"),
    Layer.POLICY: ("policy", "policies", "more"),
    Layer.RESOURCE: ("resource", "resources", "more"),
}


def _group(layer: Layer, rest: Sequence[Node], more: int) -> Node:
    count = len(rest) + more
    parts = {node.part for node in rest}
    facts = tuple(("", node.name) for node in rest[:20])
    tone = min((node.tone for node in rest), key=TONES.index, default="")
    one, several, says = _WORDS[layer]
    return Node(
        f"group:{layer.value}", layer, "group", f"+{count} {one if count == 1 else several}", says, tone,
        parts.pop() if len(parts) == 1 else None, facts=facts, count=count,
    )  # fmt: skip


def _link_unloaded(graph: Graph, found: Graph) -> None:
    """Functions that were counted only run as the identities that those beside them run as."""
    group = f"group:{Layer.FUNCTION.value}"
    if group not in found.nodes or any(edge.start == group for edge in found.edges.values()):
        return
    for node in graph.of(Layer.IDENTITY):
        if node.key in found.nodes:
            found.link(group, node.key, "run as")


def only_attack(graph: Graph) -> Graph:
    """What lies on attack paths, and nothing else."""
    edges = {ends: edge for ends, edge in graph.edges.items() if edge.attack}
    return Graph({key: node for key, node in graph.nodes.items() if key in graph.attacked}, edges)


def route(graph: Graph) -> list[Node]:
    """One attack path from its first node to its last, the gravest end; empty without one."""
    ways = {ends: edge for ends, edge in graph.edges.items() if edge.attack}
    starts = [key for key in graph.attacked if not any(end == key for _, end in ways)]
    paths = [path for start in sorted(starts) for path in _paths(ways.values(), [start])]
    grave = lambda path: (-len(path), TONES.index(graph.nodes[path[-1]].tone), [graph.nodes[key].name for key in path])  # noqa: E731
    return [graph.nodes[key] for key in min(paths, key=grave)] if paths else []


def _paths(edges: Iterable[Edge], walked: list[str]) -> Iterator[list[str]]:
    """Every way on from the last node walked; layers only go to the right, so each way ends."""
    steps = [edge.end for edge in edges if edge.start == walked[-1] and edge.end not in walked]
    if not steps:
        yield walked
    for step in steps:
        yield from _paths(edges, [*walked, step])


def marked(node: Node) -> Node:
    """The node as the one in the middle."""
    return replace(node, here=True)
