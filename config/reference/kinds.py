"""What the schema's types are called on the page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Any
Shapes = Mapping[str, Json]
#: Fields of fields are told so deep.
DEEPEST = 3
WORDS = {
    "integer": "whole number", "number": "number", "boolean": "true or false", "string": "text", "object": "object",
}  # fmt: skip
FORMATS = {
    "date-time": "moment (RFC 3339)", "date": "day", "uri": "address", "uuid": "UUID", "cursor": "cursor",
    "time-past": "day or moment", "time-zone": "time zone",
}  # fmt: skip
QUERY = "query-"
#: Patterns that readers need no word of: that U+0000 is in no text, and that a name is one line (its meaning says so).
UNSAID = ("\\u0000",)


@dataclass(frozen=True)
class Field:
    """A parameter or a field of a body. `limits` are sentences, `choices` the words that are allowed."""

    name: str
    kind: str
    meaning: str
    limits: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    default: str = ""
    required: bool = False
    place: str = ""


def field_of(name: str, schema: Json, shapes: Shapes, **more: Any) -> Field:
    """A field of this schema."""
    whole = resolved(schema, shapes)
    choices = whole.get("enum") or resolved(whole.get("items", {}), shapes).get("enum") or ()
    return Field(
        name=name,
        kind=kind_of(whole, shapes),
        meaning=str(schema.get("description", "")).partition("\n\n")[0],
        limits=tuple(limits_of(whole)),
        choices=tuple(str(one) for one in choices),
        default=str(whole["default"]) if "default" in whole else "",
        **more,
    )


def resolved(schema: Json, shapes: Shapes) -> dict[str, Json]:
    """The schema with what it refers to; of several ways to say it the first."""
    told = dict(schema)
    for other in [told, *told.get("allOf", ()), *told.get("oneOf", ())[:1]]:
        told = {**shapes.get(str(other.get("$ref", "")).rpartition("/")[2], {}), **other, **told}
    return told


def kind_of(schema: Json, shapes: Shapes) -> str:
    """Its type in words."""
    null = " or null" if schema.get("nullable") else ""
    form = str(schema.get("format", ""))
    if schema.get("type") == "array":
        return f"list of {kind_of(resolved(schema['items'], shapes), shapes)}{null}"
    if form.startswith(QUERY):
        return f"query{null}"
    if schema.get("type") == "object" and isinstance(more := schema.get("additionalProperties"), dict) and more:
        return f"object of {kind_of(resolved(more, shapes), shapes)}{null}"
    return (FORMATS.get(form) or WORDS.get(str(schema.get("type")), "any JSON")) + null


def limits_of(schema: Json) -> Iterator[str]:
    """What it must keep to, as short sentences."""
    least, most = schema.get("minimum"), schema.get("maximum")
    if least is not None or most is not None:
        yield f"at least {least}" if most is None else f"at most {most}" if least is None else f"{least} to {most}"
    if "maxLength" in schema:
        yield f"at most {schema['maxLength']:,} characters"
    if "maxItems" in schema:
        yield f"{schema.get('minItems', 0)} to {schema['maxItems']}"
    pattern = str(schema.get("pattern", ""))
    if pattern and not any(word in pattern for word in UNSAID):
        yield f"as {pattern}"


def fields_of(schema: Json, shapes: Shapes, before: str = "", depth: int = 0) -> Iterator[Field]:
    """The fields of an object, of the objects in it and of those in its lists, by their whole names."""
    whole = resolved(schema, shapes)
    if whole.get("type") == "array":
        before, whole = f"{before}[]" if before else before, resolved(whole["items"], shapes)
    for name, of in whole.get("properties", {}).items():
        path = f"{before}.{name}" if before else name
        yield field_of(path, of, shapes, required=name in whole.get("required", ()))
        if depth < DEEPEST:
            yield from fields_of(of, shapes, path, depth + 1)
