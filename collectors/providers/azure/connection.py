"""What a connection to an Azure subscription may say, checked when it is typed. Knows no SDK.

Stored: {endpoint, authority, graph, tenant, client_id, credential, secret, pace, no_metrics, management_group}; all
optional, none secret: `secret` only says where a client secret or certificate is found (env:NAME or file:/path).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from collectors.provider import BadConnection
from collectors.providers.azure.addresses import on_loopback

Json = Any

_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
_TENANT = re.compile(r"^[\w-]+(\.[\w-]+)+$")
_SECRET = re.compile(r"^(env:[A-Za-z_]\w*|file:/.+)$")
_GROUP = re.compile(r"^[\w.()-]{1,90}$")
#: How we sign in: what azure-identity finds by itself, or one way only.
WAYS = ("default", "managed identity", "workload identity", "client secret", "certificate", "anonymous")
_KNOWN = (
    "endpoint", "authority", "graph", "tenant", "client_id", "credential", "secret", "anonymous", "pace",
    "management_group", "no_metrics",
)  # fmt: skip
_ASKED_ELSEWHERE = ("name", "group", "stance", "schedule")


def connection(native_id: str, answers: Mapping[str, Json]) -> dict[str, Json]:
    """The connection to store; raises BadConnection with what is wrong and what to do."""
    if not _GUID.match(native_id):
        raise BadConnection(f"'{native_id}' is no subscription id: it looks like 01234567-89ab-cdef-0123-456789abcdef.")
    given = {name: value for name, value in answers.items() if value not in (None, "", [], (), False)}
    unknown = sorted(given.keys() - {*_KNOWN, *_ASKED_ELSEWHERE})
    if unknown:
        raise BadConnection(f"Azure subscriptions have no setting '{unknown[0]}'. There are: {', '.join(_KNOWN)}.")
    kept: dict[str, Json] = {name: _address(str(given[name]), name) for name in ("endpoint", "graph") if name in given}
    if "authority" in given:
        kept["authority"] = _authority(str(given["authority"]))
    if "tenant" in given:
        kept["tenant"] = _tenant(str(given["tenant"]).strip())
    if "client_id" in given:
        kept["client_id"] = _client_id(str(given["client_id"]).strip())
    if "management_group" in given:
        kept["management_group"] = _management_group(str(given["management_group"]).strip())
    kept |= _credential(given, kept)
    return kept | {name: True for name in ("pace", "no_metrics") if given.get(name)}


def _credential(given: Mapping[str, Json], kept: Mapping[str, Json]) -> dict[str, Json]:
    """How to sign in, with what that way needs."""
    way = "anonymous" if given.get("anonymous") else str(given.get("credential", "")).replace("_", " ").lower()
    secret = str(given.get("secret", "")).strip()
    way = way or ("client secret" if secret else "default")
    if way not in WAYS:
        raise BadConnection(f"'{way}' is no way to sign in. There are: {', '.join(WAYS)}.")
    if way == "anonymous" and not on_loopback(str(kept.get("endpoint", ""))):
        raise BadConnection("Asking without credentials only works at an endpoint on this machine: give endpoint too.")
    if way in ("client secret", "certificate"):
        missing = [name for name in ("tenant", "client_id") if name not in kept]
        if missing or not secret:
            raise BadConnection(f"Signing in with a {way} needs tenant, client_id and secret (env:NAME or file:/path).")
        if not _SECRET.match(secret):
            raise BadConnection(
                "A secret itself is never kept. Say where it is found: env:NAME for a variable of the collecting "
                "process, file:/path for a file it can read."
            )
        if way == "certificate" and not secret.startswith("file:"):
            raise BadConnection("A certificate is found in a file: give secret as file:/path.")
        return {"credential": way, "secret": secret}
    if secret:
        raise BadConnection(f"A secret is of no use when signing in by {way}.")
    return {} if way == "default" else {"credential": way}


def _tenant(text: str) -> str:
    if not (_GUID.match(text) or _TENANT.match(text)):
        raise BadConnection(f"'{text}' is no tenant: give its id or a domain such as contoso.onmicrosoft.com.")
    return text.lower()


def _client_id(text: str) -> str:
    if not _GUID.match(text):
        raise BadConnection(f"'{text}' is no client id: give the application (client) id, 32 hexadecimal digits.")
    return text.lower()


def _management_group(text: str) -> str:
    if not _GROUP.match(text):
        raise BadConnection(f"'{text}' is no management group id: letters, digits and - _ . ( ) only.")
    return text


def _address(url: str, name: str) -> str:
    """An endpoint without a trailing slash: https anywhere, plain http on loopback only; may carry a path prefix."""
    url = url.strip()
    parts = urlsplit(url)
    try:
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise BadConnection(f"'{url}' is no address: {error}.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise BadConnection(
            f"'{url}' is no {name}: give a full address such as https://management.usgovcloudapi.net or "
            "http://127.0.0.1:8089."
        )
    if parts.username or parts.password:
        raise BadConnection(f"The {name} may not hold a user name or password.")
    if parts.query or parts.fragment:
        raise BadConnection(f"The {name} may not hold a query or fragment: give scheme, host, port and path only.")
    if parts.scheme == "http" and not on_loopback(url):
        raise BadConnection(
            f"'{url}' is not encrypted: plain http is accepted on this machine (127.0.0.1, ::1, localhost) only. "
            "Use https."
        )
    return url.rstrip("/")


def _authority(url: str) -> str:
    """The sign-in address; azure-identity takes https only, also on loopback."""
    url = url.strip() if "://" in url else f"https://{url.strip()}"
    checked = _address(url, "authority")
    if not checked.startswith("https://"):
        raise BadConnection("The authority must be an https address: azure-identity accepts no other.")
    return checked
