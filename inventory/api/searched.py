"""Functions and identities: lists by the search language, and one of them whole."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.pages import MOST, searched_page
from inventory.api.shapes import FunctionPage, FunctionShape, IdentityPage, Problem, WholeFunction, WholeIdentity
from inventory.clock import now
from inventory.facts import Kind
from inventory.models import Resource
from inventory.permission import needs
from inventory.present import PARTS, present_identity, present_page, present_resource
from inventory.search.lists import FUNCTIONS, IDENTITIES, LISTS, Search
from inventory.search.parse import ParseError

REFUSED = OpenApiResponse(Problem, "The query or a parameter was not understood; see `detail` and `errors`.")
MISSING = OpenApiResponse(Problem, "There is no such thing, or it may not be seen.")
ASKED = [
    OpenApiParameter("q", str, description="A query in the search language; empty finds everything present."),
    OpenApiParameter("sort", str, description="An order of the list; -name for the other way round."),
    OpenApiParameter("cursor", str, description="Where to go on, from `next` or `previous` of another page."),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MOST}, description="Rows a page."),
    OpenApiParameter("count", {"type": "string", "enum": ["0", "1"]}, description="1: count everything found, too."),
]
FIELDS = OpenApiParameter("fields", str, description="Names of fields to give, with commas; all when absent.")


def search_of(request: Request, name: str) -> Search:
    """The search that `q` asks for. Raises ValidationError with the place of what is wrong."""
    try:
        return LISTS[name].search(request.query_params.get("q", ""), request.user, now())
    except ParseError as fault:
        raise ValidationError({"q": [str(fault)], "start": [str(fault.start)], "end": [str(fault.end)]}) from fault


@needs("view")
class FunctionList(APIView):
    """Functions that a query finds."""

    @extend_schema(operation_id="functions_list", parameters=[*ASKED, FIELDS],
                   responses={200: FunctionPage, 400: REFUSED})  # fmt: skip
    def get(self, request: Request) -> Response:
        search, names = search_of(request, FUNCTIONS.name), self._fields(request)

        def load(rows: Any) -> Any:
            related = rows.select_related("account__group", "posture", "identity", "resource__scope")
            return related.defer("search_text", "variables", "layers", "posture__because")

        def told(rows: list[Any]) -> list[dict[str, Any]]:
            found = present_page(rows, [part for part in PARTS if not names or part in names])
            return [{name: row[name] for name in names} for row in found] if names else found

        return searched_page(request, search, load, told)

    @staticmethod
    def _fields(request: Request) -> list[str]:
        names = [name for name in request.query_params.get("fields", "").split(",") if name]
        unknown = [name for name in names if name not in FunctionShape().fields]
        if unknown:
            raise ValidationError({"fields": [f"There is no field “{unknown[0][:60]}”."]})
        return names


@needs("view")
class IdentityList(APIView):
    """Roles, service accounts and managed identities that a query finds."""

    @extend_schema(operation_id="identities_list", parameters=ASKED, responses={200: IdentityPage, 400: REFUSED})
    def get(self, request: Request) -> Response:
        def load(rows: Any) -> Any:
            return rows.select_related("account__group", "resource", "posture")

        return searched_page(
            request, search_of(request, IDENTITIES.name), load, lambda rows: [present_identity(row) for row in rows]
        )


@needs("view")
class OneFunction(APIView):
    """One function with its whole document."""

    @extend_schema(operation_id="functions_retrieve", responses={200: WholeFunction, 404: MISSING})
    def get(self, request: Request, uid: str) -> Response:
        return Response(whole(request, uid, Kind.FUNCTION))


@needs("view")
class OneIdentity(APIView):
    """One identity with its whole document."""

    @extend_schema(operation_id="identities_retrieve", responses={200: WholeIdentity, 404: MISSING})
    def get(self, request: Request, uid: str) -> Response:
        return Response(whole(request, uid, Kind.IDENTITY))


def whole(request: Request, uid: str, kind: Kind) -> dict[str, Any]:
    found = (
        Resource.objects.visible_to(request.user).select_related("latest", "account").filter(kind=kind, uid=uid).first()
    )
    if found is None:
        raise Http404
    return present_resource(found)
