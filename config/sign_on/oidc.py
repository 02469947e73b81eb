"""OpenID Connect: the code flow with PKCE, state and nonce; an ID token counts only when everything in it is right.

OpenID Connect Core 1.0, 3.1.3.7 (what to check); Discovery 1.0, 4.3 (the issuer must be the one that was asked).
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import jwt
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from allauth.socialaccount.providers.oauth2.views import OAuth2Adapter, OAuth2CallbackView
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from config.sign_on.adapter import app_of, words
from config.sign_on.fetch import Session, parts_of
from inventory.models import IdentityProvider

#: Signatures by a key that only the provider has; never `none`, never one by a shared secret.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
#: How far two clocks may be apart, in seconds.
CLOCK = 120


def claims_of(token: Any, keys: Any, issuer: str, client_id: str, nonce: str) -> dict[str, Any]:
    """What a right ID token says. Raises OAuth2Error, with the reason, for any other."""
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") not in ALGORITHMS:
            raise OAuth2Error("The ID token is not signed in a way that is taken.")
        claims: dict[str, Any] = jwt.decode(
            token, _key(keys, header), algorithms=[header["alg"]], audience=client_id, issuer=issuer, leeway=CLOCK,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )  # fmt: skip
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as fault:
        raise OAuth2Error(f"The ID token was not accepted: {fault}") from fault
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and "azp" not in claims:
        raise OAuth2Error("The ID token is for several, and does not say which of them asked.")
    if claims.get("azp", client_id) != client_id:
        raise OAuth2Error("The ID token was asked for by another client.")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()) or not nonce:
        raise OAuth2Error("The ID token answers another sign-in.")
    return claims


def _key(keys: Any, header: dict[str, Any]) -> Any:
    """The key that a token names; without a name, the only one there is."""
    listed = [one for one in keys.get("keys", []) if isinstance(one, dict) and one.get("use", "sig") == "sig"]
    named = [one for one in listed if one.get("kid") == header.get("kid")] if header.get("kid") else listed
    fitting = [one for one in named if one.get("alg", header["alg"]) == header["alg"] and one.get("kty") != "oct"]
    if len(fitting) != 1:
        raise OAuth2Error("The provider has no key of that name.")
    return jwt.PyJWK(fitting[0], algorithm=header["alg"]).key


class Adapter(OAuth2Adapter):  # type: ignore[misc]
    """One provider's endpoints, as its discovery document names them."""

    def __init__(self, request: HttpRequest, found: IdentityProvider) -> None:
        super().__init__(request)
        self.found, self.provider_id = found, found.key
        self.state: dict[str, Any] = {}
        self._told: dict[str, Any] = {}

    def get_provider(self) -> Provider:
        return Provider(self.request, app=app_of(self.found))

    def told(self, name: str) -> str:
        """An endpoint. Raises OAuth2Error when the document is not this issuer's, or lacks it."""
        if not self._told:
            document = _json(self.found.issuer.rstrip("/") + "/.well-known/openid-configuration")
            if document.get("issuer") != self.found.issuer:
                raise OAuth2Error(f"The issuer calls itself {str(document.get('issuer'))[:200]!r}, not as kept here.")
            self._told = document
        address = self._told.get(name)
        if not isinstance(address, str):
            raise OAuth2Error(f"The provider's document names no {name}.")
        parts_of(address)
        return address

    @property
    def access_token_url(self) -> str:
        return self.told("token_endpoint")

    @property
    def authorize_url(self) -> str:
        return self.told("authorization_endpoint")

    @property
    def basic_auth(self) -> bool:
        self.told("token_endpoint")
        methods = self._told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        return "client_secret_post" not in methods

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("sign-in-with-reply", args=[self.found.key]))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> Any:
        issued = kwargs["response"].get("id_token")
        nonce = str(self.state.get("nonce", ""))
        keys = _json(self.told("jwks_uri"))
        claims = claims_of(issued, keys, self.found.issuer, self.found.client_id, nonce)
        return self.get_provider().sociallogin_from_response(request, claims)


def _json(address: str) -> dict[str, Any]:
    """A document of the provider. Raises OAuth2Error and requests' own."""
    with Session() as session:
        answer = session.get(address)
        if answer.status_code != 200:
            raise OAuth2Error(f"{address[:200]} answered {answer.status_code}.")
        found = answer.json()
    if not isinstance(found, dict):
        raise OAuth2Error(f"{address[:200]} did not answer with an object.")
    return found


class Provider(OAuth2Provider):  # type: ignore[misc]
    """People as their ID token tells them: known by `sub`, named by `preferred_username`, never by an address."""

    id, name, uses_apps = "oidc", "OpenID Connect", True

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        return Adapter(request, IdentityProvider.objects.get(key=self.app.provider_id))

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **kwargs: Any
    ) -> HttpResponse:
        """To the provider, with a nonce that its token must bring back."""
        nonce = secrets.token_urlsafe(24)
        kwargs.update(nonce=nonce, auth_params={"nonce": nonce}, scope=["openid", "profile"])
        answer: HttpResponse = super().redirect(request, process, next_url, data, **kwargs)
        return answer

    def extract_uid(self, data: dict[str, Any]) -> str:
        if not isinstance(data["sub"], str) or not 0 < len(data["sub"]) <= 190:
            raise OAuth2Error("The ID token names nobody.")
        return data["sub"]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {"groups": words(data.get(self.app.settings["groups_from"]))}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, str]:
        told = {"username": "preferred_username", "first_name": "given_name", "last_name": "family_name"}
        return {field: str(data.get(claim) or "")[:150] for field, claim in told.items()}


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    """The provider's answer; its state is used up by reading it."""

    def _get_state(self, request: HttpRequest, provider: Any) -> Any:
        state, refused = super()._get_state(request, provider)
        self.adapter.state = state or {}
        return state, refused
