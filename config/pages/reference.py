"""The API reference: every operation as the schema tells it, with examples that run as they stand."""

from __future__ import annotations

import shlex
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path

from collectors.models import Run
from config.pages.settings import own
from config.reference.operations import subjects
from findings.models import Finding
from inventory.api.body import DEEPEST, MOST_BYTES
from inventory.api.pages import MOST, USUAL
from inventory.api.schema import ALWAYS, WITH_BODY
from inventory.facts import Kind
from inventory.models import Resource
from inventory.permission import SELF, needs

#: What is asked a second time costs nothing when it stands as it was: prints 200, and 304 from then on.
KEEP = (
    "curl -sS --etag-compare kept.etag --etag-save kept.etag -o kept.json -w '%{http_code}\\n' \\\n"
    '  -H "Authorization: Bearer $FANLIGHT_TOKEN" "$FANLIGHT_URL/api/v1/snapshots/$FUNCTION/1/"'
)
#: A token that is typed stands in no history of a shell.
TYPED = "read -rs FANLIGHT_TOKEN && export FANLIGHT_TOKEN"


@needs(SELF)
def reference(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "config/reference/reference.html",
        {
            "subjects": subjects(),
            "operations": operations(),
            "start": start(request),
            "token": TYPED,
            "keep": KEEP,
            "always": {**ALWAYS, **WITH_BODY},
            "limits": {
                "requests": settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["token"].partition("/")[0],
                "exports": settings.EXPORTS_AN_HOUR, "bytes": MOST_BYTES, "levels": DEEPEST, "usual": USUAL,
                "most": MOST,
            },
        },
    )  # fmt: skip


@cache
def operations() -> str:
    """All operations as HTML: the same for everybody, and long enough to be made once in each process."""
    return render_to_string("config/reference/operations.html", {"subjects": subjects()})


def start(request: HttpRequest) -> str:
    """What to tell a shell first: this installation, and ids of things that this person sees."""
    address = f"export FANLIGHT_URL={shlex.quote(request.build_absolute_uri('/').rstrip('/'))}"
    return "\n".join([address, *(f"{name}={value}" for name, value in ids(request).items())])


def ids(request: HttpRequest) -> dict[str, Any]:
    """Variable of the examples → the first such thing that this person sees; names are left out, a shell would read
    what stands in them. An alert is not among them: an example deletes it."""
    user = own(request)
    present = Resource.objects.visible_to(user).filter(gone_at=None)
    found = {
        "FUNCTION": _first(present.filter(kind=Kind.FUNCTION), "uid"),
        "IDENTITY": _first(present.filter(kind=Kind.IDENTITY), "uid"),
        "FINDING": _first(Finding.objects.visible_to(user), "pk"),
        "RUN": _first(Run.objects.visible_to(user), "pk"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _first(rows: QuerySet[Any], column: str) -> Any:
    return rows.order_by("pk").values_list(column, flat=True).first()


ROUTES = [path("api/", reference, name="api-reference")]
