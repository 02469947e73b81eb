"""The operations of the API by subject: what the schema says of each, and its examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator

from config.reference import of_collecting, of_findings, of_inventory
from config.reference.example import Example
from config.reference.kinds import Field, Shapes, field_of, fields_of, resolved
from inventory.api.schema import ALWAYS, PROBLEM, ROLE, WITH_BODY

Json = Any
EXAMPLES = (*of_inventory.EXAMPLES, *of_findings.EXAMPLES, *of_collecting.EXAMPLES)


@dataclass(frozen=True)
class Answer:
    """One answer: its status, what it means, and the fields of its body."""

    status: str
    meaning: str
    form: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Operation:
    """One method at one address; `role` is empty where every person may."""

    id: str
    method: str
    path: str
    says: str
    role: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_says: str
    answers: tuple[Answer, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Subject:
    """Operations that belong together; `tags` are the first parts of their addresses."""

    id: str
    title: str
    says: str
    tags: tuple[str, ...]
    operations: tuple[Operation, ...] = ()


SUBJECTS = (
    Subject("inventory", "Functions and identities", "What there is, what it may do, and who may do what to it.",
            ("functions", "identities", "bindings", "privileges")),
    Subject("exposed", "Exposure and trust", "Who outside may call or change functions, and which of them you trust.",
            ("exposure", "trust")),
    Subject("history", "History", "Revisions, what changed from one to the next, and who did it.",
            ("snapshots", "changes", "activity")),
    Subject("findings", "Findings and rules", "What is wrong, and what becomes of it.", ("findings", "rules")),
    Subject("alerts", "Alerts", "Messages to a channel when something happens: one's own alerts.", ("alerts",)),
    Subject("collecting", "Accounts and collecting", "What is read, how that went, and what was refused.",
            ("accounts", "runs", "coverage")),
    Subject("own", "Your own", "What belongs to whoever asks.", ("searches", "column-sets", "tokens")),
)  # fmt: skip
REST = Subject("rest", "More", "What stands under no other title yet.", ())
METHODS = ("get", "post", "put", "patch", "delete")


@cache
def schema() -> dict[str, Json]:
    """The schema as everybody gets it. It depends on the code alone, so that each process makes it once."""
    made: Any = SchemaGenerator
    told: dict[str, Json] = made().get_schema(public=True)
    return told


@cache
def subjects() -> tuple[Subject, ...]:
    """Every operation under its subject, in the order of the tags; what has none yet stands last."""
    told = schema()
    operations = [(one["tags"][0], _operation(path, method, one, told["components"]["schemas"]))
                  for path, methods in told["paths"].items() for method, one in methods.items()
                  if method in METHODS]  # fmt: skip
    named = {tag for one in SUBJECTS for tag in one.tags}
    rest = tuple(dict.fromkeys(tag for tag, _ in operations if tag not in named))
    found = SUBJECTS if not rest else (*SUBJECTS, replace(REST, tags=rest))
    return tuple(
        replace(one, operations=tuple(made for tag in one.tags for of, made in operations if of == tag))
        for one in found
    )


def _operation(path: str, method: str, told: Json, shapes: Shapes) -> Operation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        says=told.get("description", ""),
        role=told[ROLE],
        parameters=tuple(_parameter(one, shapes) for one in sorted(told.get("parameters", ()), key=_by_place)),
        body=tuple(fields_of(body, shapes)),
        body_says=str(resolved(body, shapes).get("description", "")),
        answers=tuple(_answers(told["responses"], shapes)),
        examples=tuple(one for one in EXAMPLES if one.operation == told["operationId"]),
    )


PLACES = ("path", "query", "header")


def _by_place(parameter: Json) -> int:
    return PLACES.index(parameter["in"])


def _parameter(told: Json, shapes: Shapes) -> Field:
    described = {**told["schema"], "description": told.get("description", "")}
    return field_of(told["name"], described, shapes, required=told.get("required", False), place=told["in"])


def _answers(told: Mapping[str, Json], shapes: Shapes) -> Iterator[Answer]:
    """Those of this operation alone; what may be answered to every request is told once."""
    for status, one in told.items():
        if status in ALWAYS or status in WITH_BODY:
            continue
        content: dict[str, Json] = one.get("content", {})
        form = next(iter(content), "")
        body = content[form].get("schema", {}) if form else {}
        meaning = one.get("description") or str(resolved(body, shapes).get("description", ""))
        fields = () if form == PROBLEM else tuple(fields_of(body, shapes))
        yield Answer(status, meaning, ", ".join(content), fields)
