"""Front Doors and Application Gateways before an app: found in one question, read on only where they lead to it."""

from __future__ import annotations

from typing import Any

import pytest

from collectors.providers.azure.backends import CLASSIC, GATEWAY, PROFILE
from inventory.facts import Observation
from tests.collectors.providers.azure.arm import Azure, refusal
from tests.collectors.providers.azure.conftest import Read
from tests.collectors.providers.azure.estate import GROUP, IN, OTHER

Json = Any
HOST = "checkout.azurewebsites.net"
HUB = f"/subscriptions/{OTHER}/resourceGroups/Hub/providers"
DOOR = f"{HUB}/Microsoft.Cdn/profiles/Door"
WAF = f"{HUB}/Microsoft.Network/frontDoorWebApplicationFirewallPolicies/Waf"
GATE = f"{GROUP}/providers/Microsoft.Network/applicationGateways/Gate"


def one(resource: str, **properties: Json) -> dict[str, Json]:
    return {"id": resource, "name": resource.rsplit("/", 1)[-1], "properties": properties}


def front_door(azure: Azure, host: str = HOST, covered: bool = True, mode: str = "Prevention") -> None:
    """A Front Door of another subscription that leads to a host by its own name and by www, of which www is covered."""
    azure.rows["resources"] += [
        {**one(DOOR), "type": PROFILE, "sku": {"name": "Premium_AzureFrontDoor"}},
        {**one(WAF, policySettings={"enabledState": "Enabled", "mode": mode}),
         "type": "microsoft.network/frontdoorwebapplicationfirewallpolicies"},
    ]  # fmt: skip
    group, end, domain = f"{DOOR}/originGroups/g", f"{DOOR}/afdEndpoints/e", f"{DOOR}/customDomains/www"
    rules = {"wafPolicy": {"id": WAF}, "associations": [{"domains": [{"id": domain.upper()}]}]}
    lists: dict[str, list[Json]] = {
        f"{DOOR}/originGroups": [one(group)],
        f"{group}/origins": [one(f"{group}/origins/o", hostName=host.upper(), enabledState="Enabled")],
        f"{DOOR}/afdEndpoints": [one(end, hostName="door-abc.azurefd.net")],
        f"{end}/routes": [
            one(f"{end}/routes/r", originGroup={"id": group}, customDomains=[{"id": domain}], enabledState="Enabled"),
            one(f"{end}/routes/off", originGroup={"id": group}, customDomains=[{"id": "/x/gone"}],
                enabledState="Disabled"),
        ],
        f"{DOOR}/customDomains": [one(domain, hostName="www.acme.example")],
        f"{DOOR}/securityPolicies": [one(f"{DOOR}/securityPolicies/s", parameters=rules)] if covered else [],
    }  # fmt: skip
    azure.answers |= {path.lower(): told for path, told in lists.items()}


def checkout(read: Read) -> Observation:
    return next(seen for seen in read("functions") if seen.name == "Checkout")


def rows(read: Read) -> list[tuple[str, str, str]]:
    told = checkout(read).sections["fronts"]["fronts"]
    return [(row["address"], row["firewall"], row.get("mode", "")) for row in told]


def test_a_front_door_is_told_by_each_address_with_its_firewall(read: Read, azure: Azure) -> None:
    front_door(azure)
    assert rows(read) == [("door-abc.azurefd.net", "", ""), ("www.acme.example", WAF.lower(), "Prevention")]
    told = checkout(read).sections["fronts"]["fronts"][1]
    assert (told["kind"], told["backend"], told["public"]) == ("Front Door", HOST, True)
    assert told["name"] == "Door: www.acme.example" and told["id"] == DOOR.lower()


def test_one_that_leads_elsewhere_is_asked_for_no_routes(read: Read, azure: Azure) -> None:
    front_door(azure, host="www.elsewhere.example")
    assert rows(read) == []
    assert azure.paths("afdendpoints") == [] and azure.paths("securitypolicies") == []


def test_each_list_is_asked_once_for_all_apps(read: Read, azure: Azure) -> None:
    front_door(azure)
    assert [seen.sections["fronts"] == {"fronts": []} for seen in read("functions")].count(False) == 1
    assert len(azure.paths("/origingroups")) == 2 and len(azure.paths("/securitypolicies")) == 1


