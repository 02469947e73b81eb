"""The app accepts old TLS, or weak ciphers."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

_DOORS = {"least_tls": "Callers", "least_tls_scm": "Deployments"}
#: Ciphers without forward secrecy, or of the kind that padding attacks aim at.
_WEAK = ("_CBC_", "TLS_RSA_WITH_")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = seen.section("encryption")
    for field, who in _DOORS.items():
        least = str(told.get(field) or "")
        if least in ("1.0", "1.1"):
            yield Evidence(f"{who} may use TLS {least}", about=field, detail={"least": least})
        elif told and not least:
            yield Unsure(f"Azure did not say which TLS {who.lower()} must use at least")
    cipher = str(told.get("least_cipher") or "")
    if any(mark in cipher for mark in _WEAK):
        yield Evidence(
            f"The weakest cipher it accepts is {cipher}", about="least_cipher", severity=Severity.LOW,
            because="modern callers choose a better one by themselves",
        )  # fmt: skip


RULE = Rule(
    id="weak_tls",
    title="It accepts TLS older than 1.2, or weak ciphers",
    severity=Severity.MEDIUM,
    subject=Subject.ENCRYPTION,
    why="TLS 1.0 and 1.1 have known holes; a caller who is made to fall back to them can be listened to.",
    checks={"azure": Check(look, needs=("encryption",))},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: minimum inbound TLS version 1.2, and the "
            "same for the SCM site.",
            cli="az functionapp config set --resource-group GROUP --name APP --min-tls-version 1.2",
            terraform='azurerm_linux_function_app: site_config { minimum_tls_version = "1.2", '
            'scm_minimum_tls_version = "1.2" }.',
        )
    },
    fails=(function("azure", encryption={"least_tls": "1.0", "least_tls_scm": "1.2"}),),
    passes=(function("azure", encryption={"least_tls": "1.2", "least_tls_scm": "1.3"}),),
    catalogue=("ENC-07",),
    standards=("cis-azure-2.0:9.3", "cis-azure-2.1:9.3", "cis-azure-3.0:9.4", "pci-dss-4.0:4.2.1"),
    references=("https://learn.microsoft.com/azure/app-service/overview-tls",),
)
