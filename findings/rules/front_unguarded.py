"""A Front Door or Application Gateway leads to the app without a firewall, or the app can be called around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    fronts = seen.section("fronts").get("fronts") or ()
    for one in fronts:
        fault = _unguarded(one)
        if fault:
            inner = not one.get("public")
            watched = one.get("mode") == "Detection"
            yield Evidence(
                f"{_called(one)} leads to it {fault}", about=f"{one.get('id')} {one.get('address')}",
                severity=Severity.LOW if inner or watched else None,
                because="only a private network reaches it there" if inner
                else "what comes in is at least recorded" if watched else "",
            )  # fmt: skip
        elif not one.get("mode"):
            yield Unsure(f"how the firewall policy of {_called(one)} is set was not told")
    if fronts and seen.posture.reach == "internet":
        names = ", ".join(sorted({_called(one) for one in fronts}))
        yield Evidence(
            f"Its own address answers anyone on the internet, so that {names} can be gone around", about="around"
        )


def _unguarded(one: Mapping[str, Json]) -> str:
    """What is wrong with the firewall of an address; "" when it blocks, or nobody told how it is set."""
    if not one.get("firewall"):
        return "without a firewall policy"
    if one.get("mode") == "Disabled":
        return "with a firewall policy that is switched off"
    return "with a firewall that only watches and blocks nothing" if one.get("mode") == "Detection" else ""


def _called(one: Mapping[str, Json]) -> str:
    return f"{one.get('kind')} {one.get('name')}"


def applies(seen: Seen) -> str:
    told = seen.section("fronts").get("fronts")
    return "no Front Door or Application Gateway that leads to it was found" if told == [] else ""


def _behind(reach: str, **told: Json) -> Seen:
    front = {
        "name": "fd-shop: shop.acme.example", "kind": "Front Door", "id": "/profiles/fd-shop", "public": True,
        "address": "shop.acme.example", "backend": "checkout.azurewebsites.net", "firewall": "/policies/waf",
        "mode": "Prevention",
    }  # fmt: skip
    posture = SeenPosture(invoke="public_anonymous", reach=reach)
    return function("azure", posture=posture, fronts={"fronts": [front | told]})


RULE = Rule(
    id="front_unguarded",
    title="The load balancer before it has no firewall, or can be gone around",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="Who puts a Front Door or gateway before an app counts on its firewall: it must be on, and the app must take "
    "no calls but those that came through it.",
    checks={"azure": Check(look, needs=("fronts", "posture:reach"), applies=applies)},
    fix={
        "azure": Fix(
            console="Front Door, Security policies: add one with a firewall policy in prevention mode for the domain. "
            "Then Function App, Networking, Public network access: allow the service tag AzureFrontDoor.Backend with "
            "the header X-Azure-FDID of your Front Door (or the gateway's subnet), and deny the rest.",
            cli="az functionapp config access-restriction add --resource-group GROUP --name APP --priority 100 "
            "--action Allow --service-tag AzureFrontDoor.Backend --http-header x-azure-fdid=ID",
            terraform="azurerm_cdn_frontdoor_security_policy; azurerm_linux_function_app: site_config { ip_restriction "
            '{ service_tag = "AzureFrontDoor.Backend", headers { x_azure_fdid } } }.',
        )
    },
    fails=(_behind("restricted", firewall=""), _behind("internet")),
    passes=(_behind("restricted"), _behind("private")),
    catalogue=("EXP-48",),
    references=(
        "https://learn.microsoft.com/azure/frontdoor/origin-security",
        "https://learn.microsoft.com/azure/app-service/networking/app-gateway-with-service-endpoints",
    ),
)
