"""Lines about what runs: code, layers, versions and the way calls are shared among them. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from inventory.semantics.line import Line, Risk
from inventory.semantics.settings import by, entries, others
from inventory.semantics.words import turned

Json = Any
Document = Mapping[str, Json]


def code(before: Document, after: Document) -> Iterator[Line]:
    """One line when the code is another, whatever sizes, sources, builds and images say beside it."""
    replaced = _replaced(before, after)
    if replaced:
        yield Line("Code replaced", "code", section="code")
    for word, key, named in (("Source", "source", _place), ("Image", "image", _repository if replaced else str)):
        was, now = (named(str(side.get(key) or "")) for side in (before, after))
        if was != now:
            yield Line(f"{word} {turned(was, now)}", "code", section="code")
    yield from _layers(by(before.get("layers"), _layer_name), by(after.get("layers"), _layer_name))
    if not replaced and _same(before, after, "sha256", "image", "image_digest") and not _same(before, after, "size"):
        yield Line(f"Code size {turned(before.get('size'), after.get('size'), 'bytes')}", "code", section="code")
    told = {"sha256", "image", "image_digest", "size", "layers", "source"}
    yield from others("code", _without_build_id(before), _without_build_id(after), told)


def _replaced(before: Document, after: Document) -> bool:
    """Whether other code runs from the same place: another digest, build, or generation of the source."""
    if not _same(before, after, "sha256", "image_digest") and _same(before, after, "image"):
        return True
    was, now = _build(before).get("id"), _build(after).get("id")
    source_moved = _place(str(before.get("source") or "")) != _place(str(after.get("source") or ""))
    return bool(was and now and was != now) or (not source_moved and not _same(before, after, "source"))


def _build(side: Document) -> Document:
    told = side.get("build")
    return told if isinstance(told, Mapping) else {}


def _without_build_id(side: Document) -> Document:
    return {**side, "build": {key: value for key, value in _build(side).items() if key != "id"}}


def _place(source: str) -> str:
    """Where the source lies, without the generation of the object."""
    return source.partition("#")[0]


def _repository(image: str) -> str:
    """An image without its tag and digest; the colon of a registry's port is none of a tag."""
    name = image.partition("@")[0]
    head, slash, last = name.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}"


def _same(before: Document, after: Document, *keys: str) -> bool:
    return all(before.get(key) == after.get(key) for key in keys)


def _layer_name(layer: Document) -> str:
    name = str(layer.get("name") or layer.get("id", ""))
    return f"{layer['account']}/{name}" if layer.get("account") else name


def _layers(before: dict[str, Document], after: dict[str, Document]) -> Iterator[Line]:
    for name in sorted(before.keys() | after.keys()):
        if name not in before:
            yield Line(f"Layer {name} added", "code", section="code")
        elif name not in after:
            yield Line(f"Layer {name} removed", "code", section="code")
        elif before[name] != after[name]:
            versions = turned(before[name].get("version"), after[name].get("version"))
            yield Line(f"Layer {name} {versions}", "code", section="code")


def versions(before: Document, after: Document) -> Iterator[Line]:
    """The names of versions; where calls are shared among revisions, how. A new latest revision is said only where
    nothing else is: every change makes one."""
    if not any(_is_traffic(entry) for side in (before, after) for entry in side.get("aliases") or ()):
        yield from others("versions", before, after, told=set())
        return
    if before.get("latest") != after.get("latest"):
        text = f"Revision {turned(before.get('latest'), after.get('latest'))}"
        yield Line(text, section="versions", minor=True)
    was, now = _shares(before), _shares(after)
    if was != now:
        yield Line(f"Calls go to {turned(was, now)}", "code", section="versions")
    yield from _tagged(_tags(before), _tags(after))
    yield from others("versions", before, after, told={"aliases", "latest"})


def _is_traffic(entry: Document) -> bool:
    return "percent" in entry or "tagged" in entry


def _shares(side: Document) -> str:
    """Which revision gets how many of the calls; the newest one is called latest whatever its number."""
    newest = side.get("latest")
    shares = [(_target(entry, newest), entry["percent"]) for entry in side.get("aliases") or () if entry.get("percent")]
    return ", ".join(f"{target} {percent} %" for target, percent in sorted(shares, key=lambda one: (-one[1], one[0])))


def _target(entry: Document, newest: Json) -> str:
    version = str(entry.get("version") or entry.get("name") or "")
    return "latest" if not version or version == newest or entry.get("name") == "latest" else version


def _tags(side: Document) -> dict[str, Document]:
    return {str(entry.get("name")): entry for entry in side.get("aliases") or () if entry.get("tagged")}


def _tagged(before: dict[str, Document], after: dict[str, Document]) -> Iterator[Line]:
    """Revisions with an address of their own: a tag is another door to code that may be old."""
    for name in sorted(before.keys() | after.keys()):
        was, now = (side.get(name, {}).get("version") for side in (before, after))
        if name not in before:
            yield Line(f"Tag {name} gives revision {now} an address of its own", "access", Risk.NONE, "versions")
        elif name not in after:
            yield Line(f"Tag {name} of revision {was} removed", "access", Risk.NONE, "versions")
        elif was != now:
            yield Line(f"Tag {name}: revision {turned(was, now)}", "code", section="versions")


def published(before: Document, after: Document) -> Iterator[Line]:
    """Versions that may still be called. Revisions of Cloud Run (told by their images) come with every change."""
    left, right = before.get("published") or [], after.get("published") or []
    minor = any("image" in entry for entry in (*left, *right))
    for line in entries("published", "published", left, right):
        yield Line(line.text, line.kind, line.risk, line.section, minor)
    yield from others("published", before, after, told={"published"})
