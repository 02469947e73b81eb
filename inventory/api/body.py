"""Bodies of requests: JSON of at most 1 MB and 50 levels, checked before anything is made of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

MOST_BYTES = 1_000_000
DEEPEST = 50


class TooLarge(APIException):
    """413."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "A body of at most 1 MB is read."
    default_code = "too_large"


class Bounded(BaseParser):
    """JSON in UTF-8, strictly as RFC 8259 has it: no NaN, no Infinity, no name twice in one object."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """The value. Raises TooLarge, ParseError."""
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        try:
            return strict_json(body.decode())
        except TooDeep as fault:
            raise ParseError(str(fault)) from fault
        except ValueError as fault:
            raise ParseError(f"JSON is expected: {fault}") from fault


class TooDeep(ValueError):
    """Brackets within brackets beyond what anything of ours writes."""


def strict_json(text: str) -> Any:
    """The value of JSON of at most 50 levels, without NaN and without a name twice in one object. Raises TooDeep, and
    ValueError for what is no JSON."""
    if depth_of(text) > DEEPEST:
        raise TooDeep(f"JSON of at most {DEEPEST} levels is read.")
    return json.loads(text, parse_constant=_constant, object_pairs_hook=_once)


def depth_of(text: str) -> int:
    """How deep brackets are nested outside of strings, without building anything."""
    depth = deepest = 0
    within = escaped = False
    for letter in text:
        if within:
            within = escaped or letter != '"'
            escaped = letter == "\\" and not escaped
        elif letter == '"':
            within = True
        elif letter in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > DEEPEST:
                break
        elif letter in "]}":
            depth -= 1
    return deepest


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) < len(pairs):
        raise ValueError("a name stands twice in one object.")
    return told


def said(request: Request, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
    """What the body says. Raises ValidationError for what the shape refuses, and for every field it does not have."""
    given = shape(data=request.data)
    given.is_valid(raise_exception=True)
    unknown = [str(name) for name in request.data if name not in given.fields]
    if unknown:
        raise ValidationError({name[:60]: ["There is no such field."] for name in unknown[:10]})
    told: dict[str, Any] = given.validated_data
    return told
