"""Who may ask the API: by the permission that each route declares, as on the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from inventory.permission import fulfils, wanted


class Declared(BasePermission):
    """Lets in whoever fulfils `needs` of the view; a view without it answers nobody."""

    def has_permission(self, request: Request, view: Any) -> bool:
        needed = getattr(view, "needs", None)
        if needed is None:
            raise ImproperlyConfigured(f"{type(view).__name__} declares no permission: put @needs(…) on it.")
        verb = wanted(needed, request.method or "GET")
        if verb is None:
            raise MethodNotAllowed(request.method or "")
        return fulfils(request.user, verb)
