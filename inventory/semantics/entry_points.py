"""Lines about the addresses at which a function is called. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.names import WORDS
from inventory.semantics.settings import others
from inventory.semantics.words import said, turned

Json = Any
Document = Mapping[str, Json]
Move = tuple[str, Json, Json]

OPEN_AUTH = frozenset({"none", "anonymous", "applicationmanaged", "allow_all", "public"})


def entry_points(before: Document, after: Document) -> Iterator[Line]:
    """Addresses: a new one without sign-in raises the risk, so does dropping the sign-in of an old one."""
    left, right = _points(before), _points(after)
    changed: dict[str, tuple[Line, list[str]]] = {}
    for name in sorted(left.keys() | right.keys()):
        if name not in left:
            yield _came(right[name], "added", _opened(right[name]))
        elif name not in right:
            yield _came(left[name], "removed", _opened(left[name]).opposite)
        else:
            for line in _point_changed(left[name], right[name]):
                changed.setdefault(line.text, (line, []))[1].append(_where(right[name]))
    for line, places in changed.values():
        yield Line(f"{line.text}{_together(places)}", line.kind, line.risk, line.section, line.minor)
    yield from others("entry_points", before, after, told={"entry_points"})


def _came(point: Document, verb: str, risk: Risk) -> Line:
    note = f" (auth {point['auth']})" if point.get("auth") and verb == "added" else ""
    return Line(f"{_point_word(point)} {verb}{note}{_where(point)}", "access", risk, "entry_points")


def _points(section: Document) -> dict[str, Document]:
    keys = ("kind", "id", "qualifier", "method", "path")
    return {
        "\n".join(str(point.get(key, "")) for key in keys)
        + ("" if point.get("id") else str(point.get("url", ""))): point
        for point in section.get("entry_points") or []
    }


def _point_word(point: Document) -> str:
    kind = str(point.get("kind", "entry point"))
    return "URL" if kind == "url" else kind.capitalize() if not kind[:1].isupper() else kind


def _where(point: Document) -> str:
    on = f" on {point['qualifier']}" if point.get("qualifier") else ""
    route = " ".join(str(point[key]) for key in ("method", "path") if point.get(key))
    return f"{on}: {route}" if route else on


def _together(places: list[str]) -> str:
    """Where the same happened at several addresses, it is one line."""
    named = [place for place in places if place]
    return named[0] if len(places) == 1 and named else "" if len(places) == 1 else f" at {len(places)} addresses"


def _point_changed(before: Document, after: Document) -> Iterator[Line]:
    """What differs in an address. How far it reaches follows from the network, which tells it, too."""
    for key, was, now in _moves(before, after):
        risk = Risk.NONE
        if key == "auth":
            open_before, open_now = _open(before), _open(after)
            risk = Risk.NONE if open_before == open_now else Risk.UP if open_now else Risk.DOWN
        elif key == "CORS origins" and "*" in (now or ()) and "*" not in (was or ()):
            risk = Risk.UP
        text = f"{_point_word(after)} {key} {turned(_worded(was), _worded(now))}"
        yield Line(text, "access", risk, "entry_points", minor=key == "reach")


def _moves(before: Document, after: Document) -> Iterator[Move]:
    """(what, before, after) of each difference; CORS and details by what they hold."""
    for key in sorted(before.keys() | after.keys()):
        was, now = before.get(key), after.get(key)
        if was == now:
            continue
        if all(isinstance(value, Mapping) or value is None for value in (was, now)):
            word = "CORS" if key == "cors" else ""
            left, right = was or {}, now or {}
            for inner in sorted(left.keys() | right.keys()):
                if left.get(inner) != right.get(inner):
                    yield f"{word} {said(inner).replace('_', ' ')}".strip(), left.get(inner), right.get(inner)
        else:
            yield key, was, now


def _worded(value: Json) -> Json:
    return WORDS.get(value, value) if isinstance(value, str) else value


def _open(point: Document) -> bool:
    return str(point.get("auth", "")).lower() in OPEN_AUTH


def _opened(point: Document) -> Risk:
    """How the risk moves when this address appears: an address that asks for a sign-in is no worse by itself."""
    return Risk.UP if _open(point) or not point.get("auth") else Risk.NONE
