"""Functions and identities: lists by the search language, and one of them whole."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from inventory.api.pages import CURSOR, MOST, USUAL, searched_page
from inventory.api.shapes import FunctionPage, FunctionShape, IdentityPage, IdentityShape, WholeFunction, WholeIdentity
from inventory.api.views import Exact, chosen, fields_parameter
from inventory.clock import now
from inventory.facts import Kind
from inventory.models import Account, Resource
from inventory.permission import needs
from inventory.present import PARTS, present_identity, present_page, present_resource
from inventory.search.lists import FUNCTIONS, IDENTITIES, LISTS, Search, SearchList
from inventory.search.parse import MAX_LENGTH, ParseError
from inventory.then import NoSuchTime, moment_of, state_at

_LIMIT = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
_COUNT = {"type": "string", "enum": ["0", "1"], "default": "0"}
_ASKED = [
    OpenApiParameter(
        "cursor",
        {"type": "string", "format": "cursor"},
        description=CURSOR,
    ),
    OpenApiParameter("limit", _LIMIT, description="Rows a page."),
    OpenApiParameter("count", _COUNT, description="1: count everything found, too."),
]


def asked_of(listed: SearchList, shape: type[Serializer[Any]]) -> list[OpenApiParameter]:
    """The parameters of a list that can be searched; `format` says what a query is for readers of the schema."""
    sorts = [way for name in listed.sorts for way in (name, f"-{name}")]
    query = {"type": "string", "format": f"query-{listed.name}", "maxLength": MAX_LENGTH}
    return [
        OpenApiParameter("q", query, description="A query in the search language; empty finds everything present."),
        OpenApiParameter("sort", {"type": "string", "enum": sorts}, description="An order; -name the other way."),
        *_ASKED,
        fields_parameter(shape),
    ]


def search_of(request: Request, name: str, then: datetime | None = None) -> Search:
    """The search that `q` asks for (of an earlier time). Raises ValidationError with the place of what is wrong."""
    try:
        text = request.query_params.get("q", "")
        return LISTS[name].search(text, request.user, then or now(), past=then is not None)
    except ParseError as fault:
        raise ValidationError({"q": [str(fault)], "start": [str(fault.start)], "end": [str(fault.end)]}) from fault


AT = OpenApiParameter(
    "at",
    {"type": "string", "format": "time-past"},
    description="As it was at this time: a day (its beginning, UTC) or a moment of RFC 3339. What is kept of now only "
    "(bindings, shared_by, classes of privilege) is null then, and cannot be searched for.",
)


def then_of(request: Request) -> datetime | None:
    """The earlier time that `at` asks for, None for now. Raises ValidationError."""
    text = request.query_params.get("at")
    try:
        return moment_of(text, now()) if text is not None else None
    except NoSuchTime as wrong:
        raise ValidationError({"at": [str(wrong)]}) from wrong


@needs("view")
class FunctionList(Exact):
    """Functions that a query finds."""

    asked = [*asked_of(FUNCTIONS, FunctionShape), AT]

    @extend_schema(operation_id="functions_list", responses={200: FunctionPage})
    def get(self, request: Request) -> Response:
        then = then_of(request)
        search, names = search_of(request, FUNCTIONS.name, then), chosen(request, FunctionShape().fields)

        def load(rows: Any) -> Any:
            related = rows.select_related("account__group", "posture", "use", "identity", "resource__scope")
            return related.defer("search_text", "variables", "layers", "posture__because")

        def told(rows: list[Any]) -> list[dict[str, Any]]:
            return present_page(rows, [part for part in PARTS if not names or part in names])

        with state_at(then, Account.objects.visible_to(request.user)):
            return searched_page(request, search, load, told, names)


@needs("view")
class IdentityList(Exact):
    """Roles, service accounts and managed identities that a query finds."""

    asked = asked_of(IDENTITIES, IdentityShape)

    @extend_schema(operation_id="identities_list", responses={200: IdentityPage})
    def get(self, request: Request) -> Response:
        def load(rows: Any) -> Any:
            return rows.select_related("account__group", "resource", "posture")

        def told(rows: Any) -> Any:
            return [present_identity(row) for row in rows]

        names = chosen(request, IdentityShape().fields)
        return searched_page(request, search_of(request, IDENTITIES.name), load, told, names)


@needs("view")
class OneFunction(Exact):
    """One function with its whole document."""

    @extend_schema(operation_id="functions_retrieve", responses={200: WholeFunction})
    def get(self, request: Request, uid: str) -> Response:
        return Response(whole(request, uid, Kind.FUNCTION))


@needs("view")
class OneIdentity(Exact):
    """One identity with its whole document."""

    @extend_schema(operation_id="identities_retrieve", responses={200: WholeIdentity})
    def get(self, request: Request, uid: str) -> Response:
        return Response(whole(request, uid, Kind.IDENTITY))


def whole(request: Request, uid: str, kind: Kind) -> dict[str, Any]:
    found = (
        Resource.objects.visible_to(request.user).select_related("latest", "account").filter(kind=kind, uid=uid).first()
    )
    if found is None:
        raise Http404
    return present_resource(found)
