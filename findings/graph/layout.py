"""Where each node stands and how each edge runs: columns from left to right, crossings kept few. Pure.

The order within columns is found as Sugiyama, Tagawa and Toda describe (1981): edges over several columns are given
places of their own in those between, and each column is sorted by the mean of its neighbours, to and fro.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from findings.graph.shape import LAYERS, Edge, Graph, Layer, Node

WIDTH, HEIGHT = 186, 44
ACROSS, DOWN = 46, 12
#: The room for the heads of columns, and around everything.
HEAD, MARGIN = 26, 8
_BEND, _SWEEPS = 10, 6
#: Two rows of a column are never farther apart than this, however much straighter an edge would be.
_APART = 34


@dataclass(frozen=True, slots=True)
class Placed:
    """A node with the left upper corner of its box; `attack`: it lies on an attack path."""

    node: Node
    x: int
    y: int
    attack: bool


@dataclass(frozen=True, slots=True)
class Run:
    """An edge with the SVG path it takes."""

    edge: Edge
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of it, in the units of the drawing (pixels at its natural size)."""

    width: int
    height: int
    heads: Sequence[tuple[Layer, int]]
    nodes: Sequence[Placed]
    runs: Sequence[Run]


@dataclass
class _Column:
    keys: list[str]
    y: dict[str, float] = field(default_factory=dict)


def drawn(graph: Graph) -> Drawing:
    """The drawing of a graph; columns without nodes are left out."""
    layers = [layer for layer in LAYERS if graph.of(layer)]
    place = {node.key: layers.index(node.layer) for node in graph.nodes.values()}
    columns = [_Column([node.key for node in graph.of(layer)]) for layer in layers]
    chains = {ends: _chain(edge, place, columns) for ends, edge in graph.edges.items()}
    near = _neighbours(chains.values())
    _order(columns, near)
    heights = {key: HEIGHT if key in graph.nodes else _BEND for column in columns for key in column.keys}
    _stack(columns, near, heights)
    x = [MARGIN + index * (WIDTH + ACROSS) for index in range(len(layers))]
    bottom = max((column.y[key] + heights[key] for column in columns for key in column.keys), default=0)
    attacked = graph.attacked
    return Drawing(
        width=int(2 * MARGIN + len(layers) * WIDTH + max(0, len(layers) - 1) * ACROSS),
        height=int(HEAD + bottom + MARGIN),
        heads=[(layer, x[index]) for index, layer in enumerate(layers)],
        nodes=[
            Placed(graph.nodes[key], x[index], round(HEAD + column.y[key]), key in attacked)
            for index, column in enumerate(columns)
            for key in column.keys
            if key in graph.nodes
        ],
        runs=sorted(
            (Run(graph.edges[ends], _path(chain, place, columns, x, heights)) for ends, chain in chains.items()),
            key=lambda run: run.edge.attack,
        ),
    )


def _chain(edge: Edge, place: Mapping[str, int], columns: Sequence[_Column]) -> list[str]:
    """The edge's nodes from end to end, with a bend of its own in every column that it crosses."""
    start, end = place[edge.start], place[edge.end]
    bends = []
    for index in range(min(start, end) + 1, max(start, end)):
        bend = f"{edge.start}\t{edge.end}\t{index}"
        columns[index].keys.append(bend)
        bends.append(bend)
    return [edge.start, *(bends if start <= end else reversed(bends)), edge.end]


def _neighbours(chains: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for one, other in pairwise(chain):
            found[one].append(other)
            found[other].append(one)
    return found


def _order(columns: Sequence[_Column], near: Mapping[str, Sequence[str]]) -> None:
    for sweep in range(_SWEEPS):
        order = list(range(1, len(columns))) if sweep % 2 == 0 else list(range(len(columns) - 2, -1, -1))
        for index in order:
            beside = columns[index - 1 if sweep % 2 == 0 else index + 1].keys
            places = {key: number for number, key in enumerate(beside)}
            present = {key: number for number, key in enumerate(columns[index].keys)}

            def mean(
                key: str,
                places: Mapping[str, int] = places,
                present: Mapping[str, int] = present,
                scale: float = len(beside) / max(1, len(present)),
            ) -> tuple[bool, float, int]:
                told = [places[one] for one in near.get(key, ()) if one in places]
                wanted = sum(told) / len(told) if told else present[key] * scale
                return key.startswith("group:"), wanted, present[key]

            columns[index].keys.sort(key=mean)


def _stack(columns: Sequence[_Column], near: Mapping[str, Sequence[str]], heights: Mapping[str, float]) -> None:
    """Rows under each other, each as near to its neighbours as the order lets it, nothing above zero."""
    for column in columns:
        y = 0.0
        for key in column.keys:
            column.y[key] = y
            y += heights[key] + DOWN
    middles = {key: column.y[key] + heights[key] / 2 for column in columns for key in column.keys}
    for sweep in range(_SWEEPS):
        for column in columns if sweep % 2 == 0 else list(reversed(columns)):
            _pull(column, near, heights, middles)
    top = min((y for column in columns for y in column.y.values()), default=0.0)
    for column in columns:
        column.y = {key: y - top for key, y in column.y.items()}


def _pull(
    column: _Column, near: Mapping[str, Sequence[str]], heights: Mapping[str, float], middles: dict[str, float]
) -> None:
    wanted = []
    for key in column.keys:
        told = [middles[one] for one in near.get(key, ())]
        wanted.append((sum(told) / len(told) if told else middles[key]) - heights[key] / 2)
    placed: list[float] = []
    for above, y in zip([None, *column.keys], wanted, strict=False):
        least = placed[-1] + heights[above] + DOWN if above and placed else y
        placed.append(min(max(y, least), least + _APART))
    off = sum(want - is_ for want, is_ in zip(wanted, placed, strict=True)) / max(1, len(placed))
    for key, y in zip(column.keys, placed, strict=True):
        column.y[key] = y + off
        middles[key] = y + off + heights[key] / 2


def _path(
    chain: Sequence[str],
    place: Mapping[str, int],
    columns: Sequence[_Column],
    x: Sequence[float],
    heights: Mapping[str, float],
) -> str:
    """From the right side of the first box to the left side of the last, straight through the bends between."""
    step = 1 if place[chain[-1]] >= place[chain[0]] else -1
    index = place[chain[0]]
    points: list[tuple[float, float]] = []
    for number, key in enumerate(chain):
        y = HEAD + columns[index].y[key] + heights[key] / 2
        if number:
            points.append((x[index] if step > 0 else x[index] + WIDTH, y))
        if number < len(chain) - 1:
            points.append((x[index] + WIDTH if step > 0 else x[index], y))
        index += step
    told = [f"M{points[0][0]:.0f},{points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        if abs(x2 - x1) > ACROSS:
            told.append(f"L{x2:.0f},{y2:.1f}")
        else:
            middle = (x1 + x2) / 2
            told.append(f"C{middle:.0f},{y1:.1f} {middle:.0f},{y2:.1f} {x2:.0f},{y2:.1f}")
    return " ".join(told)
