"""The one way out: a POST to an address that somebody typed in, guarded so that it cannot be turned inwards.

Only https, to allowed ports, to addresses of the open internet. A name is resolved once, every address it has is
checked, and the connection goes to a checked address: a name that says something else a moment later leads nowhere.
Redirects are not followed, and of the answer nobody sees more than its status. Hosts and ports that the operator names
(FANLIGHT_OUTWARD_ALLOWED) may be private and plain http; link-local addresses, where clouds keep credentials, are
reached only when they are named by their digits. No Django here.
"""

from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn
from urllib.parse import SplitResult, urlsplit

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
#: Host and port → the addresses of that name, as text.
Resolve = Callable[[str, int], Sequence[str]]

#: Never reached by what is typed in, whatever Python calls them. RFC 6890 and its registry, and what clouds put aside:
#: 168.63.129.16 is Azure's platform address (learn.microsoft.com, "What is IP address 168.63.129.16?").
_CLOSED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "::/96", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64",
        "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
        "ff00::/8",
    )
)  # fmt: skip
#: Even of an allowed name only by its digits: metadata of clouds, everybody on the wire, nobody.
_NEVER_BY_NAME: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in ("0.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32", "::/128",
                 "fe80::/10", "fec0::/10", "ff00::/8", "fd00:ec2::/32", "2002::/16", "2001::/32")
)  # fmt: skip
_NAT64 = IPv6Network("64:ff9b::/96")
_TEXT = re.compile(r"[!-~]{1,2000}")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class Undelivered(Exception):
    """It did not arrive, as far as we know; the sentence says why and shows nothing of the answer but its status."""


class Refused(Undelivered):
    """The address may not be reached; the sentence says what is wrong with it and what to do."""


def _resolved(host: str, port: int) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Outward:
    """What may be reached. `allowed` holds `host` or `host:port` as the operator wrote them; `seconds` is for all of
    it, `most` how many bytes of an answer are taken before the connection is closed."""

    allowed: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset({443})
    resolve: Resolve = _resolved
    seconds: float = 10
    most: int = 1_000_000
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def checked(self, text: str) -> Target:
        """The address as a target, before any name is resolved. Raises Refused."""
        if not _TEXT.fullmatch(text) or "\\" in text:
            raise Refused("This is no address: it may hold only plain characters, without spaces.")
        try:
            parts = urlsplit(text)
            port = {"https": 443, "http": 80}.get(parts.scheme, 0) if parts.port is None else parts.port
        except ValueError:
            raise Refused("This is no address that can be read.") from None
        host = _host_of(parts)
        known = bool({host, f"{host}:{port}", f"[{host}]:{port}"} & self.allowed)
        by_port = bool({f"{host}:{port}", f"[{host}]:{port}"} & self.allowed)
        if parts.scheme != "https" and not (parts.scheme == "http" and known):
            raise Refused("Only https:// addresses are reached. An operator can allow plain http for a host by name.")
        if port not in self.ports and not by_port and not (parts.scheme == "http" and port == 80):
            raise Refused(f"Port {port} is not allowed. An operator can allow it by naming the host with its port.")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return Target(parts.scheme == "https", host, port, path, known)

    def checked_in_form(self, text: str) -> Target:
        """As `checked`; what is given by its digits is looked at, too, for no name need be asked. Raises Refused."""
        target = self.checked(text)
        if _literal(target.host) is not None:
            self.addresses(target)
        return target

    def addresses(self, target: Target) -> list[Address]:
        """The addresses behind a target, all of them checked. Raises Refused and Undelivered."""
        literal = _literal(target.host)
        if literal is not None:
            found: list[Address] = [literal]
        else:
            try:
                found = [ip_address(text) for text in dict.fromkeys(self.resolve(target.host, target.port))]
            except (OSError, UnicodeError, ValueError):
                raise Undelivered(f"The name {target.host} leads nowhere.") from None
        if not found:
            raise Undelivered(f"The name {target.host} leads nowhere.")
        for one in found:
            if not (self._reachable(one, target, literal is not None)):
                raise Refused(
                    f"{target.host} leads to an address that is not of the open internet. An operator can allow this "
                    "host by name."
                )
        return found

    def _reachable(self, address: Address, target: Target, literal: bool) -> bool:
        if not target.known:
            return is_open(address)
        return literal or not any(address in network for network in _NEVER_BY_NAME)

    def post(self, text: str, headers: Mapping[str, str], body: bytes) -> int:
        """POST it and return the status. Raises Refused, and Undelivered when no whole status line came in time."""
        target = self.checked(text)
        until = time.monotonic() + self.seconds
        wanted = _request(target, headers, body)
        try:
            with self._connected(target, until) as stream:
                stream.sendall(wanted)
                return _status(stream, until, self.most)
        except TimeoutError:
            raise Undelivered(f"No answer within {self.seconds:g} seconds.") from None
        except ssl.SSLCertVerificationError:
            raise Undelivered("The certificate of the other side was not accepted.") from None
        except OSError:
            raise Undelivered("The connection could not be made, or was cut.") from None

    def _connected(self, target: Target, until: float) -> socket.socket:
        """A connection to one of the checked addresses; the certificate must be that of the host."""
        last: OSError = TimeoutError()
        for address in self.addresses(target):
            try:
                plain = socket.create_connection((str(address), target.port), timeout=_left(until))
            except OSError as fault:
                last = fault
                continue
            if not target.secure:
                return plain
            try:
                return self.trust.wrap_socket(plain, server_hostname=target.host)
            except OSError:
                plain.close()
                raise
        raise last


