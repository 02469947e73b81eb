"""What the graph's page shows: the address read, the graph folded and drawn, its twin as a table, its exports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify

from findings.graph.layout import HEIGHT, WIDTH, Drawing, Placed, drawn
from findings.graph.shape import LAYERS, Graph, Layer, Node, Part, folded, route, without
from findings.pages._graph.gather import Gathered, focused
from findings.pages._refused import refused
from inventory.clock import about_now

TITLES = {
    Layer.ORIGIN: "From", Layer.ENTRY: "Entry point", Layer.FUNCTION: "Function", Layer.IDENTITY: "Identity",
    Layer.POLICY: "Policy", Layer.RESOURCE: "Resources and network",
}  # fmt: skip
#: Whatever time an address asks for: ways are gathered from tables of now.
OF_NOW = "The graph is of now: what was connected then is not drawn."


@dataclass(frozen=True)
class AskedGraph:
    """What the address asks for. `base` is the page without a query; `own` what it is about by itself."""

    base: str
    file: str
    own: str
    focus: str
    hide: frozenset[str]
    open: frozenset[str]
    peek: str
    scope: str

    def address(self, **changes: str) -> str:
        return self._with(self.base, changes)

    @property
    def svg(self) -> str:
        return self._with(f"{self.file}.svg", {"peek": ""})

    @property
    def json(self) -> str:
        return self._with(f"{self.file}.json", {"peek": ""})

    def _with(self, address: str, changes: dict[str, str]) -> str:
        told = {"focus": self.focus, "hide": ",".join(sorted(self.hide)), "open": ",".join(sorted(self.open)),
                "peek": self.peek, "scope": self.scope} | changes  # fmt: skip
        told["focus"] = "" if told["focus"] == self.own else told["focus"]
        query = urlencode({name: value for name, value in told.items() if value})
        return f"{address}?{query}" if query else address


def asked_graph(request: HttpRequest, base: str, file: str, own: str) -> AskedGraph:
    """Read the address; what is no part or layer is as if it were not given."""
    read = request.GET
    parts, layers = {part.value for part in Part}, {layer.value for layer in LAYERS}
    return AskedGraph(
        base, file, own, read.get("focus", "") or own,
        frozenset(read.get("hide", "").split(",")) & parts, frozenset(read.get("open", "").split(",")) & layers,
        read.get("peek", ""), read.get("scope", ""),
    )  # fmt: skip


def gathered_for(wanted: AskedGraph, request: HttpRequest) -> Gathered:
    """Raises Http404 for a focus that is not there for this person."""
    found = focused(wanted.focus, request.user)  # type: ignore[arg-type]
    if found is None:
        raise Http404
    return found


def context_of(request: HttpRequest, wanted: AskedGraph) -> dict[str, Any]:
    """All that the template needs."""
    found = gathered_for(wanted, request)
    whole = without(found.graph, wanted.hide)
    graph = folded(whole, wanted.open)
    drawing = drawn(graph)
    return {
        "asked": wanted, "found": found, "drawing": drawing, "titles": TITLES, "box": (WIDTH, HEIGHT),
        "boxes": [box_of(placed, wanted) for placed in drawing.nodes],
        "peeks": [peek_of(node, wanted) for node in graph.nodes.values()],
        "peeked": peek_of(graph.nodes[wanted.peek], wanted) if wanted.peek in graph.nodes else None,
        "rows": rows_of(graph), "route": route(whole), "toggles": _toggles(found.graph, wanted),
        "refocused": wanted.focus != wanted.own, "folds": any(node.count for node in graph.nodes.values()),
    }  # fmt: skip


@dataclass(frozen=True)
class Box:
    """A node as drawn, and where it leads: `href` without a script and upon Enter, `peek` upon a click."""

    placed: Placed
    href: str
    peek: str
    label: str


@dataclass(frozen=True)
class Peek:
    """A closer look at a node: its own page, and where its buttons lead ("": there is no such button)."""

    node: Node
    page: str
    focus: str
    unfold: str
    close: str


def peek_of(node: Node, wanted: AskedGraph) -> Peek:
    return Peek(
        node, _page(node), _focus(node, wanted) if node.focus and not node.here else "",
        _unfold(node, wanted) if node.count else "", wanted.address(peek=""),
    )  # fmt: skip


def _focus(node: Node, wanted: AskedGraph) -> str:
    return wanted.address(focus=node.focus, peek="", open="")


def _unfold(node: Node, wanted: AskedGraph) -> str:
    return wanted.address(open=",".join(sorted({*wanted.open, node.layer.value})), peek="")


def box_of(placed: Placed, wanted: AskedGraph) -> Box:
    node = placed.node
    if node.count:
        href = _unfold(node, wanted)
    elif node.focus and not node.here:
        href = _focus(node, wanted)
    else:
        href = wanted.address(peek=node.key)
    said = [node.kind, node.name, node.says, "in the middle" if node.here else ""]
    if placed.attack:
        said.append("on an attack path")
    return Box(placed, href, wanted.address(peek=node.key), ", ".join(filter(None, said)))


def _page(node: Node) -> str:
    """The node's own page; "" where it has none."""
    if node.uid:
        return reverse(node.target, args=[node.uid])
    return reverse("policy", args=[node.policy]) if node.policy else ""


