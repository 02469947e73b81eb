"""Who may call a function of a Function App: authLevel, Easy Auth, network, state."""

from dataclasses import replace
from typing import Any

import pytest

from findings.access.azure import Site, Trigger, app_access, public_access, read_easy_auth, read_ip_rules
from findings.access.azure.easy_auth import excluded
from findings.access.ladder import Exposure
from findings.access.surface import Reach

OPEN = Trigger("httpTrigger", "anonymous", "/api/open")
SITE = Site(own_tenants=frozenset({"t-1"}))
SIGN_IN: dict[str, Any] = {
    "platform": {"enabled": True},
    "globalValidation": {"requireAuthentication": True, "unauthenticatedClientAction": "Return401"},
    "identityProviders": {
        "azureActiveDirectory": {"registration": {"openIdIssuer": "https://sts.windows.net/t-1/v2.0", "clientId": "c"}}
    },
}


def behind(settings: dict[str, Any] | None) -> Site:
    return replace(SITE, easy_auth=read_easy_auth(settings))


def issuer(url: str, **validation: Any) -> dict[str, Any]:
    entra = {"registration": {"openIdIssuer": url, "clientId": "c"}, "validation": validation}
    return SIGN_IN | {"identityProviders": {"azureActiveDirectory": entra}}


@pytest.mark.parametrize(
    ("level", "expected", "possible"),
    [
        ("anonymous", Exposure.PUBLIC_ANONYMOUS, Exposure.PUBLIC_ANONYMOUS),
        ("Anonymous", Exposure.PUBLIC_ANONYMOUS, Exposure.PUBLIC_ANONYMOUS),
        ("function", Exposure.SAME_ACCOUNT, Exposure.SAME_ACCOUNT),
        ("", Exposure.SAME_ACCOUNT, Exposure.SAME_ACCOUNT),
        ("admin", Exposure.SAME_ACCOUNT, Exposure.SAME_ACCOUNT),
        (None, Exposure.NONE, Exposure.PUBLIC_ANONYMOUS),
        ("somethingNew", Exposure.NONE, Exposure.PUBLIC_ANONYMOUS),
    ],
)
def test_the_auth_level_decides_first(level: str | None, expected: Exposure, possible: Exposure) -> None:
    surface = public_access(replace(OPEN, auth_level=level), SITE)
    assert (surface.level, surface.possible) == (expected, possible)


def test_a_timer_is_started_with_the_master_key_only() -> None:
    surface = public_access(Trigger("timerTrigger", "anonymous"), SITE)
    assert surface.level is Exposure.SAME_ACCOUNT
    assert surface.ways[0].who == "holders of the master key"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (None, Exposure.PUBLIC_ANONYMOUS),
        (SIGN_IN | {"platform": {"enabled": False}}, Exposure.PUBLIC_ANONYMOUS),
        (SIGN_IN | {"globalValidation": {"requireAuthentication": False}}, Exposure.PUBLIC_ANONYMOUS),
        (SIGN_IN | {"globalValidation": {"unauthenticatedClientAction": "AllowAnonymous"}}, Exposure.PUBLIC_ANONYMOUS),
        (SIGN_IN, Exposure.ORGANISATION),
        (SIGN_IN | {"globalValidation": {"unauthenticatedClientAction": "RedirectToLoginPage"}}, Exposure.ORGANISATION),
        (issuer("https://login.microsoftonline.com/T-1/v2.0"), Exposure.ORGANISATION),
        (issuer("https://login.microsoftonline.com/t-2/v2.0"), Exposure.EXTERNAL),
        (issuer("https://login.microsoftonline.com/common/v2.0"), Exposure.PUBLIC_AUTHENTICATED),
        (
            issuer(
                "https://sts.windows.net/t-1/",
                defaultAuthorizationPolicy={"allowedPrincipals": {"identities": ["u1"]}},
            ),
            Exposure.SAME_ACCOUNT,
        ),
        (
            SIGN_IN | {"identityProviders": {"google": {"registration": {"clientId": "c"}}}},
            Exposure.PUBLIC_AUTHENTICATED,
        ),
        (
            SIGN_IN | {"identityProviders": {"google": {"enabled": False, "registration": {"clientId": "c"}}}},
            Exposure.NONE,
        ),
        (
            {
                "enabled": True,
                "unauthenticatedClientAction": "RedirectToLoginPage",
                "issuer": "https://sts.windows.net/t-1/",
            },
            Exposure.ORGANISATION,
        ),
        ({"properties": SIGN_IN}, Exposure.ORGANISATION),
    ],
)
def test_easy_auth_stands_before_an_anonymous_function(settings: dict[str, Any] | None, expected: Exposure) -> None:
    assert public_access(OPEN, behind(settings)).level is expected


def test_settings_that_contradict_themselves_stay_open() -> None:
    rules = {"requireAuthentication": True, "unauthenticatedClientAction": "AllowAnonymous"}
    surface = public_access(OPEN, behind(SIGN_IN | {"globalValidation": rules}))
    assert (surface.level, surface.possible) == (Exposure.ORGANISATION, Exposure.PUBLIC_ANONYMOUS)


def test_settings_that_were_not_read_stay_open() -> None:
    surface = public_access(OPEN, replace(SITE, easy_auth=None))
    assert (surface.level, surface.possible) == (Exposure.NONE, Exposure.PUBLIC_ANONYMOUS)


def test_an_unstated_tenant_may_be_a_strangers() -> None:
    surface = public_access(OPEN, replace(behind(SIGN_IN), own_tenants=frozenset()))
    assert (surface.level, surface.possible) == (Exposure.ORGANISATION, Exposure.EXTERNAL)


