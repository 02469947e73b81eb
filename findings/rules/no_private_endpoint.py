"""An app that works on sensitive data has no private endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function, with_
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any
_NONE = ("Consumption", "Container Apps", "Arc")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    endpoints = seen.section("network").get("endpoints")
    if endpoints is None:
        if "network" in seen.document:
            yield Unsure("its private endpoints were not read")
    elif not any(str(one.get("state") or "Approved") == "Approved" for one in endpoints):
        yield Evidence("It is tagged as working on sensitive data and has no private endpoint")


def applies(seen: Seen) -> str:
    if not seen.is_sensitive:
        return "nobody tagged it as working on sensitive data"
    hosting = seen.section("config").get("hosting")
    return f"apps on {hosting} cannot have a private endpoint" if hosting in _NONE else ""


def _app(*endpoints: Json) -> Seen:
    seen = function("azure", network={"endpoints": list(endpoints)}, config={"hosting": "Premium"})
    return with_(seen, tags={"data-class": "confidential"})


RULE = Rule(
    id="no_private_endpoint",
    title="Sensitive data is worked on without a private endpoint",
    severity=Severity.LOW,
    subject=Subject.EXPOSURE,
    why="Callers come by the app's public address, and only rules and sign-in stand between it and the internet.",
    checks={"azure": Check(look, needs=("network", "config"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Networking, Private endpoints: add one; then Public network access: Disabled.",
            cli="az network private-endpoint create --resource-group GROUP --name NAME --vnet-name NETWORK --subnet "
            "SUBNET --private-connection-resource-id APP --group-id sites --connection-name APP",
            terraform='azurerm_private_endpoint: private_service_connection { subresource_names = ["sites"] }.',
        )
    },
    fails=(_app(),),
    passes=(_app({"name": "pe", "state": "Approved"}),),
    catalogue=("EXP-47",),
    references=("https://learn.microsoft.com/azure/app-service/overview-private-endpoint",),
)
