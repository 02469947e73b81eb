"""What every answer carries, and what no request may hold."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]


class ResponseHeaders:
    """Headers that Django has no setting for; pages of signed-in people are never stored by a cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            response.setdefault("Retry-After", "300")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.setdefault("Cache-Control", "no-store")
        return response


class Unkeepable(SuspiciousOperation):
    """What was asked or posted holds U+0000, which no database keeps: 400."""


class NothingUnkeepable:
    """Refuses U+0000 in an address (there is nothing there: 404), in what is asked and in what a form posts (400), once
    for all views. The API tells it itself, by the name of the field."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        if request.path.startswith("/api/"):
            return
        if "\0" in request.path:
            raise Http404
        # What a form posts was read already, for its token; what comes without one is its view's own to read.
        posted = [] if getattr(view, "csrf_exempt", False) else request.POST.lists()
        for name, values in (*request.GET.lists(), *posted):
            if "\0" in name or any("\0" in value for value in values):
                raise Unkeepable("U+0000")
