"""No sign-in stands before the app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from findings.example import function
from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules.anonymous_functions import anonymous
from findings.seen import Seen
from findings.severity import Severity

Json = Any


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    access = seen.section("access")
    if access.get("classic_auth"):
        if str(access["classic_auth"].get("unauthenticatedClientAction", "")).lower() == "allowanonymous":
            yield _fault(seen, "Sign-in is on, but callers who did not sign in are let through")
    elif "easy_auth" not in access:
        if "access" in seen.document:
            yield Unsure("its sign-in settings were never read")
    else:
        says = _lacking(access["easy_auth"])
        if says:
            yield _fault(seen, says)


def _lacking(auth: Mapping[str, Json]) -> str:
    rules = auth.get("globalValidation") or {}
    if not (auth.get("platform") or {}).get("enabled"):
        return "Authentication is off"
    refused = str(rules.get("unauthenticatedClientAction", "")).lower()
    if rules.get("requireAuthentication") is False or refused == "allowanonymous":
        return "Authentication is on, but requests without sign-in are let through"
    return ""


def _fault(seen: Seen, says: str) -> Evidence:
    if "triggers" in seen.document and not anonymous(seen):
        return Evidence(says, severity=Severity.LOW, because="each of its functions asks for a key")
    return Evidence(says)


def applies(seen: Seen) -> str:
    """Only apps that answer to HTTP have callers who could sign in."""
    triggers = seen.document.get("triggers")
    http = triggers is None or any(one.get("kind") == "http" for one in triggers.get("triggers") or ())
    return "" if http else "none of its functions answers to HTTP"


def _app(**auth: Json) -> Seen:
    hook = {"kind": "http", "qualifier": "hook", "detail": {"auth_level": "anonymous"}}
    return function("azure", access={"easy_auth": auth}, triggers={"triggers": [hook]})


RULE = Rule(
    id="sign_in_off",
    title="No sign-in is asked for before the app",
    severity=Severity.MEDIUM,
    subject=Subject.EXPOSURE,
    why="Keys name nobody, are shared, and stay valid until somebody changes them; sign-in tells who called and can be "
    "taken from one person.",
    checks={"azure": Check(look, needs=("access", "triggers"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Authentication: add an identity provider, Require authentication, HTTP 401 for "
            "requests that are not signed in.",
            cli="az webapp auth update --resource-group GROUP --name APP --enabled true --action Return401",
            terraform="azurerm_linux_function_app: auth_settings_v2 { auth_enabled = true, "
            "require_authentication = true }.",
        )
    },
    fails=(_app(platform={"enabled": False}),),
    passes=(_app(platform={"enabled": True}, globalValidation={"requireAuthentication": True}),),
    catalogue=("EXP-42",),
    standards=("cis-azure-2.0:9.1", "cis-azure-2.1:9.1", "cis-azure-3.0:9.2"),
    references=("https://learn.microsoft.com/azure/app-service/overview-authentication-authorization",),
)
