"""Headers of every answer; forms that were not ours; and what happens when nobody can say who may."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config import permission
from inventory.models import User
from tests.cast import Cast
from tests.routes import address_of
from tests.test_routes import METHODS, OWN_BUSINESS, ROUTES

YEAR = 31_536_000
#: What every answer says, whoever asks for whatever.
EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PAGES = sorted(name for name, route in ROUTES.items() if "GET" in (route.needs or {}))
FORMS = sorted(name for name, route in ROUTES.items() if set(route.needs or {}) - {"GET"})
#: allauth's addresses about a key of one's own, which nobody here has.
ABOUT_A_KEY = {"mfa_edit_webauthn", "mfa_remove_webauthn"}

#: A defect of ours is told as one; a database that is away is no defect.
FAULTS = [(RuntimeError("no answer"), {403, 500, 503}), (OperationalError("no answer"), {503})]

#: What a provider of sign-on sends through the browser: no form of ours, believed for its signature alone.
SENT_BY_PROVIDERS = {"saml_acs"}
#: What clouds deliver: no cookie is looked at, whoever sends shows a secret or a token of its own, and is refused else.
SENT_BY_CLOUDS = {"events"}


@pytest.fixture
def chief(cast: Cast) -> User:
    return User.objects.create_user("chief", password="a kettle under two moons", role="admin")


def place(name: str, cast: Cast) -> str:
    return reverse(name, args=[1]) if name in ABOUT_A_KEY else address_of(ROUTES[name], cast)


@pytest.mark.parametrize("name", PAGES)
def test_every_answer_carries_the_headers(cast: Cast, chief: User, client: Client, name: str) -> None:
    signed_in = Client()
    signed_in.force_login(chief)
    for who in (client, signed_in):
        answer = who.get(place(name, cast), secure=True)
        said = {header: answer.get(header) for header in EXPECTED}
        assert said == EXPECTED
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        assert "camera=()" in answer["Permissions-Policy"]
        kept = answer["Cache-Control"]
        assert "no-store" in kept or ("private" in kept and answer.status_code != 200), f"a cache may keep it: {kept}"
        assert not {"Server", "X-Powered-By"} & set(answer.headers), "it says by what it was served"


@pytest.mark.django_db
def test_over_https_browsers_are_told_to_stay_there(settings: Any) -> None:
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = YEAR, True
    said = Client().get("/sign-in/login/", secure=True)["Strict-Transport-Security"]
    assert said.startswith(f"max-age={YEAR}; includeSubDomains")


@pytest.mark.parametrize("name", FORMS)
def test_what_another_site_sends_in_somebody_s_name_is_refused(cast: Cast, chief: User, name: str) -> None:
    """With the cookie of an admin, and without the token of a form of ours."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(chief)
    address = place(name, cast)
    for method in METHODS:
        if method == "GET" or method not in (ROUTES[name].needs or {}):
            continue
        with CaptureQueriesContext(connection) as sent:
            answer = client.generic(method, address, "x=1", "application/x-www-form-urlencoded")
        if name not in SENT_BY_PROVIDERS:
            refused = 401 if name in SENT_BY_CLOUDS else 403
            assert answer.status_code == refused, f"{method} without a token of ours"
        written = [query["sql"] for query in sent if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        assert [sql for sql in written if not any(table in sql[:80] for table in OWN_BUSINESS)] == []


def test_signing_somebody_in_from_another_site_is_refused(chief: User) -> None:
    answer = Client(enforce_csrf_checks=True).post(
        "/sign-in/login/", {"login": "chief", "password": "a kettle under two moons"}
    )
    assert answer.status_code == 403
    assert settings.SESSION_COOKIE_NAME not in answer.cookies


@pytest.mark.parametrize(("fault", "statuses"), FAULTS)
@pytest.mark.parametrize("address", ["/functions/", "/accounts/", "/functions.csv", "/settings/audit/"])
def test_when_nobody_can_say_who_may_nobody_may(
    cast: Cast, chief: User, monkeypatch: pytest.MonkeyPatch, fault: Exception, statuses: set[int], address: str
) -> None:
    def broken(*_asked: Any) -> bool:
        raise fault

    client = Client(raise_request_exception=False)
    client.force_login(chief)
    assert client.get(address).status_code == 200, "as long as it can be said"
    monkeypatch.setattr(permission, "fulfils", broken)
    answer = client.get(address)
    assert answer.status_code in statuses
    assert "mailer" not in answer.content.decode()
    assert "no answer" not in answer.content.decode()


@pytest.mark.parametrize(("fault", "statuses"), FAULTS)
def test_when_nobody_can_say_what_is_visible_nothing_is(
    cast: Cast, chief: User, monkeypatch: pytest.MonkeyPatch, fault: Exception, statuses: set[int]
) -> None:
    def broken(*_asked: Any, **_named: Any) -> Any:
        raise fault

    client = Client(raise_request_exception=False)
    client.force_login(chief)
    monkeypatch.setattr("inventory.models.people.places_of", broken)
    monkeypatch.setattr("inventory.permission.places_of", broken)
    for address in ("/functions/", f"/functions/{cast.functions['mailer'].uid}/", "/api/v1/functions/"):
        answer = client.get(address)
        assert answer.status_code in statuses, address
        assert "mailer" not in answer.content.decode(), address
