"""The one gate before every view: what the route declares decides; a route that declares nothing answers nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from rest_framework.views import APIView

from inventory.permission import ANYONE, SELF, Needs, declared, fulfils, refusal, wanted

READ_AND_SEND = ("GET", "POST")
_ANYONE: Needs = dict.fromkeys(READ_AND_SEND, ANYONE)
_SELF: Needs = dict.fromkeys(READ_AND_SEND, SELF)

#: What the views of others need, by the name of their address: signing in is anyone's, one's own password one's own.
FOREIGN: Mapping[str, Needs] = {
    "account_login": _ANYONE,
    "account_logout": _ANYONE,
    "account_inactive": {"GET": ANYONE},
    "account_signup": {"GET": ANYONE},
    "account_reauthenticate": _SELF,
    "account_change_password": _SELF,
    "mfa_index": {"GET": SELF},
    "mfa_authenticate": _ANYONE,
    "mfa_reauthenticate": _SELF,
    "mfa_activate_totp": _SELF,
    "mfa_deactivate_totp": _SELF,
    "mfa_list_webauthn": {"GET": SELF},
    "mfa_add_webauthn": _SELF,
    "mfa_edit_webauthn": _SELF,
    "mfa_remove_webauthn": _SELF,
    "mfa_reauthenticate_webauthn": _SELF,
}
#: Addresses of allauth for what there is none of here: admins keep e-mail addresses, passwords are the way in.
CLOSED = frozenset(
    {
        "account_email", "account_email_verification_sent", "account_confirm_email", "account_set_password",
        "account_reset_password", "account_reset_password_done", "account_confirm_login_code",
        "account_reset_password_from_key", "account_reset_password_from_key_done",
    }
)  # fmt: skip
NOBODY: Needs = {}


def needs_of(view: Any, name: str | None) -> Needs | None:
    """What a route needs: as its view declares, or as is said here for a view of others; None when nobody said it."""
    own = declared(view)
    if own is not None:
        return own
    return NOBODY if name in CLOSED else FOREIGN.get(name or "")


class DeclaredPermissions:
    """Middleware behind sign-in. The API's views ask for themselves, for a token is read later than this."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        needed = needs_of(view, match.url_name if match else None)
        if needed is None:
            raise ImproperlyConfigured(
                f"{view.__module__}.{view.__name__} declares no permission: put @needs(…) on it."
            )
        if issubclass(getattr(view, "cls", object), APIView):
            return None
        verb = wanted(needed, request.method or "GET")
        if verb is None:
            return HttpResponseNotAllowed(sorted(needed))
        if not fulfils(request.user, verb):
            raise PermissionDenied(refusal(verb))
        return None
