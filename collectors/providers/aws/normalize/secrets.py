"""Secrets that a function's event sources and variables refer to, by what refers to them and whether they rotate."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.aws.normalize.shapes import boolean, mapping, number, objects, refused, said, text

Json = Any

_SECRET = re.compile(r"arn:aws[\w-]*:secretsmanager:[\w-]+:\d{12}:secret:[\w/+=.@-]+")


def secrets(told: Mapping[str, Json], sources: Json, environment: Mapping[str, Json]) -> Json:
    """Each secret that is referred to, once; `told` are the answers, and without one nothing is known of it."""
    users: dict[str, set[str]] = {}
    for arn, user in _references(sources, environment):
        users.setdefault(arn, set()).add(user)
    return {"secrets": [_secret(arn, told, sorted(used_by)) for arn, used_by in sorted(users.items())]}


def _references(sources: Json, environment: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    for source in objects(sources, "EventSourceMappings"):
        for access in objects(source.get("SourceAccessConfigurations"), "SourceAccessConfigurations"):
            for arn in _SECRET.findall(text(access, "URI")):
                yield arn, f"event source {text(source, 'EventSourceArn') or text(source, 'UUID')}"
    for variable in objects(environment.get("variables"), "variables"):
        for arn in _SECRET.findall(text(variable, "reference")):
            yield arn, f"variable {text(variable, 'name')}"


def _secret(arn: str, told: Mapping[str, Json], used_by: list[str]) -> Json:
    base: dict[str, Json] = {"id": arn, "used_by": used_by}
    if arn not in told or refused(told[arn]):
        return {**base, "state": "unknown"}
    if told[arn] is None:
        return {**base, "state": "missing"}
    found = mapping(told[arn], "A secret")
    rules = mapping(found.get("RotationRules"), "RotationRules")
    return {
        **base,
        "state": "being deleted" if found.get("DeletedDate") else "there",
        "rotated": boolean(found, "RotationEnabled"),
        **said(
            every_days=number(rules, "AutomaticallyAfterDays"),
            schedule=text(rules, "ScheduleExpression"),
            owner=text(found, "OwningService"),
        ),
    }
