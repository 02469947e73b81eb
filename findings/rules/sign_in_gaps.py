"""Sign-in stands before the app, and still lets strangers through."""

from __future__ import annotations

from collections.abc import Iterator

from findings.rule import Check, Evidence, Fix, Rule, Subject, Unsure
from findings.rules._entrances import Way, closed, public, strangers
from findings.rules.anonymous_functions import lacks_sign_in
from findings.seen import Seen
from findings.severity import Severity

#: Paths that take in the whole app, or all of its functions under the usual prefix.
_WIDE = ("/", "/*", "/api", "/api/*")


def look(seen: Seen) -> Iterator[Evidence | Unsure]:
    told = list(strangers(seen, "sign-in", Severity.HIGH, wanted=lambda way: not lacks_sign_in(way)))
    yield from told
    if any(isinstance(one, Evidence) and "leaves out" in one.says for one in told):
        return
    for path in _excluded(seen):
        if str(path).lower() in _WIDE:
            yield Evidence(
                f"Sign-in leaves out {path}: whatever is deployed there needs no sign-in", about=f"path {path}",
                severity=Severity.MEDIUM, because="its functions ask for a key today",
            )  # fmt: skip


def _excluded(seen: Seen) -> tuple[str, ...]:
    told = seen.section("access").get("easy_auth") or {}
    if not (told.get("platform") or {}).get("enabled"):
        return ()
    return tuple((told.get("globalValidation") or {}).get("excludedPaths") or ())


def applies(seen: Seen) -> str:
    """Only where sign-in is switched on: where it is off, `sign_in_off` and `anonymous_functions` say so."""
    access = seen.section("access")
    if "easy_auth" not in access or access.get("classic_auth"):
        return ""
    return "" if (access["easy_auth"].get("platform") or {}).get("enabled") else "it asks nobody to sign in"


_ON = {"platform": {"enabled": True}, "globalValidation": {"requireAuthentication": True}}
_READ = {"access": {"easy_auth": _ON}, "triggers": {"triggers": []}}
_ANY: Way = {"principal": "any Entra account", "level": "public_authenticated"}

RULE = Rule(
    id="sign_in_gaps",
    title="Sign-in before the app lets strangers through",
    severity=Severity.HIGH,
    subject=Subject.EXPOSURE,
    why="Paths that sign-in leaves out are open to anyone, and an issuer that takes every tenant signs in anyone "
    "who has a Microsoft account.",
    checks={"azure": Check(look, needs=("posture:invoke", "access"), applies=applies)},
    fix={
        "azure": Fix(
            console="Function App, Authentication, the identity provider, Edit: an issuer of your own tenant and "
            "tenant requirement; Excluded paths: remove what need not be open.",
            cli="az webapp auth microsoft update --resource-group GROUP --name APP --issuer "
            "https://login.microsoftonline.com/TENANT/v2.0; az webapp auth update --resource-group GROUP --name APP "
            "--excluded-paths '[]'",
            terraform="azurerm_linux_function_app: auth_settings_v2 { excluded_paths = [], active_directory_v2 { "
            "tenant_auth_endpoint of your own tenant } }.",
        )
    },
    fails=(
        public("azure", "Easy Auth: authLevel anonymous; Easy Auth with Entra issuer common", sections=_READ, **_ANY),
    ),
    passes=(closed("azure", **_READ),),
    catalogue=("EXP-43",),
    references=("https://learn.microsoft.com/azure/app-service/configure-authentication-provider-aad",),
)
