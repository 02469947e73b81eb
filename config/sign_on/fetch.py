"""The way to identity providers: https to addresses of the open internet, to the very address that was checked.

A name is resolved once, every address it has is checked, and the connection goes to a checked one, so that a name that
says something else a moment later leads nowhere. No redirects, ten seconds, one megabyte. Hosts that the operator names
(FANLIGHT_SIGN_ON_HOSTS) may be private, and plain http.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from django.conf import settings
from requests.adapters import HTTPAdapter

Resolve = Callable[[str, int], Sequence[str]]
PORTS = frozenset({443, 8443})
SECONDS, MOST = 10, 1_000_000


class Refused(requests.RequestException):
    """This address may not be reached, or answered too much; the sentence says what is wrong with it."""


def _resolved(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def parts_of(url: str) -> SplitResult:
    """An address that may be opened, before its name is resolved. Raises Refused."""
    try:
        parts = urlsplit(url)
        port, host = parts.port or 443, (parts.hostname or "").lower()
    except ValueError:
        raise Refused("This is no address that can be read.") from None
    if not host or "@" in parts.netloc or "%" in parts.netloc or "\\" in url or host.endswith("."):
        raise Refused("The address must name a host plainly, without a name, password or full stop at its end.")
    if known(parts):
        return parts
    if parts.scheme != "https":
        raise Refused("Only https:// addresses are reached; an operator can name exceptions (FANLIGHT_SIGN_ON_HOSTS).")
    if port not in PORTS:
        raise Refused(f"Port {port} is not reached; an operator can name exceptions (FANLIGHT_SIGN_ON_HOSTS).")
    return parts


def known(parts: SplitResult) -> bool:
    """Whether the operator named this host, or host and port."""
    return parts.scheme in ("http", "https") and bool({parts.hostname, parts.netloc} & set(settings.SIGN_ON_HOSTS))


def address_for(parts: SplitResult, resolve: Resolve = _resolved) -> str:
    """The address to connect to. Raises Refused unless every address of the name may be reached."""
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = [ip_address(text.partition("%")[0]) for text in resolve(host, port)]
    except (OSError, UnicodeError, ValueError):
        raise Refused(f"The name {host} leads nowhere.") from None
    disguised = [one for one in found if isinstance(one, IPv6Address) and (one.ipv4_mapped or one.sixtofour)]
    closed = [one for one in found if not one.is_global or one.is_multicast]
    if not found or ((closed or disguised) and not known(parts)):
        raise Refused(f"{host} leads to an address that is not of the open internet.")
    return str(found[0])


class _Checked(HTTPAdapter):
    """Connects to the address that was checked, while name and certificate stay those of the host."""

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        parts = parts_of(request.url)
        host["host"] = address_for(parts)
        request.headers["Host"] = parts.netloc
        if parts.scheme == "https":
            pool["server_hostname"] = pool["assert_hostname"] = parts.hostname
        return host, pool


class Session(requests.Session):
    """A session that reaches nothing else, whoever asks through it."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", _Checked())
        self.mount("http://", _Checked())

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        parts_of(str(url))
        kwargs.update(timeout=SECONDS, allow_redirects=False, stream=True)
        answer = super().request(method, url, *args, **kwargs)
        body = answer.raw.read(MOST + 1, decode_content=True)
        if len(body) > MOST:
            answer.close()
            raise Refused("The answer is larger than a megabyte.")
        answer._content, answer._content_consumed = body, True
        return answer
