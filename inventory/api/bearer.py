"""`Authorization: Bearer TOKEN`: programs ask as their token's owner, without cookies and so without CSRF."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import SimpleRateThrottle

from inventory.audit import audit, client_ip
from inventory.clock import about_now
from inventory.models import ApiToken, User
from inventory.models.tokens import NOTED_EVERY, token_of

WORD = "bearer"


class TokenAuthentication(BaseAuthentication):
    """Answers 401 to a token that is unknown, expired or revoked, without saying which."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The owner, capped by the token; None for a request without one."""
        word, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if word.lower() != WORD:
            return None
        token, now = token_of(text.strip()), about_now()
        bearer = token.bearer(now) if token else None
        if token and bearer is None:
            audit("sign-in.failed", request, by=token.owner, of=token, after={"with": f"{token.state(now)} token"})
        if token is None or bearer is None:
            raise AuthenticationFailed("The token is not valid, or no longer.")
        if token.used_at is None or now - token.used_at >= NOTED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(used_at=now, used_ip=client_ip(request))
        return bearer, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the schema says of tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": WORD}


class PerToken(SimpleRateThrottle):
    """So many requests a minute with one token; 429 with Retry-After beyond."""

    scope = "token"

    def get_cache_key(self, request: Request, view: Any) -> str | None:
        return f"token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else None
