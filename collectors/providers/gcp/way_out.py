"""Which way a function's traffic leaves, from whichever of the APIs says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collectors.providers.gcp.shape import mapping, objects, text, words

Json = Any


@dataclass(frozen=True)
class WayOut:
    """Full name of the connector, egress setting, network and subnetwork of a function; "" for what it has not."""

    connector: str
    egress: str
    network: str
    subnetwork: str = ""
    tags: tuple[str, ...] = ()

    @property
    def is_full_tunnel(self) -> bool:
        return self.egress.endswith("ALL_TRAFFIC")


def way_out(entry: Mapping[str, Json], project: str, location: str) -> WayOut:
    """Which way a function's traffic leaves, from whichever API says it."""
    first = mapping(entry.get("first"))
    config = mapping(mapping(entry.get("function")).get("serviceConfig"))
    access = mapping(mapping(mapping(entry.get("service")).get("template")).get("vpcAccess"))
    direct = objects(access.get("networkInterfaces")) or _direct(config.get("directVpcNetworkInterface"))
    card = direct[0] if direct else {}
    named = text(config.get("vpcConnector") or first.get("vpcConnector") or access.get("connector"))
    egress = text(
        config.get("vpcConnectorEgressSettings") or first.get("vpcConnectorEgressSettings")
        or config.get("directVpcEgress") or access.get("egress")
    )  # fmt: skip
    if named and "/" not in named:
        named = f"projects/{project}/locations/{location}/connectors/{named}"
    return WayOut(
        named if named.count("/") == 5 else "", egress, text(card.get("network")), text(card.get("subnetwork")),
        tuple(words(card.get("tags"))),
    )  # fmt: skip


def _direct(value: Json) -> list[Mapping[str, Json]]:
    return objects([value]) if isinstance(value, Mapping) else objects(value)
