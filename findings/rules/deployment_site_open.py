"""The app's deployment site can be reached from anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.access.azure.network import reach, read_ip_rules
from findings.access.surface import Reach
from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any
_NO_SITE = ("Container Apps", "Arc")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = scm_reach(seen)
    if told is Reach.UNKNOWN and "network" in seen.document:
        yield Unsure("who reaches the deployment site could not be worked out")
    elif told is Reach.INTERNET:
        severity, because = _severity(seen)
        yield Evidence("The deployment site (Kudu, SCM) has no access restriction", severity=severity, because=because)


def scm_reach(seen: Seen) -> Reach:
    """From where the deployment site is reached: by the app's own restrictions, or by those of its own."""
    network = seen.section("network")
    own = not network.get("scm_uses_main")
    rules = network.get("scm_ingress" if own else "ingress")
    default = str(network.get("scm_ingress_default" if own else "ingress_default") or "")
    endpoints = network.get("endpoints")
    return reach(
        None if network.get("environment") or "public_access" not in network else str(network["public_access"]),
        None if endpoints is None else any(str(one.get("state") or "Approved") == "Approved" for one in endpoints),
        None if rules is None else read_ip_rules(rules),
        default,
    )


def _severity(seen: Seen) -> tuple[Severity | None, str]:
    publishing = seen.section("access").get("publishing") or {}
    if publishing.get("scm") is False:
        return Severity.LOW, "passwords are refused there: callers need an Entra identity with a role on the app"
    return (None, "") if publishing.get("scm") else (Severity.MEDIUM, "whether passwords suffice was not read")


def applies(seen: Seen) -> str:
    hosting = seen.section("config").get("hosting")
    return f"apps on {hosting} have no deployment site" if hosting in _NO_SITE else ""


def _app(address: str, **more: Json) -> Seen:
    return function(
        "azure",
        config={"hosting": "Premium"},
        network={"public_access": "Enabled", "endpoints": [], "scm_ingress": [{"ipAddress": address}], **more},
        access={"publishing": {"scm": True}},
    )


RULE = Rule(
    id="deployment_site_open",
    title="The deployment site can be reached from anywhere",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="Kudu shows files, settings and a console, and takes new code: a stolen password or token works from anywhere.",
    checks={"azure": Check(look, needs=("network", "access", "config"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Networking, Public network access, Advanced tool site: the ranges of your build "
            "agents, and unmatched rule Deny; or use main site rules.",
            cli="az functionapp config access-restriction set --resource-group GROUP --name APP "
            "--use-same-restrictions-for-scm-site true",
            terraform='azurerm_linux_function_app: site_config { scm_ip_restriction_default_action = "Deny", '
            "scm_ip_restriction { … } }.",
        )
    },
    fails=(_app("Any"),),
    passes=(_app("203.0.113.0/24", scm_ingress_default="Deny"),),
    catalogue=("EXP-44",),
    references=("https://learn.microsoft.com/azure/app-service/app-service-ip-restrictions",),
)