@dataclass(frozen=True)
class Target:
    """An address taken apart: the host in lower case, without brackets; `known` when the operator named it."""

    secure: bool
    host: str
    port: int
    path: str
    known: bool

    @property
    def authority(self) -> str:
        """As the Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def is_open(address: Address) -> bool:
    """Whether it is of the open internet. An address of NAT64 is what it stands for; other disguises are not open."""
    if isinstance(address, IPv6Address):
        if address.scope_id:
            return False
        if address in _NAT64:
            return is_open(IPv4Address(int(address) & 0xFFFFFFFF))
    return address.is_global and not any(address in network for network in _CLOSED)


def _host_of(parts: SplitResult) -> str:
    """The host, in lower case. Raises Refused for every way of writing one that programs read differently."""
    host = (parts.hostname or "").lower()
    if "@" in parts.netloc:
        raise Refused("An address with a name or password before the host is not taken.")
    if not host or "%" in parts.netloc:
        raise Refused("The address names no host, or one with characters that no host has.")
    if ":" in host or parts.netloc.startswith("["):
        if _literal(host) is None:
            _no_host(host)
        return host
    if host.endswith("."):
        raise Refused("Write the host without the full stop at its end.")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        if _literal(host) is None:
            raise Refused("Write a numeric address as four decimal numbers.")
        return host
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        _no_host(host)
    return host


def _no_host(host: str) -> NoReturn:
    raise Refused(f"{host[:100]} is no name of a host.")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _request(target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    told = {
        "Host": target.authority, **headers, "Content-Length": str(len(body)), "User-Agent": "Fanlight",
        "Connection": "close", "Accept-Encoding": "identity",
    }  # fmt: skip
    for name, value in told.items():
        if not _TEXT.fullmatch(name) or not re.fullmatch(r"[ -~]*", value):
            raise Refused(f"The header {name!r} holds characters that no header may have.")
    head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


_LINE = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")


def _status(stream: socket.socket, until: float, most: int) -> int:
    """The status of the final answer; what follows is taken, up to the limits, so that the other side ends in peace."""
    seen, taken = b"", 0
    status = 0
    while taken < most:
        try:
            stream.settimeout(_left(until))
            some = stream.recv(65_536)
        except OSError:
            if status:
                break
            raise
        if not some:
            break
        taken += len(some)
        if not status:
            seen += some
            status, seen = _final(seen)
    if not status:
        raise Undelivered("What answered did not speak HTTP, or broke off.")
    return status


def _final(seen: bytes) -> tuple[int, bytes]:
    """The final status if its line is there already (0: not yet), and what is still to be looked at."""
    while True:
        line = _LINE.match(seen)
        if line is None:
            if len(seen) > 65_536 or b"\n" in seen:
                raise Undelivered("What answered did not speak HTTP.")
            return 0, seen
        status = int(line[1])
        if status >= 200:
            return status, b""
        _, between, rest = seen.partition(b"\r\n\r\n")
        if not between:
            return 0, seen
        seen = rest