def rows_of(graph: Graph) -> list[dict[str, Any]]:
    """The table twin: every edge as a line, attack paths first, then from left to right."""
    place = {layer: number for number, layer in enumerate(LAYERS)}
    rows = sorted(
        graph.edges.values(),
        key=lambda edge: (not edge.attack, place[graph.nodes[edge.start].layer], graph.nodes[edge.start].name),
    )
    nodes = graph.nodes
    return [
        {"edge": edge, "start": nodes[edge.start], "end": nodes[edge.end], "start_page": _page(nodes[edge.start]),
         "end_page": _page(nodes[edge.end])}
        for edge in rows
    ]  # fmt: skip


def _toggles(graph: Graph, wanted: AskedGraph) -> list[dict[str, Any]]:
    """The parts that there are, whether each is shown, and the address that turns it round."""
    there = {node.part for node in graph.nodes.values()}
    return [
        {"part": part.value, "on": part.value not in wanted.hide,
         "address": wanted.address(hide=",".join(sorted(wanted.hide ^ {part.value})), peek="")}
        for part in Part
        if part in there
    ]  # fmt: skip


def download(request: HttpRequest, wanted: AskedGraph, ending: str) -> HttpResponse:
    """The graph as it is shown, as a picture (SVG) or as data (JSON)."""
    found = gathered_for(wanted, request)
    if request.GET.get("at"):
        return refused(f"{OF_NOW} Leave at= out of the address.")
    graph = folded(without(found.graph, wanted.hide), wanted.open)
    name = f"graph_{slugify(found.centre.name) or 'function'}.{ending}"
    if ending == "json":
        answer = HttpResponse(json.dumps(_plain(found, graph), indent=2, ensure_ascii=False) + "\n",
                              content_type="application/json")  # fmt: skip
    else:
        drawing = drawn(graph)
        shown = picture(drawing) | {"file": True, "found": found, "now": about_now()}
        answer = render(request, "findings/graph/picture.svg", shown, content_type="image/svg+xml")
    if "inline" not in request.GET:
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def picture(drawing: Drawing) -> dict[str, Any]:
    """What a drawing without links needs."""
    return {"drawing": drawing, "titles": TITLES, "box": (WIDTH, HEIGHT),
            "boxes": [Box(placed, "", "", "") for placed in drawing.nodes]}  # fmt: skip


def _plain(found: Gathered, graph: Graph) -> dict[str, Any]:
    return {
        "centre": found.centre.key,
        "nodes": [
            {"key": node.key, "layer": node.layer.value, "kind": node.kind, "name": node.name, "says": node.says,
             "uid": node.uid or None, "stands_for": node.count or None, "unknown": node.unknown,
             "facts": [{"name": name, "text": text} for name, text in node.facts if text]}
            for node in graph.nodes.values()
        ],
        "edges": [
            {"from": edge.start, "to": edge.end, "says": edge.says, "attack": edge.attack, "latent": edge.latent}
            for edge in graph.edges.values()
        ],
        "missing": [{"of": one.of, "section": one.section, "reason": one.reason, "permission": one.permission}
                    for one in found.missing],
    }  # fmt: skip
