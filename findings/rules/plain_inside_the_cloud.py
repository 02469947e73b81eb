"""Calls travel unencrypted between Azure's front and the app."""

from __future__ import annotations

from collections.abc import Iterator

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

_CAPABLE = ("Premium", "Dedicated")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    end_to_end = seen.section("encryption").get("end_to_end")
    if end_to_end is False:
        yield Evidence("Azure ends TLS at its front and goes on to the app without it")
    elif end_to_end is None and "encryption" in seen.document:
        yield Unsure("Azure did not say whether calls stay encrypted up to the app")


def applies(seen: Seen) -> str:
    hosting = seen.section("config").get("hosting")
    return f"the plan {hosting} does not have the setting" if hosting and hosting not in _CAPABLE else ""


_PREMIUM = {"hosting": "Premium"}

RULE = Rule(
    id="plain_inside_the_cloud",
    title="Calls are not encrypted up to the app",
    severity=Severity.LOW,
    subject=Subject.ENCRYPTION,
    why="Between Azure's front and the worker the call travels in clear, in a network that is Azure's.",
    checks={"azure": Check(look, needs=("encryption", "config"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: end-to-end TLS encryption on.",
            cli="az resource update --ids APP --set properties.endToEndEncryptionEnabled=true",
        )
    },
    fails=(function("azure", config=_PREMIUM, encryption={"end_to_end": False}),),
    passes=(function("azure", config=_PREMIUM, encryption={"end_to_end": True}),),
    catalogue=("ENC-08",),
    references=("https://learn.microsoft.com/azure/app-service/overview-tls",),
)
