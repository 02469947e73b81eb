"""App Service Authentication ("Easy Auth"): who gets past it to the app's code.

Read from config/authsettingsV2 (`platform`, `globalValidation`, `identityProviders`), from the older
config/authsettings, or from the same fields laid flat. Source: the Web Apps REST reference and
learn.microsoft.com/azure/app-service/overview-authentication-authorization.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from findings.access.decision import Effect, Reason
from findings.access.ladder import Exposure
from findings.access.surface import Way

Raw = Mapping[str, Any]
ANYBODY = frozenset({"common", "organizations", "consumers"})
SOCIAL = ("google", "facebook", "gitHub", "twitter", "apple", "legacyMicrosoftAccount")
#: Those of the API, and those of the file that settings may come from instead.
REFUSALS = frozenset(
    {"redirecttologinpage", "return302", "return401", "return403", "return404", "rejectwith401", "rejectwith403",
     "rejectwith404"}
)  # fmt: skip
TENANT = re.compile(r"https://(?:login\.[^/]+|sts\.windows\.net)/([^/]+)")


@dataclass(frozen=True, slots=True)
class EasyAuth:
    """The settings that decide. requires: whether a caller must sign in, None when the settings do not say, or stand
    in a file of the app (`platform.configFilePath`), which no API shows.

    issuer: the Entra issuer URL, "" when none is set. named: whether only listed principals or applications pass.
    providers: identity providers that are set up, `custom` for any other OpenID Connect provider.
    """

    enabled: bool = False
    requires: bool | None = None
    excluded_paths: tuple[str, ...] = ()
    issuer: str = ""
    named: bool = False
    providers: tuple[str, ...] = ()


def read_easy_auth(raw: Raw | None) -> EasyAuth:
    """Settings from any of the three shapes; nothing at all means it is off."""
    body: Raw = (raw or {}).get("properties") or raw or {}
    rules: Raw = body.get("globalValidation") or body
    providers: Raw = body.get("identityProviders") or {}
    entra: Raw = providers.get("azureActiveDirectory") or {}
    platform: Raw = body.get("platform") or body
    policy: Raw = (entra.get("validation") or {}).get("defaultAuthorizationPolicy") or {}
    allowed: Raw = policy.get("allowedPrincipals") or {}
    return EasyAuth(
        enabled=platform.get("enabled") is True,
        requires=None
        if platform.get("configFilePath")
        else _requires(rules.get("requireAuthentication"), str(rules.get("unauthenticatedClientAction") or "")),
        excluded_paths=tuple(rules.get("excludedPaths") or ()),
        issuer=str((entra.get("registration") or {}).get("openIdIssuer") or body.get("issuer") or ""),
        named=bool(allowed.get("identities") or allowed.get("groups")),
        providers=tuple(_providers(providers, body)),
    )


def _requires(required: bool | None, action: str) -> bool | None:
    """requireAuthentication and the action must agree; where only one is set it decides."""
    refuses = True if action.lower() in REFUSALS else False if action.lower() == "allowanonymous" else None
    if required is False:
        return False
    return None if required and refuses is False else required or refuses


def _providers(providers: Raw, body: Raw) -> Iterator[str]:
    if _set_up(providers.get("azureActiveDirectory")) or body.get("clientId") or body.get("issuer"):
        yield "entra"
    for name in SOCIAL:
        if _set_up(providers.get(name)) or body.get(f"{name}ClientId"):
            yield name
    if any(_set_up(one) for one in (providers.get("customOpenIdConnectProviders") or {}).values()):
        yield "custom"


def _set_up(provider: Raw | None) -> bool:
    return (
        bool(provider) and (provider or {}).get("enabled") is not False and bool((provider or {}).get("registration"))
    )


def past(settings: EasyAuth, path: str, own_tenants: frozenset[str]) -> Iterator[Way]:
    """The ways past Easy Auth to a function at `path` ("" when its route is not known).

    own_tenants: ids of the tenants in the zone of trust; empty when not stated.
    """
    if not settings.enabled:
        yield _way(Exposure.PUBLIC_ANONYMOUS, "anyone", "Easy Auth is off")
        return
    if settings.requires is not True:
        says = "Easy Auth lets unauthenticated requests through"
        known = settings.requires is False
        yield _way(Exposure.PUBLIC_ANONYMOUS, "anyone", says, "" if known else "its settings do not say so clearly")
        if known:
            return
    verdict = excluded(path, settings.excluded_paths)
    if verdict is not False:
        says = f"Easy Auth leaves out the paths {', '.join(settings.excluded_paths)}"
        yield _way(Exposure.PUBLIC_ANONYMOUS, "anyone", says, "" if verdict else "whether this function's route is one")
    yield from _signed_in(settings, {tenant.lower() for tenant in own_tenants})


def excluded(path: str, patterns: tuple[str, ...]) -> bool | None:
    """Whether a path is among the excluded ones; `/*` at the end takes everything below.

    None where the documentation does not say (paths below an excluded one) or the route is not known or has parameters.
    """
    if not patterns:
        return False
    if not path:
        return None
    wanted, undecided = _trimmed(path), False
    for pattern in map(_trimmed, patterns):
        stem = pattern.removesuffix("/*")
        if wanted == pattern or (stem != pattern and (wanted == stem or wanted.startswith(stem + "/"))):
            return True
        literal = wanted.partition("{")[0]
        undecided |= wanted.startswith(pattern + "/") or (literal != wanted and pattern.startswith(literal))
    return None if undecided else False


def _trimmed(path: str) -> str:
    return "/" + path.strip("/").lower()


def _signed_in(settings: EasyAuth, own: set[str]) -> Iterator[Way]:
    if not settings.providers:
        yield _way(Exposure.PUBLIC_AUTHENTICATED, "signed-in callers", "Easy Auth", "its identity providers")
    for provider in settings.providers:
        if provider == "entra":
            yield from _entra(settings, own)
        elif provider == "custom":
            yield _way(Exposure.EXTERNAL, "users of another identity provider", "Easy Auth with OpenID Connect")
        else:
            yield _way(Exposure.PUBLIC_AUTHENTICATED, f"any {provider} account", f"Easy Auth with {provider}")


def _entra(settings: EasyAuth, own: set[str]) -> Iterator[Way]:
    found = TENANT.match(settings.issuer)
    tenant = found[1].lower() if found else ""
    says = f"Easy Auth with Entra issuer {settings.issuer or 'not set'}"
    inside = Exposure.SAME_ACCOUNT if settings.named else Exposure.ORGANISATION
    if not tenant or tenant in ANYBODY:
        open_point = "" if tenant and not settings.named else "which tenants or principals it accepts"
        yield _way(Exposure.PUBLIC_AUTHENTICATED, "any Entra account", says, open_point)
    elif tenant in own or not own:
        yield _way(inside, f"tenant {tenant}", says)
        if not own:
            yield _way(Exposure.EXTERNAL, f"tenant {tenant}", says, "the zone of trust does not say whether it is ours")
    else:
        yield _way(Exposure.EXTERNAL, f"tenant {tenant}", says)


def _way(level: Exposure, who: str, says: str, open_point: str = "") -> Way:
    return Way(level, who, Reason(Effect.ALLOW, "Easy Auth", says, open_point), not open_point)
