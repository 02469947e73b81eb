"""The certificate of a host name of its own ends soon, or has ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from findings.example import AT, function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any
#: How long before the end it is told.
AHEAD = timedelta(days=30)
#: Who renews a certificate → what it means that this was not done yet. App Service renews its own 45 days before the
#: end, and fetches those of a vault within a day (learn.microsoft.com/azure/app-service/configure-ssl-certificate).
_RENEWED = {
    "App Service": "App Service should have renewed it 45 days before its end: see whether the name still leads here",
    "Key Vault": "it is taken from a key vault: nothing newer lies there, or it cannot be fetched",
    "its owner": "nobody renews it but its owner",
}


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    for one in seen.section("certificates").get("certificates") or ():
        name, ends = str(one.get("name", "")), _moment(one.get("ends"))
        if ends is None:
            yield Unsure(f"until when the certificate of {name} holds was not told")
        elif ends < seen.at + AHEAD:
            over = ends <= seen.at
            yield Evidence(
                f"The certificate of {name} {_when(ends, seen.at)}; {_renewed(one)}", about=name,
                severity=Severity.HIGH if over else None,
                because="callers that check certificates are turned away already" if over else "",
                detail={"ends": str(one["ends"]), "thumbprint": one.get("thumbprint", "")},
            )  # fmt: skip


def applies(seen: Seen) -> str:
    told = seen.section("certificates").get("certificates")
    return "it has no host name with a certificate of its own" if told == [] else ""


def _when(ends: datetime, now: datetime) -> str:
    days = abs(ends - now).days
    if ends <= now:
        return f"ended on {ends.date()}"
    return f"ends on {ends.date()}, in {days} days" if days > 1 else f"ends on {ends.date()}"


def _renewed(one: Mapping[str, Json]) -> str:
    status = str(one.get("vault_status") or "")
    said = _RENEWED.get(str(one.get("renewed_by")), "who renews it is not known")
    return f"{said} (Azure says: {status})" if status not in ("", "Initialized", "Succeeded") else said


def _moment(text: Json) -> datetime | None:
    """A moment as the section holds it; None where none was told."""
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) and text else None


def _ends(days: int, renewed_by: str = "its owner") -> Seen:
    ends = (AT + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"name": "shop.acme.example", "thumbprint": "A1", "ends": ends, "renewed_by": renewed_by}
    return function("azure", certificates={"certificates": [told]})


RULE = Rule(
    id="certificate_ending",
    title="The certificate of its host name ends within 30 days, or has ended",
    severity=Severity.MEDIUM,
    subject=Subject.ENCRYPTION,
    why="After its end callers are turned away, or, worse, are taught to go on without checking whom they talk to.",
    checks={"azure": Check(look, needs=("certificates",), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Settings, Certificates: add the new certificate, then Custom domains, the name, "
            "Update binding. A managed certificate (free), or one from a key vault, is renewed without you.",
            cli="az functionapp config ssl bind --resource-group GROUP --name APP --certificate-thumbprint NEW "
            "--ssl-type SNI",
            terraform="azurerm_app_service_managed_certificate, azurerm_app_service_certificate_binding.",
        )
    },
    fails=(_ends(20), _ends(-3), _ends(9, "App Service")),
    passes=(_ends(31), _ends(120, "Key Vault")),
    catalogue=("ENC-10",),
    references=("https://learn.microsoft.com/azure/app-service/configure-ssl-certificate",),
)
