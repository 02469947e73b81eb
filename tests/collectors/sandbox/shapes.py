"""Every answer of the sandbox is held against the service's own model: no key that the real SDK would not know."""

import json
from typing import Any
from xml.etree import ElementTree

OFF_THE_MODEL = {
    ("State", "available"),
    ("AttachmentStatus", "available"),
    ("PermissionsBoundaryAttachmentType", "Policy"),
}
"""Shapes and words that AWS really answers, though its own model does not list them."""


def check(http_response: Any, model: Any, **_: Any) -> None:
    """For botocore's `after-call` event."""
    if http_response.status_code >= 300 or model.output_shape is None:
        return
    content = http_response.content
    payload = model.output_shape.members.get(model.output_shape.serialization.get("payload"))
    if payload is not None and payload.type_name == "string":
        return  # the whole body is one text
    if http_response.headers["content-type"] == "text/xml":
        root = ElementTree.fromstring(content)
        wrapper = model.output_shape.serialization.get("resultWrapper")
        start = next(child for child in root if _plain(child) == wrapper) if wrapper else root
        _check_xml(start, payload or model.output_shape, model.name)
    elif content[:1] == b"{":
        _check_json(json.loads(content), model.output_shape, model.name)


def _members(shape: Any) -> dict[str, Any]:
    return {member.serialization.get("name", name): member for name, member in shape.members.items()}


def _check_json(value: Any, shape: Any, where: str) -> None:
    if value is None:
        return
    if shape.type_name == "structure":
        members = _members(shape)
        assert set(value) <= set(members), f"{where} has unknown {sorted(set(value) - set(members))}"
        for name, inner in value.items():
            _check_json(inner, members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for inner in value:
            _check_json(inner, shape.member, f"{where}[]")
    elif shape.type_name == "map":
        for inner in value.values():
            _check_json(inner, shape.value, f"{where}{{}}")
    elif shape.type_name == "string":
        assert isinstance(value, str), f"{where} is no text: {value!r}"
        _check_word(value, shape, where)


def _check_word(word: Any, shape: Any, where: str) -> None:
    allowed = getattr(shape, "enum", None)
    known = not allowed or word in allowed or (shape.name, word) in OFF_THE_MODEL
    assert known, f"{where} has the unknown value {word}"


def _plain(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _check_xml(element: Any, shape: Any, where: str) -> None:
    if shape.type_name == "structure":
        members = _members(shape)
        for child in element:
            name = _plain(child)
            if name in ("requestId", "ResponseMetadata"):
                continue
            assert name in members, f"{where} has unknown {name}"
            _check_xml(child, members[name], f"{where}.{name}")
    elif shape.type_name == "list":
        expected = shape.member.serialization.get("name", "member")
        for child in element:
            assert _plain(child) == expected, f"{where} has {_plain(child)} for {expected}"
            _check_xml(child, shape.member, f"{where}[]")
    else:
        _check_word(element.text, shape, where)
