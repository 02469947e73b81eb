"""What every view of the API has: parameters it knows (any other is refused), and fields one can choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from django.db.models import Model
from django_filters.rest_framework import CharFilter
from drf_spectacular.utils import OpenApiParameter
from rest_framework import generics
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

Row = TypeVar("Row", bound=Model)
FIELDS = "fields"


class Exact(APIView):
    """A misspelt parameter is told, not passed over: otherwise an answer could look like less than was asked for."""

    #: What the address may ask besides what filters and pages bring.
    asked: Sequence[OpenApiParameter] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.known()
        for name, values in request.query_params.lists():
            if name not in known:
                raise ValidationError({name[:60]: [f"There is no such parameter; there are: {', '.join(known)}."]})
            if len(values) > 1:
                raise ValidationError({name: ["Say it once."]})
            if "\0" in values[0]:
                raise ValidationError({name: ["U+0000 is in no text that is kept."]})

    def known(self) -> list[str]:
        """The parameters of the address that this view understands."""
        return sorted(one.name for one in self.asked if one.location == OpenApiParameter.QUERY)


class Rows(Exact, generics.ListAPIView[Row]):
    """A list of a table, in pages."""

    filterset_class: Any = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        for name, one in self.filters().items():
            if request.query_params.get(name) == "" and not isinstance(one, CharFilter):
                raise ValidationError({name: ["A value is expected."]})

    def filters(self) -> dict[str, Any]:
        """Name of a parameter → its filter."""
        return dict(self.filterset_class.base_filters) if self.filterset_class else {}

    def known(self) -> list[str]:
        return sorted([*super().known(), *self.filters(), "cursor", "limit", FIELDS])


class Single(Exact, generics.RetrieveAPIView[Row]):
    """One row of a table."""


def chosen(request: Request, known: Mapping[str, Any]) -> list[str]:
    """The names of fields that `fields` asks for, none for all. Raises ValidationError."""
    text = request.query_params.get(FIELDS)
    names = text.split(",") if text is not None else []
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValidationError({FIELDS: [f"There is no field “{unknown[0][:60]}”; there are: {', '.join(known)}."]})
    return names


def only(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows with these fields, whole when none is named."""
    return [{name: row[name] for name in names if name in row} if names else dict(row) for row in rows]


def fields_parameter(shape: Any) -> OpenApiParameter:
    """`fields` for the schema: some of the shape's own names, with commas."""
    names = list(shape().fields)
    told = {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1}
    return OpenApiParameter(FIELDS, told, style="form", explode=False,
                            description="Names of fields to give, with commas; all when absent.")  # fmt: skip
