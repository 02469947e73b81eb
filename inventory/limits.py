"""How often somebody may do what costs much: counted in the database, so that all processes count together."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from inventory.clock import now
from inventory.exporting import wait_seconds

View = Callable[..., Any]


def too_often(request: HttpRequest, said: str, wait: int) -> HttpResponse:
    """429 with the sentence and how many seconds to wait."""
    answer = render(request, "429.html", {"said": said}, status=HTTPStatus.TOO_MANY_REQUESTS)
    answer["Retry-After"] = str(wait)
    return answer


def few_exports(view: View) -> View:
    """A view that exports: after so many within an hour a person waits."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        wait = wait_seconds(request.user, now())
        if wait:
            said = (
                f"You may export {settings.EXPORTS_AN_HOUR} times an hour; the next time in {ceil(wait / 60)} minutes."
            )
            return too_often(request, said, wait)
        return view(request, *args, **kwargs)

    return limited
