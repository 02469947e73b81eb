"""Files of the app can be replaced over FTP."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules.publishing_password import applies as applies_to_sites
from findings.seen import Seen
from findings.severity import Severity

_NO_FTP = ("Flex Consumption",)


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    if "encryption" not in seen.document:
        return
    state = str(seen.section("encryption").get("ftps_state", "")).lower()
    refused = (seen.section("access").get("publishing") or {}).get("ftp") is False
    if not state:
        yield Unsure("Azure did not say which kind of FTP is allowed")
    elif state == "ftpsonly":
        yield Evidence("FTPS is allowed", severity=Severity.LOW, because="the connection is encrypted")
    elif state == "allallowed":
        yield Evidence(
            "Plain FTP is allowed, which sends password and files unencrypted",
            severity=Severity.LOW if refused else None, because="passwords are refused at FTP" if refused else "",
        )  # fmt: skip


def applies(seen: Seen) -> str:
    hosting = seen.section("config").get("hosting")
    return f"apps on {hosting} offer no FTP" if hosting in _NO_FTP else applies_to_sites(seen)


def _app(state: str) -> Seen:
    return function("azure", encryption={"ftps_state": state}, config={"hosting": "Premium"})


RULE = Rule(
    id="ftp_allowed",
    title="FTP is open for deployments",
    severity=Severity.HIGH,
    subject=Subject.DEPLOYMENT,
    why="FTP takes a shared password and replaces files without build, review or record of what was there before.",
    checks={"azure": Check(look, needs=("encryption", "config"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings, FTP state: Disabled.",
            cli="az functionapp config set --resource-group GROUP --name APP --ftps-state Disabled",
            terraform='azurerm_linux_function_app: site_config { ftps_state = "Disabled" }.',
        )
    },
    fails=(_app("AllAllowed"),),
    passes=(_app("Disabled"),),
    catalogue=("DEP-07",),
    standards=(
        "cis-azure-2.0:9.10", "cis-azure-2.1:9.9", "cis-azure-3.0:9.3", "pci-dss-4.0:1.2.5", "pci-dss-4.0:2.2.5",
    ),
    references=("https://learn.microsoft.com/azure/app-service/deploy-ftp#enforce-ftps",),
)  # fmt: skip
