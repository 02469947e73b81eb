"""Where a function can send traffic, from the facts around it: one module for each cloud. Pure.

Every cloud answers with an `Outlet`: how far traffic gets, and the rules, routes or settings that decide it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Json = Any


class Egress(StrEnum):
    """How far traffic gets."""

    INTERNET = "internet"
    RESTRICTED = "restricted"
    """To named addresses only, some of which may be on the internet."""
    PRIVATE = "private"
    """To private networks: no route leads to the internet."""
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Outlet:
    """The verdict and the rules, routes or settings that decide it, in words."""

    egress: Egress
    because: tuple[str, ...] = ()


def as_read(outlet: Outlet, unread: Mapping[str, Json] | None) -> Outlet:
    """The verdict on facts of which a part was not read (`unread` says why): only "internet" is certain then, for what
    is missing could only narrow it, or be another way out."""
    if not unread or outlet.egress is Egress.INTERNET:
        return outlet
    return Outlet(Egress.UNKNOWN, (*outlet.because, f"Not all was read: {unread.get('reason', '')}".rstrip(": ")))


#: RFC 1918, shared address space, link-local, loopback, and IPv6's unique local addresses.
_PRIVATE = tuple(
    map(
        ipaddress.ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7"),
    )
)


def is_private(destination: str) -> bool:
    """Whether an address range lies within private networks; what is no address range does not."""
    try:
        wanted = ipaddress.ip_network(destination, strict=False)
    except ValueError:
        return False
    return any(wanted.version == one.version and wanted.subnet_of(one) for one in _PRIVATE)  # type: ignore[arg-type]
