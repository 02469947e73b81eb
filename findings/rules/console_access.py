"""A shell may be opened where the function runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.seen import Seen
from findings.severity import Severity

Json = Any
_NO_SHELL = ("Consumption", "Flex Consumption", "Container Apps", "Arc")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    native = seen.section("config").get("native") or {}
    told = native.get("sshEnabled" if seen.provider == "azure" else "ssh")
    if told:
        yield Evidence("SSH is on: whoever may change it can open a shell in what runs, past the deployment")
    elif told is None and "config" in seen.document:
        yield Unsure("the cloud did not say whether SSH is on")


def applies_azure(seen: Seen) -> str:
    config = seen.section("config")
    if config.get("os") == "Windows":
        return "Windows apps have no SSH"
    return f"apps on {config['hosting']} have no SSH" if config.get("hosting") in _NO_SHELL else ""


def applies_gcp(seen: Seen) -> str:
    first = "1st gen" in str(seen.section("config").get("kind"))
    return "functions of the 1st generation have no shell" if first else ""


def _with(cloud: str, **native: Json) -> Seen:
    return function(cloud, config={"os": "Linux", "native": native})


RULE = Rule(
    id="console_access",
    title="A shell can be opened where it runs",
    severity=Severity.LOW,
    subject=Subject.DEPLOYMENT,
    why="What is typed there reads variables and tokens of the identity, and leaves no deployment behind in the log.",
    checks={
        "azure": Check(look, needs=("config",), applies=applies_azure),
        "gcp": Check(look, needs=("config",), applies=applies_gcp),
    },
    fix={
        "azure": Fix(
            console="Function App, Settings, Configuration, General settings: SSH off.",
            cli="az resource update --ids APP --set properties.sshEnabled=false",
        ),
        "gcp": Fix(
            console="Cloud Run, the service, Edit and deploy new revision: SSH off.",
        ),
    },
    fails=(_with("azure", sshEnabled=True), _with("gcp", ssh=True)),
    passes=(_with("azure", sshEnabled=False), _with("gcp", ssh=False)),
    catalogue=("DEP-09",),
)
