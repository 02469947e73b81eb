"""The function is tied to a private network, but what goes to the internet goes past it."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules.open_egress import outside
from findings.seen import Seen
from findings.severity import Severity


def private_ranges_only(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Google: the connector or direct VPC takes private ranges only."""
    ways = seen.section("network").get("egress") or ()
    tied = next((way for way in ways if way.get("kind") in ("connector", "direct vpc")), None)
    if tied and any(way.get("kind") == "internet" for way in ways):
        name = str(tied.get("name", "")).rpartition("/")[2]
        yield Evidence(
            f"The {tied['kind']} {name} takes traffic to private ranges only ({tied.get('setting') or 'the default'}); "
            "the rest leaves by Google's own way, past every firewall rule",
            about=str(tied.get("name", "")),
        )  # fmt: skip


def not_all_routed(seen: Seen) -> Iterator[Evidence | Unsure]:
    """Azure: not all outbound traffic is routed into the network."""
    network = seen.section("network")
    if network.get("route_all") is False:
        yield Evidence(
            "Only traffic to private ranges is routed into its network; the platform carries the rest anywhere, past "
            "the security group and the firewall",
            about="route_all",
        )
    elif network.get("attached") and network.get("route_all") is None:
        yield Unsure("whether all traffic goes into its network is not said")


_SPLIT = {"attached": True, "egress": [
    {"kind": "connector", "name": "core", "setting": "PRIVATE_RANGES_ONLY"}, {"kind": "internet", "setting": "direct"},
]}  # fmt: skip
_WHOLE = {"attached": True, "egress": [{"kind": "connector", "name": "core", "setting": "ALL_TRAFFIC"}]}

RULE = Rule(
    id="half_tunnel",
    title="Traffic to the internet goes past the function's private network",
    severity=Severity.MEDIUM,
    subject=Subject.NETWORK,
    why="The firewall of the network never sees it, so data can be sent anywhere although the network looks closed.",
    checks={
        "gcp": Check(private_ranges_only, needs=("network",), applies=outside),
        "azure": Check(not_all_routed, needs=("network",), applies=outside),
    },
    fix={
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Connections, Egress settings: route all traffic to the "
            "VPC.",
            cli="gcloud functions deploy NAME --region REGION --egress-settings=all",
            terraform='google_cloudfunctions2_function: vpc_connector_egress_settings = "ALL_TRAFFIC".',
        ),
        "azure": Fix(
            console="Function App, Networking, Virtual network integration: Outbound internet traffic on.",
            cli="az functionapp config set --resource-group GROUP --name APP --vnet-route-all-enabled true",
            terraform="azurerm_linux_function_app: site_config { vnet_route_all_enabled = true }.",
        ),
    },
    fails=(function("gcp", network=_SPLIT), function("azure", network={"attached": True, "route_all": False})),
    passes=(function("gcp", network=_WHOLE), function("azure", network={"attached": True, "route_all": True})),
    catalogue=("NET-07", "NET-10"),
)
