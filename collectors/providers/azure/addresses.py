"""Where Azure answers: Resource Manager, sign-in and Microsoft Graph of each cloud.

Source: the environments that `az cloud list` prints, and learn.microsoft.com/graph/deployments.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Cloud:
    """The addresses of one Azure cloud. `audience` is what tokens for Resource Manager are made out to."""

    name: str
    resource_manager: str
    authority: str
    graph: str

    @property
    def audience(self) -> str:
        return f"{self.resource_manager}/.default"


PUBLIC = Cloud(
    "Azure", "https://management.azure.com", "https://login.microsoftonline.com", "https://graph.microsoft.com"
)
CLOUDS = (
    PUBLIC,
    Cloud(
        "Azure US Government",
        "https://management.usgovcloudapi.net",
        "https://login.microsoftonline.us",
        "https://graph.microsoft.us",
    ),
    Cloud(
        "Azure in China",
        "https://management.chinacloudapi.cn",
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
    ),
)


def cloud_of(endpoint: str, authority: str = "") -> Cloud:
    """The cloud that an endpoint or an authority belongs to; the public one when neither is known."""
    for cloud in CLOUDS:
        if origin(endpoint) == cloud.resource_manager or (authority and origin(authority) == cloud.authority):
            return cloud
    return PUBLIC


def origin(url: str) -> str:
    """Scheme, host and port of an address, comparable: lower case, without the scheme's own port."""
    parts = urlsplit(url)
    usual = {"https": 443, "http": 80}.get(parts.scheme)
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    host = (parts.hostname or "").lower()
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}"


def on_loopback(url: str) -> bool:
    """Whether an address is on this machine, by name or number."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
