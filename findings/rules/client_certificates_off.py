"""Callers need no certificate of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules.sign_in_off import applies
from findings.seen import Seen
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = seen.section("access").get("client_certificates")
    if told is None or told.get("enabled") is None:
        if "access" in seen.document:
            yield Unsure("Azure did not say whether client certificates are asked for")
    elif not told["enabled"]:
        yield Evidence("Client certificates are not asked for")
    elif str(told.get("mode") or "Required").lower() != "required":
        yield Evidence(f"Client certificates are {str(told['mode']).lower()}, and callers without one get through")
    elif told.get("excluded_paths"):
        yield Evidence(f"Client certificates are not asked for under {told['excluded_paths']}", about="excluded paths")


def _app(**certificates: Json) -> Seen:
    http = {"triggers": [{"kind": "http", "qualifier": "hook", "detail": {"auth_level": "function"}}]}
    return function("azure", access={"client_certificates": certificates}, triggers=http)


RULE = Rule(
    id="client_certificates_off",
    title="Client certificates are not required",
    severity=Severity.LOW,
    subject=Subject.EXPOSURE,
    why="A certificate proves which machine calls before the code runs, and does not stand in a URL as a key does.",
    checks={"azure": Check(look, needs=("access", "triggers"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings, Incoming client certificates: Require, "
            "no excluded paths. The code still checks whose certificate it is.",
            cli="az functionapp update --resource-group GROUP --name APP --set clientCertEnabled=true "
            "clientCertMode=Required",
            terraform="azurerm_linux_function_app: client_certificate_enabled = true, "
            'client_certificate_mode = "Required".',
        )
    },
    fails=(_app(enabled=False),),
    passes=(_app(enabled=True, mode="Required"),),
    catalogue=("EXP-46",),
    standards=("cis-azure-2.0:9.4",),
    references=("https://learn.microsoft.com/azure/app-service/app-service-web-configure-tls-mutual-auth",),
)
