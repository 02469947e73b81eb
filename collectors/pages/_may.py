"""Who may connect accounts and start collections."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse


def operates(user: Any) -> bool:
    """True for people who keep the installation running."""
    return bool(user.is_active and (user.is_staff or user.is_superuser))


def for_operators(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view for operators; others are told which role they lack (403)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not operates(request.user):
            raise PermissionDenied("This needs the role operator.")
        return view(request, *args, **kwargs)

    return guarded
