"""How people sign in: accounts are made by an admin, never by visitors; who tries too often waits."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import handler429
from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from config.sign_on.rule import rule
from inventory.audit import client_ip


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth with sign-up closed, and with 429 instead of a form for those who tried too often."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address behind as many proxies as are ours; requests over a socket have none and count as one."""
        return client_ip(request) or "0.0.0.0"  # noqa: S104 - no address to listen on

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as often:
            raise ImmediateHttpResponse(handler429(request)) from often

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Whose password this is; nobody's where single sign-on is the only way, but for local admins."""
        found = super().authenticate(request, **credentials)
        if found is None or found.local or rule().passwords:
            return found
        user_login_failed.send(sender=__name__, credentials={"username": found.username}, request=request)
        return None

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Per name and address: nobody can lock somebody else out from afar."""
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{self.get_client_ip(request)}"