def gateway(azure: Azure, host: str = HOST, public: bool = True, listener: Json = None, **told: Json) -> None:
    end = one(f"{GATE}/ends/e", **({"publicIPAddress": {"id": "/ip"}} if public else {"subnet": {"id": "/net"}}))
    at = {"hostName": "Gate.acme.example", "frontendIPConfiguration": {"id": f"{GATE}/ends/E"}} | (listener or {})
    paths = one(f"{GATE}/maps/m", defaultBackendAddressPool={"id": "/other"},
                pathRules=[one("/p", backendAddressPool={"id": f"{GATE}/pools/P"})])  # fmt: skip
    body = {
        "backendAddressPools": [one(f"{GATE}/pools/p", backendAddresses=[{"fqdn": host}, {"ipAddress": "10.0.0.1"}])],
        "frontendIPConfigurations": [end], "httpListeners": [one(f"{GATE}/l", **at)], "urlPathMaps": [paths],
        "requestRoutingRules": [
            one(f"{GATE}/r", httpListener={"id": f"{GATE}/L"}, urlPathMap={"id": f"{GATE}/maps/M"})
        ],
    }  # fmt: skip
    azure.rows["resources"].append({**one(GATE, **body, **told), "type": GATEWAY})


OWN = {"enabled": True, "firewallMode": "Detection"}


@pytest.mark.parametrize(
    ("listener", "told", "firewall", "mode"),
    [
        ({}, {}, "", ""),
        ({}, {"firewallPolicy": {"id": "/W"}}, "/w", ""),
        ({"firewallPolicy": {"id": "/Own"}}, {"firewallPolicy": {"id": "/W"}}, "/own", ""),
        ({}, {"webApplicationFirewallConfiguration": OWN}, "gateway", "Detection"),
        ({}, {"webApplicationFirewallConfiguration": {"enabled": False}}, "", ""),
    ],
)
def test_a_gateway_has_a_firewall_of_its_listener_or_its_own(
    read: Read, azure: Azure, listener: Json, told: Json, firewall: str, mode: str
) -> None:
    gateway(azure, listener=listener, **told)
    assert rows(read) == [("gate.acme.example", firewall, mode)]


def test_a_gateway_within_a_network_is_not_public(read: Read, azure: Azure) -> None:
    gateway(azure, public=False)
    assert checkout(read).sections["fronts"]["fronts"][0]["public"] is False


def test_a_classic_front_door_is_told(read: Read, azure: Azure) -> None:
    door = f"{GROUP}/providers/Microsoft.Network/frontDoors/Old"
    body = {
        "backendPools": [one(f"{door}/pools/p", backends=[{"address": HOST, "enabledState": "Enabled"}])],
        "frontendEndpoints": [one(f"{door}/ends/e", hostName="old.azurefd.net")],
        "routingRules": [
            one(f"{door}/r", frontendEndpoints=[{"id": f"{door}/ends/E"}], enabledState="Enabled",
                routeConfiguration={"backendPool": {"id": f"{door}/pools/P"}})
        ],
    }  # fmt: skip
    azure.rows["resources"].append({**one(door, **body), "type": CLASSIC})
    assert rows(read) == [("old.azurefd.net", "", "")]


@pytest.mark.parametrize(("status", "code"), [(403, "AuthorizationFailed"), (404, "NotFound"), (501, "NotImplemented")])
def test_without_the_graph_what_may_not_be_read_costs_only_this_part(
    read: Read, azure: Azure, status: int, code: str
) -> None:
    gateway(azure)
    azure.answers[f"{IN}/providers/{GATEWAY}"] = [azure.rows["resources"][-1]]
    azure.answers[f"{IN}/providers/{CLASSIC}"] = []
    azure.graph_understands = False
    azure.fail(f"{IN}/providers/Microsoft.Cdn", refusal(status, code))
    seen = checkout(read)
    assert "fronts" in seen.unread and "access" in seen.sections and "network" in seen.sections
    assert [row["kind"] for row in seen.sections["fronts"]["fronts"]] == ["Application Gateway"]
    assert status != 403 or seen.unread["fronts"].permission == "Microsoft.Cdn/profiles/read"


def test_where_the_graph_tells_nothing_one_list_says_whether_there_is_nothing(read: Read, azure: Azure) -> None:
    assert rows(read) == [] and len(azure.paths(PROFILE)) == 1 and azure.paths(GATEWAY) == []
    azure.fail(f"{IN}/providers/Microsoft.Cdn", refusal(403, "AuthorizationFailed"))
    assert checkout(read).unread["fronts"].permission == "Microsoft.Cdn/profiles/read"


def test_a_part_of_a_front_door_that_is_refused_marks_what_is_told(read: Read, azure: Azure) -> None:
    front_door(azure)
    azure.fail("/securitypolicies", refusal(403, "AuthorizationFailed"))
    seen = checkout(read)
    assert seen.unread["fronts"].permission == "Microsoft.Cdn/profiles/securityPolicies/read"


@pytest.mark.parametrize("odd", [None, [], "x", {"properties": []}, {"id": DOOR, "type": PROFILE, "sku": 3}])
def test_odd_rows_lead_nowhere(read: Read, azure: Azure, odd: Json) -> None:
    azure.rows["resources"].append({"id": GATE, "type": GATEWAY, "properties": odd})
    azure.answers[f"{IN}/providers/{PROFILE}".lower()] = [odd]
    assert rows(read) == []
