"""Whether a delivery comes from whom its receiver was made for.

AWS and Azure show a secret that we made: in the header X-Fanlight-Key, or as the password of Basic authentication.
Google (and Azure with Entra ID) show a token signed for our audience, by the account that we were told of.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.core.cache import cache
from django.http import HttpRequest

from collectors.models import Receiver

Json = Any

HEADER = "X-Fanlight-Key"
#: How long the secret before the last stays good after it was exchanged.
BOTH_GOOD = timedelta(days=1)
#: Google's OpenID configuration names these (accounts.google.com, 2026-11).
GOOGLE_ISSUERS = ("https://accounts.google.com", "accounts.google.com")
GOOGLE_KEYS = "https://www.googleapis.com/oauth2/v3/certs"
#: Of one tenant, in both versions of its tokens (learn.microsoft.com, "Access tokens", 2026-11).
ENTRA_ISSUERS = ("https://login.microsoftonline.com/{tenant}/v2.0", "https://sts.windows.net/{tenant}/")
ENTRA_KEYS = "https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys"
#: Keys are asked for once an hour; for a key that is not among them again, but at most once a minute.
KEYS_SECONDS, AGAIN_SECONDS = 3600, 60
CLOCK = 60

Fetch = Callable[[str], Json]


class NotTheSender(Exception):
    """It is not from whom the receiver was made for. The sentence is for our people; the sender is not told why."""


def _no_way(address: str) -> Json:
    raise NotTheSender("No way to fetch keys is set up in this process.")


#: How keys are fetched: through the guarded way out, which `config` hands in.
fetch: Fetch = _no_way


def fetch_through(way: Fetch) -> None:
    """Have keys fetched this way: a function of an address that returns its JSON, or raises NotTheSender."""
    global fetch
    fetch = way


def new_secret() -> str:
    """A secret of 256 bits, to be shown once."""
    return f"fanlight_ev_{secrets.token_urlsafe(32)}"


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def check(receiver: Receiver, request: HttpRequest, at: datetime) -> None:
    """Raises NotTheSender unless the request shows what the receiver asks for."""
    token = _bearer(request)
    if receiver.provider == "gcp":
        return _check_google(receiver, token)
    if receiver.provider == "azure" and receiver.tenant and token:
        return _check_entra(receiver, token)
    shown = request.headers.get(HEADER) or _password(request)
    digest = digest_of(shown)
    good = [receiver.digest]
    if receiver.old_digest and receiver.old_until and at < receiver.old_until:
        good.append(receiver.old_digest)
    # Each is compared, whatever the first says.
    matches = [hmac.compare_digest(one, digest) for one in good if one]
    if not shown or not any(matches):
        raise NotTheSender("The secret is missing or wrong." if shown else f"There is no {HEADER}.")
    return None


def _bearer(request: HttpRequest) -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""


def _password(request: HttpRequest) -> str:
    kind, _, told = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(told, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _check_google(receiver: Receiver, token: str) -> None:
    claims = _claims(token, GOOGLE_KEYS, GOOGLE_ISSUERS, receiver.audience)
    if claims.get("email_verified") is not True or not _same(claims.get("email"), receiver.sender):
        raise NotTheSender("The token is of another service account than the one named here.")


def _check_entra(receiver: Receiver, token: str) -> None:
    issuers = tuple(issuer.format(tenant=receiver.tenant) for issuer in ENTRA_ISSUERS)
    claims = _claims(token, ENTRA_KEYS.format(tenant=receiver.tenant), issuers, receiver.audience)
    if not _same(claims.get("azp") or claims.get("appid"), receiver.sender):
        raise NotTheSender("The token is of another application than the one named here.")


def _same(told: Json, wanted: str) -> bool:
    if not isinstance(told, str) or not wanted:
        return False
    return hmac.compare_digest(told.lower().encode(), wanted.lower().encode())


def _claims(token: str, keys_at: str, issuers: tuple[str, ...], audience: str) -> Mapping[str, Json]:
    """What a right token says: signed by a key of the issuer, for our audience, not expired."""
    if not token or not audience:
        raise NotTheSender("There is no token.")
    try:
        header = jwt.get_unverified_header(token)
        if header.get("alg") != "RS256":
            raise NotTheSender("The token is not signed with RS256.")
        claims: dict[str, Json] = jwt.decode(
            token, _key(keys_at, str(header.get("kid") or "")), algorithms=["RS256"], audience=audience, leeway=CLOCK,
            options={"require": ["iss", "aud", "exp", "iat"]},
        )  # fmt: skip
    except (jwt.PyJWTError, TypeError, ValueError, AttributeError) as fault:
        raise NotTheSender(f"The token was not accepted: {fault}") from fault
    if claims["iss"] not in issuers:
        raise NotTheSender("The token is of another issuer.")
    return claims


def _key(address: str, name: str) -> Json:
    """The issuer's key of this name; keys are exchanged now and then, so an unknown one is looked for again."""
    kept = f"event-keys:{address}"
    keys = cache.get(kept)
    if keys is None or (name not in keys and cache.add(f"{kept}:again", True, AGAIN_SECONDS)):
        told = fetch(address)
        listed = told.get("keys") if isinstance(told, Mapping) else None
        keys = {
            str(one["kid"]): one
            for one in (listed if isinstance(listed, list) else ())
            if isinstance(one, dict) and one.get("kid") and one.get("kty") == "RSA"
        }
        cache.set(kept, keys, KEYS_SECONDS)
    if not name or name not in keys:
        raise NotTheSender("The token is signed by a key that the issuer does not name.")
    return jwt.PyJWK(keys[name], algorithm="RS256").key