@pytest.mark.parametrize(
    ("path", "patterns", "expected"),
    [
        ("/api/open", ("/api/open",), True),
        ("/API/Open/", ("api/open",), True),
        ("/api/open/x", ("/api/open/*",), True),
        ("/api/open", ("/api/open/*",), True),
        ("/api/opener", ("/api/open",), False),
        ("/api/open/x", ("/api/open",), None),
        ("/api/items/{id}", ("/api/items/1",), None),
        ("/api/items/{id}", ("/health",), False),
        ("", ("/api/open",), None),
        ("", (), False),
    ],
)
def test_excluded_paths(path: str, patterns: tuple[str, ...], expected: bool | None) -> None:
    assert excluded(path, patterns) is expected


@pytest.mark.parametrize(
    ("path", "expected"), [("/api/open", Exposure.PUBLIC_ANONYMOUS), ("/api/other", Exposure.ORGANISATION)]
)
def test_an_excluded_path_is_public_again(path: str, expected: Exposure) -> None:
    rules = SIGN_IN["globalValidation"] | {"excludedPaths": ["/api/open"]}
    assert public_access(replace(OPEN, path=path), behind(SIGN_IN | {"globalValidation": rules})).level is expected


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Reach.INTERNET),
        ({"public_network_access": "Enabled", "private_endpoint": True}, Reach.INTERNET),
        ({"public_network_access": "Disabled", "private_endpoint": True}, Reach.PRIVATE_ENDPOINT),
        ({"public_network_access": "Disabled"}, Reach.CLOSED),
        ({"public_network_access": "disabled", "private_endpoint": None}, Reach.PRIVATE_ENDPOINT),
        ({"private_endpoint": True}, Reach.PRIVATE_ENDPOINT),
        ({"private_endpoint": None}, Reach.UNKNOWN),
        ({"public_network_access": None}, Reach.UNKNOWN),
        ({"ip_rules": None}, Reach.UNKNOWN),
        ({"internal_environment": True}, Reach.INTERNAL),
        ({"ip_default_action": "Deny"}, Reach.CLOSED),
        ({"ip_default_action": "Allow"}, Reach.INTERNET),
    ],
)
def test_the_network_in_front(change: dict[str, Any], expected: Reach) -> None:
    assert public_access(OPEN, replace(SITE, **change)).reach is expected


ALL = {"ipAddress": "Any", "action": "Allow", "priority": 2147483647}
NOTHING = ALL | {"action": "Deny"}


@pytest.mark.parametrize(
    ("rules", "default", "expected"),
    [
        ([ALL], "", Reach.INTERNET),
        ([NOTHING], "Allow", Reach.CLOSED),
        ([{"ipAddress": "203.0.113.0/24", "priority": 100}, NOTHING], "", Reach.IP_RESTRICTED),
        ([{"ipAddress": "203.0.113.0/24", "priority": 100}], "", Reach.IP_RESTRICTED),
        ([{"ipAddress": "203.0.113.0/24", "priority": 100}], "Allow", Reach.INTERNET),
        ([{"ipAddress": "203.0.113.0/24", "action": "Deny", "priority": 100}, ALL], "", Reach.INTERNET),
        (
            [{"ipAddress": "0.0.0.0/0", "action": "Deny", "priority": 1}, {"ipAddress": "::/0", "action": "Deny"}, ALL],
            "",
            Reach.CLOSED,
        ),
        (["10.0.0.0/8"], "Deny", Reach.INTERNAL),
        ([{"ipAddress": "0.0.0.0/1"}, {"ipAddress": "128.0.0.0/1"}], "Deny", Reach.INTERNET),
        ([{"vnetSubnetResourceId": "/subscriptions/s1/x/subnets/a"}], "Deny", Reach.INTERNAL),
        ([{"ipAddress": "AzureFrontDoor.Backend", "tag": "ServiceTag"}], "Deny", Reach.INTERNET),
        ([ALL | {"headers": {"x-azure-fdid": ["1"]}}], "Deny", Reach.IP_RESTRICTED),
        (
            [{"ipAddress": "0.0.0.0/0", "priority": 200}, {"ipAddress": "Any", "action": "Deny", "priority": 100}],
            "",
            Reach.CLOSED,
        ),
    ],
)
def test_ip_rules_are_read_in_order_and_to_the_end(rules: list[Any], default: str, expected: Reach) -> None:
    site = replace(SITE, ip_rules=read_ip_rules(rules), ip_default_action=default)
    assert public_access(OPEN, site).reach is expected


def test_what_is_stopped_or_disabled_is_latent() -> None:
    surface = public_access(replace(OPEN, disabled=True), replace(SITE, state="Stopped", enabled=False))
    assert surface.level is Exposure.PUBLIC_ANONYMOUS
    assert surface.latent == ("the function is disabled", "the app is disabled", "the app is stopped")


def test_an_app_is_as_open_as_its_most_open_function_that_runs() -> None:
    keyed = Trigger("httpTrigger", "function")
    assert app_access([keyed, OPEN], SITE).level is Exposure.PUBLIC_ANONYMOUS
    assert app_access([keyed, replace(OPEN, disabled=True)], SITE).level is Exposure.SAME_ACCOUNT
    stopped = app_access([keyed, replace(OPEN, disabled=True)], replace(SITE, state="Stopped"))
    assert stopped.level is Exposure.PUBLIC_ANONYMOUS
    assert "the app is stopped" in stopped.latent
