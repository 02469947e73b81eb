"""The virtual networks of the Azure estate: subnets, security groups, route tables. Names are `network/subnet`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from collectors.sandbox.estate.azure.tenant import DATA, SHOP


@dataclass(frozen=True)
class Subnet:
    """`closed`: its security group denies the internet. `routed`: everything goes through a firewall."""

    subscription: str
    network: str
    name: str
    cidr: str
    closed: bool = False
    routed: bool = False
    default_outbound: bool | None = None

    @property
    def key(self) -> str:
        return f"{self.network}/{self.name}"

    def _id(self, kind: str, name: str) -> str:
        return f"/subscriptions/{self.subscription}/resourceGroups/rg-network/providers/Microsoft.Network/{kind}/{name}"

    @property
    def network_id(self) -> str:
        return self._id("virtualNetworks", self.network)

    @property
    def id(self) -> str:
        return f"{self.network_id}/subnets/{self.name}"

    @property
    def group_id(self) -> str:
        return self._id("networkSecurityGroups", f"nsg-{self.network}-{self.name}")

    @property
    def table_id(self) -> str:
        return self._id("routeTables", f"rt-{self.network}-{self.name}")

    def body(self) -> dict[str, Any]:
        """The subnet's properties."""
        told: dict[str, Any] = {"addressPrefix": self.cidr, "provisioningState": "Succeeded"}
        told["networkSecurityGroup"] = {"id": self.group_id}
        if self.routed:
            told["routeTable"] = {"id": self.table_id}
        if self.default_outbound is not None:
            told["defaultOutboundAccess"] = self.default_outbound
        told["delegations"] = [{"name": "web", "properties": {"serviceName": "Microsoft.Web/serverFarms"}}]
        return told


SUBNETS = (
    Subnet(SHOP, "vnet-core", "apps-closed", "10.20.1.0/24", closed=True, routed=True, default_outbound=False),
    Subnet(SHOP, "vnet-core", "apps-open", "10.20.2.0/24"),
    Subnet(DATA, "vnet-data", "apps", "10.30.1.0/24", closed=True),
)
BY_KEY = {one.key: one for one in SUBNETS}


def resources(subscription: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Id, type and properties of every network resource of a subscription."""
    here = [one for one in SUBNETS if one.subscription == subscription]
    for network in sorted({one.network_id for one in here}):
        inside = [one for one in here if one.network_id == network]
        subnets = [{"id": one.id, "name": one.name, "properties": one.body()} for one in inside]
        space = {"addressPrefixes": [".".join(inside[0].cidr.split(".")[:2]) + ".0.0/16"]}
        yield network, "Microsoft.Network/virtualNetworks", {"addressSpace": space, "subnets": subnets}
    for one in here:
        yield one.group_id, "Microsoft.Network/networkSecurityGroups", _group(one)
        if one.routed:
            yield one.table_id, "Microsoft.Network/routeTables", _table(one)


def _group(one: Subnet) -> dict[str, Any]:
    own = [_rule(one, "deny-internet", 4000, "Deny", "Internet")] if one.closed else []
    usual = [
        _rule(one, "AllowVnetOutBound", 65000, "Allow", "VirtualNetwork"),
        _rule(one, "AllowInternetOutBound", 65001, "Allow", "Internet"),
        _rule(one, "DenyAllOutBound", 65500, "Deny", "*"),
    ]
    return {"securityRules": own, "defaultSecurityRules": usual, "provisioningState": "Succeeded"}


def _rule(one: Subnet, name: str, priority: int, access: str, to: str) -> dict[str, Any]:
    kind = "securityRules" if priority < 65000 else "defaultSecurityRules"
    told = {"protocol": "*", "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": "*"}
    told |= {"destinationAddressPrefix": to, "access": access, "direction": "Outbound"}
    return {"id": f"{one.group_id}/{kind}/{name}", "name": name, "properties": {**told, "priority": priority}}


def _table(one: Subnet) -> dict[str, Any]:
    hop = {"addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.20.255.4"}
    route = {"id": f"{one.table_id}/routes/to-firewall", "name": "to-firewall", "properties": hop}
    return {"routes": [route], "disableBgpRoutePropagation": True}
