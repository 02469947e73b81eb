"""What stands before apps of the estate: a Front Door that guards one of its two names, and a gateway."""

from collectors.sandbox.estate.azure.tenant import SHOP
from collectors.sandbox.rest import Wire

_GROUP = f"/subscriptions/{SHOP}/resourceGroups/rg-network/providers"
_WAF = f"{_GROUP}/Microsoft.Network/frontDoorWebApplicationFirewallPolicies/waffront"
_GATE_WAF = f"{_GROUP}/Microsoft.Network/ApplicationGatewayWebApplicationFirewallPolicies/waf-partners"
_GATE = f"{_GROUP}/Microsoft.Network/applicationGateways/agw-partners"
PROFILE = f"{_GROUP}/Microsoft.Cdn/profiles/fd-larkfield"


def fronts(subscription: str) -> list[Wire]:
    """The resources that Resource Graph tells, too."""
    if subscription != SHOP:
        return []
    door = _resource(PROFILE, "Microsoft.Cdn/profiles", {"frontDoorId": "4e1c9e6a-2222-4333-8444-abcdefabcdef"})
    waf = {"policySettings": {"enabledState": "Enabled", "mode": "Prevention"}}
    gate_waf = {"policySettings": {"state": "Enabled", "mode": "Prevention"}}
    kinds = ("frontDoorWebApplicationFirewallPolicies", "ApplicationGatewayWebApplicationFirewallPolicies")
    return [
        door | {"sku": {"name": "Standard_AzureFrontDoor"}, "kind": "frontdoor"},
        _resource(_WAF, f"Microsoft.Network/{kinds[0]}", waf),
        _resource(_GATE_WAF, f"Microsoft.Network/{kinds[1]}", gate_waf),
        _resource(_GATE, "Microsoft.Network/applicationGateways", _gateway()),
    ]


def _resource(resource: str, kind: str, properties: Wire) -> Wire:
    name = resource.rsplit("/", 1)[-1]
    return {"id": resource, "name": name, "type": kind, "location": "Global", "properties": properties}


def _gateway() -> Wire:
    pool, listener = f"{_GATE}/backendAddressPools/app", f"{_GATE}/httpListeners/partners"
    end = f"{_GATE}/frontendIPConfigurations/public"
    address = f"{_GROUP}/Microsoft.Network/publicIPAddresses/pip-partners"
    backend = {"fqdn": "lark-partner-api.azurewebsites.net"}
    rule = {"httpListener": {"id": listener}, "backendAddressPool": {"id": pool}}
    return {
        "firewallPolicy": {"id": _GATE_WAF},
        "backendAddressPools": [{"id": pool, "properties": {"backendAddresses": [backend]}}],
        "frontendIPConfigurations": [{"id": end, "properties": {"publicIPAddress": {"id": address}}}],
        "httpListeners": [
            {
                "id": listener,
                "properties": {"hostName": "partners.larkfield.example", "frontendIPConfiguration": {"id": end}},
            }
        ],
        "requestRoutingRules": [{"id": f"{_GATE}/requestRoutingRules/all", "properties": rule}],
    }


def inside(profile: str) -> dict[str, list[Wire]]:
    """What hangs on the Front Door, by path below it."""
    group, end = f"{profile}/originGroups/shop", f"{profile}/afdEndpoints/larkfield"
    domain = f"{profile}/customDomains/www"
    kind = "Microsoft.Cdn/profiles"
    route = {
        "originGroup": {"id": group},
        "customDomains": [{"id": domain}],
        "linkToDefaultDomain": "Enabled",
        "enabledState": "Enabled",
        "patternsToMatch": ["/*"],
    }
    covered = [{"domains": [{"id": domain}], "patternsToMatch": ["/*"]}]
    rules = {"type": "WebApplicationFirewall", "wafPolicy": {"id": _WAF}, "associations": covered}
    origin = {"hostName": "lark-storefront.azurewebsites.net", "enabledState": "Enabled"}
    return {
        "originGroups": [_resource(group, f"{kind}/originGroups", {})],
        "originGroups/shop/origins": [_resource(f"{group}/origins/app", f"{kind}/originGroups/origins", origin)],
        "afdEndpoints": [_resource(end, f"{kind}/afdEndpoints", {"hostName": "larkfield-abc.z01.azurefd.net"})],
        "afdEndpoints/larkfield/routes": [_resource(f"{end}/routes/all", f"{kind}/afdEndpoints/routes", route)],
        "customDomains": [_resource(domain, f"{kind}/customDomains", {"hostName": "www.larkfield.example"})],
        "securityPolicies": [
            _resource(f"{profile}/securityPolicies/waf", f"{kind}/securityPolicies", {"parameters": rules})
        ],
    }
