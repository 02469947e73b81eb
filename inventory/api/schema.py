"""The schema tells all that the API answers: parameters, refusals as problem details, and what a body may not hold."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

from inventory.api.shapes import Problem
from inventory.api.views import FIELDS, fields_parameter
from inventory.models.people import least_role
from inventory.permission import SELF, declared, wanted

PROBLEM = "application/problem+json"
#: What may be answered to every request, with what it means.
ALWAYS = {
    "400": "A parameter or the body was not understood; `errors` says which, and what is expected.",
    "401": "There is no token, or it is not valid, or no longer.",
    "403": "Your role does not allow it.",
    "404": "There is no such thing, or you may not see it.",
    "406": "Only JSON is answered.",
    "429": "Too many requests: wait as many seconds as `Retry-After` says.",
    "500": "Something went wrong on our side; `detail` holds the reference in the log.",
    "503": "The database does not answer; try again after `Retry-After` seconds.",
}
WITH_BODY = {
    "413": "The body is larger than 1 MB.",
    "415": "Only JSON is read.",
}
#: No database keeps it, and no name in a cloud holds it.
NO_NUL = "^[^\\u0000]*$"
#: What an operation needs: the least role that may, or empty for anybody who may sign in.
ROLE = "x-role"
#: What stands in an address.
PLACES = {
    "uid": "Our own id: `uid` in the list.",
    "id": "`id` in the list.",
    "number": "The number of a revision, as the list of revisions tells it.",
}
Direction = Literal["request", "response"]
WAITS = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}


class Schema(AutoSchema):
    """drf-spectacular's, with what our views declare."""

    def get_override_parameters(self) -> list[Any]:
        told = list(getattr(self.view, "asked", ()))
        rows: Any = self.view
        if self._is_list_view() and FIELDS not in [one.name for one in told]:
            told.append(fields_parameter(rows.get_serializer_class()))
        return told

    def get_extensions(self) -> dict[str, Any]:
        verb = wanted(declared(self.view) or {}, self.method)
        return {ROLE: str(least_role(verb)) if verb and verb != SELF else ""}

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        shape = self.resolve_serializer(Problem, direction).ref
        told = ALWAYS | (WITH_BODY if self.method in ("POST", "PUT", "PATCH") else {})
        for status, meaning in told.items():
            bodies[status] = {"content": {PROBLEM: {"schema": shape}}, "description": meaning}
            if status in ("429", "503"):
                bodies[status]["headers"] = WAITS
        return dict(sorted(bodies.items()))


def exact(result: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
    """Postprocessing of the whole: bodies hold no other fields; where `fields` may choose, no field is certain."""
    shapes = result["components"]["schemas"]
    for operation in (one for path in result["paths"].values() for one in path.values()):
        for body in operation.get("requestBody", {}).get("content", {}).values():
            shape = shapes[_named(body["schema"])]
            shape["additionalProperties"] = False
            for field in shape["properties"].values():
                _without_nul(field)
        for one in operation.get("parameters", ()):
            if one["in"] == "path":
                one["description"] = PLACES[one["name"]]
            if one["in"] == "query" and one["schema"].keys() == {"type"}:
                _without_nul(one["schema"])
        if any(one["name"] == FIELDS for one in operation.get("parameters", ())):
            page = operation["responses"]["200"]["content"]["application/json"]["schema"]
            rows = page if page.get("type") == "array" else shapes[_named(page)]["properties"]["results"]
            shapes[_named(rows["items"])].pop("required", None)
    return result


def _without_nul(field: dict[str, Any]) -> None:
    """Say of free text that it holds no U+0000; what has a form or words of its own says so already."""
    if field.get("type") == "string" and not field.keys() & {"pattern", "format", "enum"}:
        field["pattern"] = NO_NUL


def _named(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
