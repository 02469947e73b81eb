"""The schema tells all that the API answers: parameters, refusals as problem details, and what a body may not hold."""

from __future__ import annotations

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema

from inventory.api.shapes import Problem
from inventory.api.views import FIELDS, fields_parameter

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
            shapes[_named(body["schema"])]["additionalProperties"] = False
        for one in operation.get("parameters", ()):
            if one["in"] == "query" and one["schema"].keys() == {"type"} and one["schema"]["type"] == "string":
                one["schema"]["pattern"] = NO_NUL
        if any(one["name"] == FIELDS for one in operation.get("parameters", ())):
            page = operation["responses"]["200"]["content"]["application/json"]["schema"]
            rows = page if page.get("type") == "array" else shapes[_named(page)]["properties"]["results"]
            shapes[_named(rows["items"])].pop("required", None)
    return result


def _named(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
