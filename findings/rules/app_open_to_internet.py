"""The network lets anyone on the internet reach the function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject
from findings.seen import Seen, SeenPosture
from findings.severity import Severity

Json = Any
_CERTAIN = ("same_account", "service_scoped", "organisation", "none")


def look_azure(seen: Seen) -> Iterator[Evidence]:
    if seen.posture.reach == "internet":
        severity, because = _severity(seen)
        yield Evidence(
            "Public network access is on and no access restriction narrows it", severity=severity, because=because
        )


def look_gcp(seen: Seen) -> Iterator[Evidence]:
    settings = {str(one.get("setting", "")) for one in seen.section("network").get("ingress") or ()}
    if settings & {"ALLOW_ALL", "INGRESS_TRAFFIC_ALL", "all"}:
        severity, because = _severity(seen)
        yield Evidence("Its ingress setting lets in all traffic", severity=severity, because=because)


def _severity(seen: Seen) -> tuple[Severity | None, str]:
    invoke = seen.posture.invoke
    if invoke in _CERTAIN and not seen.is_sensitive:
        return Severity.LOW, "only callers of our own are let in: the network is the second lock"
    if invoke.startswith("public"):
        return Severity.HIGH, "strangers are let in, so that the network is the only lock there could be"
    return None, ""


def _open(cloud: str, **sections: Json) -> Seen:
    return function(cloud, posture=SeenPosture(invoke="external", reach="internet"), **sections)


def _shut(cloud: str, **sections: Json) -> Seen:
    return function(cloud, posture=SeenPosture(invoke="external", reach="private"), **sections)


RULE = Rule(
    id="app_open_to_internet",
    title="Its network lets in anyone on the internet",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="Whoever finds a key, or a gap in the code's own check, can use it from anywhere.",
    checks={
        "azure": Check(look_azure, needs=("network", "posture:reach")),
        "gcp": Check(look_gcp, needs=("network",)),
    },
    fix={
        "azure": Fix(
            console="Function App, Networking, Public network access: enabled from select virtual networks and IP "
            "addresses, with the ranges of your callers; or disabled, with a private endpoint.",
            cli="az functionapp config access-restriction add --resource-group GROUP --name APP --priority 100 "
            "--action Allow --ip-address RANGE",
            terraform="azurerm_linux_function_app: public_network_access_enabled = false; or site_config { "
            'ip_restriction_default_action = "Deny", ip_restriction { … } }.',
        ),
        "gcp": Fix(
            console="Cloud Run, the service, Networking, Ingress: Internal; or Internal and allow traffic from "
            "external Application Load Balancers.",
            cli="gcloud functions deploy NAME --region REGION --ingress-settings=internal-only",
            terraform='google_cloudfunctions2_function: service_config { ingress_settings = "ALLOW_INTERNAL_ONLY" }.',
        ),
    },
    fails=(
        _open("azure", network={"public_access": "", "ingress": []}),
        _open("gcp", network={"ingress": [{"of": "service", "setting": "INGRESS_TRAFFIC_ALL"}]}),
    ),
    passes=(
        _shut("azure", network={"public_access": "Disabled", "ingress": []}),
        _shut("gcp", network={"ingress": [{"of": "service", "setting": "INGRESS_TRAFFIC_INTERNAL_ONLY"}]}),
    ),
    catalogue=("EXP-26", "EXP-40"),
    standards=(
        "pci-dss-4.0:1.2.8", "pci-dss-4.0:1.3.1", "pci-dss-4.0:1.4.2", "soc-2:CC6.1", "iso-27001:A.8.1",
    ),
    references=(
        "https://learn.microsoft.com/azure/app-service/overview-access-restrictions",
        "https://docs.cloud.google.com/run/docs/securing/ingress",
    ),
)  # fmt: skip
