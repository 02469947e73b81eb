"""What stands before an app: the addresses of Front Doors and Application Gateways that lead to it, each with the
firewall that looks at what comes in there.

Sources: learn.microsoft.com/azure/frontdoor/web-application-firewall (a security policy covers endpoints and domains),
/azure/web-application-firewall/ag/policy-overview (a listener's policy goes before that of the gateway).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.providers.azure import backends
from collectors.providers.azure.backends import named, parts, text, told
from collectors.providers.azure.ids import last
from collectors.shapes import said

Json = Any
_KINDS = {backends.PROFILE: "Front Door", backends.CLASSIC: "Front Door (classic)",
          backends.GATEWAY: "Application Gateway"}  # fmt: skip


def fronts(listed: Json, hosts: set[str]) -> Json:
    """`fronts`: one entry for each address that leads to one of the host names.

    {name, kind, id, address, backend, public, firewall (the policy's id, "gateway" for one in the gateway's own
    configuration, "" for none), mode (Prevention, Detection, Disabled; absent where the policy was not told)}.
    """
    found = [entry for front in listed["found"] for entry in _entries(front, hosts, listed["firewalls"])]
    return {"fronts": sorted(found, key=lambda one: (str(one["id"]), str(one["address"])))}


def _entries(front: Json, hosts: set[str], firewalls: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    row = front["row"]
    for pool, names in backends.pools(front):
        for address, firewall, public in _ways(front, pool) if names & hosts else ():
            yield {
                "name": f"{text(row, 'name') or last(text(row, 'id'))}: {address}", "kind": _KINDS[front["kind"]],
                "id": text(row, "id").lower(), "address": address, "backend": min(names & hosts), "public": public,
                "firewall": firewall, **said(mode=_mode(front, firewall, firewalls)),
            }  # fmt: skip


def _ways(front: Json, pool: str) -> Iterator[tuple[str, str, bool]]:
    """Address, firewall and whether the internet reaches it, of each way to a pool."""
    if front["kind"] == backends.PROFILE:
        for address, firewall in _of_profile(front, pool):
            yield address, firewall, True
    elif front["kind"] == backends.CLASSIC:
        for address, firewall in _of_classic(told(front["row"]), pool):
            yield address, firewall, True
    else:
        yield from _of_gateway(front["row"], pool)


def _of_profile(front: Json, pool: str) -> Iterator[tuple[str, str]]:
    domains = {text(one, "id").lower(): text(told(one), "hostName").lower() for one in parts(front, "domains")}
    guarded = dict(_guarded(front))
    for endpoint in parts(front, "endpoints"):
        for route in parts(endpoint, "routes"):
            body = told(route)
            if named(body, "originGroup") != pool or _off(body):
                continue
            if text(body, "linkToDefaultDomain").lower() != "disabled":
                own = text(endpoint, "id").lower()
                yield text(told(endpoint), "hostName").lower() or last(own), guarded.get(own, "")
            for domain in parts(body, "customDomains"):
                own = text(domain, "id").lower()
                yield domains.get(own) or last(own), guarded.get(own, "")


def _guarded(front: Json) -> Iterator[tuple[str, str]]:
    """The endpoints and domains that a security policy covers, with the firewall's policy."""
    for policy in parts(front, "policies"):
        rules = told(policy).get("parameters")
        firewall = named(rules, "wafPolicy")
        for association in parts(rules, "associations") if firewall else ():
            for domain in parts(association, "domains"):
                yield text(domain, "id").lower(), firewall


def _of_classic(body: Json, pool: str) -> Iterator[tuple[str, str]]:
    ends = {text(one, "id").lower(): told(one) for one in parts(body, "frontendEndpoints")}
    for rule in parts(body, "routingRules"):
        if named(told(rule).get("routeConfiguration"), "backendPool") == pool and not _off(told(rule)):
            for end in parts(told(rule), "frontendEndpoints"):
                own = text(end, "id").lower()
                at = ends.get(own, {})
                yield text(at, "hostName").lower() or last(own), named(at, "webApplicationFirewallPolicyLink")


def _of_gateway(row: Json, pool: str) -> Iterator[tuple[str, str, bool]]:
    body = told(row)
    listeners = {text(one, "id").lower(): told(one) for one in parts(body, "httpListeners")}
    maps = {text(one, "id").lower() for one in parts(body, "urlPathMaps") if pool in _pools_of(told(one))}
    open_ends = {text(one, "id").lower() for one in parts(body, "frontendIPConfigurations")
                 if named(told(one), "publicIPAddress")}  # fmt: skip
    for rule in parts(body, "requestRoutingRules"):
        if named(told(rule), "backendAddressPool") == pool or named(told(rule), "urlPathMap") in maps:
            own = named(told(rule), "httpListener")
            at = listeners.get(own, {})
            several = at.get("hostNames")
            names = [one for one in several if isinstance(one, str)] if isinstance(several, list) else []
            address = ", ".join(sorted(names)) or text(at, "hostName") or f"listener {last(own)}"
            firewall = named(at, "firewallPolicy") or named(body, "firewallPolicy") or _own_firewall(body)
            yield address.lower(), firewall, named(at, "frontendIPConfiguration") in open_ends


def _pools_of(paths: Json) -> set[str]:
    rules = (named(told(rule), "backendAddressPool") for rule in parts(paths, "pathRules"))
    return {named(paths, "defaultBackendAddressPool"), *rules}


def _own_firewall(body: Json) -> str:
    config = body.get("webApplicationFirewallConfiguration")
    return "gateway" if isinstance(config, Mapping) and config.get("enabled") is True else ""


def _mode(front: Json, firewall: str, firewalls: Mapping[str, Json]) -> str:
    if firewall == "gateway":
        return text(told(front["row"])["webApplicationFirewallConfiguration"], "firewallMode")
    settings = firewalls.get(firewall)
    off = "disabled" in (text(settings, "enabledState").lower(), text(settings, "state").lower())
    return "Disabled" if off else text(settings, "mode")


def _off(body: Json) -> bool:
    return text(body, "enabledState").lower() == "disabled"
