"""HTTP functions of an app ask for no key, and no sign-in stands before them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import Way, anyone, closed, public, strangers
from findings.rules._powers import some
from findings.seen import Seen
from findings.severity import Severity


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    names = anonymous(seen)
    for told in strangers(seen, "sign-in", Severity.CRITICAL, wanted=lacks_sign_in):
        if isinstance(told, Evidence) and names:
            says = f"{anyone(told.detail)} may invoke {some(names)} without a key: {told.detail['via']}"
            yield Evidence(says, told.about, told.severity, told.because, told.detail)
        else:
            yield told


def lacks_sign_in(way: Way) -> bool:
    """Whether nothing asks callers to sign in; gaps in a sign-in that stands there have a rule of their own."""
    return way["level"] == "public_anonymous" and "leaves out the paths" not in str(way["via"])


def anonymous(seen: Seen) -> list[str]:
    """The HTTP functions that ask for no key."""
    return sorted(
        str(one.get("qualifier", ""))
        for one in seen.section("triggers").get("triggers") or ()
        if (one.get("detail") or {}).get("auth_level") == "anonymous" and one.get("state") != "disabled"
    )


_HTTP = {"kind": "http", "qualifier": "hook", "state": "enabled", "detail": {"auth_level": "anonymous"}}
_READ: dict[str, Any] = {"access": {}, "triggers": {"triggers": []}}

RULE = Rule(
    id="anonymous_functions",
    title="HTTP functions ask for neither key nor sign-in",
    severity=Severity.CRITICAL,
    subject=Subject.EXPOSURE,
    why="Whoever knows the address runs the code with the app's identity and reaches what its settings open.",
    checks={"azure": Check(look, needs=("posture:invoke", "access", "triggers"))},
    fix={
        "azure": Fix(
            console="Function App, Authentication: add an identity provider and require authentication; or set "
            "authLevel to function in the functions that are named, and deploy.",
            cli="az webapp auth update --resource-group GROUP --name APP --enabled true --action Return401",
            terraform="azurerm_linux_function_app: auth_settings_v2 { auth_enabled = true, "
            "require_authentication = true, unauthenticated_action = \"Return401\" }.",
        )
    },
    fails=(
        public("azure", "Easy Auth: authLevel anonymous; Easy Auth is off", principal="anyone",
               sections={**_READ, "triggers": {"triggers": [_HTTP]}}),
    ),
    passes=(closed("azure", **_READ),),
    catalogue=("EXP-41", "EXP-49"),
    references=(
        "https://learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger",
        "https://learn.microsoft.com/azure/app-service/overview-authentication-authorization",
    ),
)  # fmt: skip
