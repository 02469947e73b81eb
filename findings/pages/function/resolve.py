"""`/r/?id=…`: from a cloud's own id to our page of it."""

from django.db.models import Case, IntegerField, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from inventory.facts import Kind
from inventory.models import Resource
from inventory.permission import needs

#: A Lambda ARN has seven parts; an eighth is a version or alias.
ARN_PARTS = 7


@needs("view")
def resolve(request: HttpRequest) -> HttpResponse:
    native_id = request.GET.get("id", "").strip()
    found = (
        Resource.objects.visible_to(request.user)
        .filter(native_id__in=[native_id, _unqualified(native_id)], kind__in=[Kind.FUNCTION, Kind.IDENTITY])
        .order_by(Case(When(gone_at=None, then=0), default=1, output_field=IntegerField()), "kind", "pk")
        .first()
    )
    if found is None:
        raise Http404
    return redirect("function" if found.kind == Kind.FUNCTION else "identity", found.uid)


def _unqualified(native_id: str) -> str:
    return ":".join(native_id.split(":")[:ARN_PARTS]) if native_id.startswith("arn:") else native_id
