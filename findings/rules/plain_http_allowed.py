"""The app answers over plain HTTP."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    https_only = seen.section("encryption").get("https_only")
    if https_only is False:
        yield Evidence("It answers over HTTP, too, without sending callers on to HTTPS")
    elif https_only is None and "encryption" in seen.document:
        yield Unsure("Azure did not say whether only HTTPS is allowed")


def look_gcp(seen: Seen) -> Iterator[Evidence]:
    if (seen.section("config").get("native") or {}).get("security_level") == "SECURE_OPTIONAL":
        yield Evidence(
            "It answers over HTTP, too: HTTPS is optional", severity=Severity.MEDIUM,
            because="whoever asks for the HTTPS address gets it",
        )  # fmt: skip


def applies_gcp(seen: Seen) -> str:
    """Only the 1st generation can be told to do without HTTPS."""
    config = seen.section("config")
    return "" if not config or "1st gen" in str(config.get("kind")) else "its address sends HTTP on to HTTPS"


def _on_google(level: str) -> Seen:
    return function("gcp", config={"kind": "Cloud Function (1st gen)", "native": {"security_level": level}})


RULE = Rule(
    id="plain_http_allowed",
    title="It answers over plain HTTP",
    severity=Severity.HIGH,
    subject=Subject.ENCRYPTION,
    why="Function keys and tokens that callers send over HTTP can be read and used by anybody on the way.",
    checks={
        "azure": Check(look, needs=("encryption",)),
        "gcp": Check(look_gcp, needs=("config",), applies=applies_gcp),
    },
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: HTTPS Only on.",
            cli="az functionapp update --resource-group GROUP --name APP --set httpsOnly=true",
            terraform="azurerm_linux_function_app: https_only = true.",
        ),
        "gcp": Fix(
            console="Cloud Run functions, the function, Edit, Trigger: require HTTPS.",
            cli="gcloud functions deploy NAME --no-gen2 --region REGION --security-level=secure-always",
            terraform='google_cloudfunctions_function: https_trigger_security_level = "SECURE_ALWAYS".',
        ),
    },
    fails=(function("azure", encryption={"https_only": False}), _on_google("SECURE_OPTIONAL")),
    passes=(function("azure", encryption={"https_only": True}), _on_google("SECURE_ALWAYS")),
    catalogue=("ENC-06", "EXP-28"),
    standards=("cis-azure-2.0:9.2", "cis-azure-2.1:9.2", "cis-azure-3.0:9.1", "pci-dss-4.0:4.2.1"),
    references=("https://learn.microsoft.com/azure/app-service/configure-ssl-bindings#enforce-https",),
)
