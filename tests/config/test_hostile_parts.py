"""Texts that no database keeps, in every part of every address and in what is asked of it: told as not there or not
understood, never an error of ours, on both databases."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from inventory.models import Role, User
from tests.cast import Cast
from tests.routes import OBJECTS, OURSELVES, PLAIN, Route, address_of, routes

HOSTILE = ("\x00", "a\x00b", "\r\nx", "\x1b[0m", "\x7f", "x" * 5000, "9" * 30, "-1", "%", "..", "\u202e", "\ufdd0")
#: A byte sequence that is no UTF-8, and a surrogate alone as some clients send it.
RAW = ("%ff", "%ed%a0%80", "%00")
#: What we answer when we fail; 501 is what a logout by SAML is told, which there is none of.
FAULTS = (500, 503)
ASKED = (
    "q", "cursor", "sort", "page", "account", "scope", "peek", "id", "from", "to", "at", "of", "search", "on", "next",
    "party", "provider", "days", "since", "until", "number", "tab", "kind", "form", "rule", "group", "key",
)  # fmt: skip
#: All but the one that says 503 by itself when nothing works beside the test.
ROUTES = {route.name: route for route in routes() if not route.foreign and route.name != "readyz"}


@pytest.fixture
def admin(cast: Cast) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("an admin", role=Role.ADMIN))
    return client


def fills(route: Route, cast: Cast) -> list[str]:
    """The addresses of a route with each of its parts made hostile, where the route takes that at all."""
    told = PLAIN.get(route.name) or {**OBJECTS, **OURSELVES}[route.name](cast)
    found = []
    for part in route.parts:
        for text in HOSTILE:
            try:
                found.append(reverse(route.name, kwargs={**told, part: text}))
            except NoReverseMatch:
                continue
        try:
            marked = reverse(route.name, kwargs={**told, part: "0123456789abcdef"})
        except NoReverseMatch:
            continue
        found += [marked.replace("0123456789abcdef", raw) for raw in RAW]
    return found


@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if route.parts))
def test_no_part_of_an_address_makes_an_error_of_ours(cast: Cast, admin: Client, name: str) -> None:
    for address in fills(ROUTES[name], cast):
        for method in ROUTES[name].needs or {}:
            status = admin.generic(method, address).status_code
            assert status not in FAULTS, f"{method} {address[:200]}: {status}"


@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if "GET" in (route.needs or {})))
def test_nothing_that_is_asked_makes_an_error_of_ours(cast: Cast, admin: Client, name: str) -> None:
    address = address_of(ROUTES[name], cast).partition("?")[0]
    for text in ("\x00", "\x1b", "9" * 30, "-1", "\ufdd0", "x" * 5000):
        status = admin.get(f"{address}?{urlencode([(one, text) for one in ASKED])}").status_code
        assert status not in FAULTS, f"{quote(text)[:60]}: {status}"
    for one in ASKED:
        status = admin.get(f"{address}?{one}={'9' * 30}").status_code
        assert status not in FAULTS, f"{one}: {status}"
    for raw in RAW:
        status = admin.get(f"{address}?{'&'.join(f'{one}={raw}' for one in ASKED)}").status_code
        assert status not in FAULTS, f"{raw}: {status}"


@pytest.mark.parametrize("name", sorted(name for name, route in ROUTES.items() if "POST" in (route.needs or {})))
def test_nothing_that_is_posted_makes_an_error_of_ours(cast: Cast, admin: Client, name: str) -> None:
    address = address_of(ROUTES[name], cast).partition("?")[0]
    page = admin.get(address)
    forms = (
        [one for one in (page.context or {}) and [page.context.get("form")] if one] if page.status_code == 200 else []
    )
    fields = {field for form in forms for field in getattr(form, "fields", {})} | {*ASKED, "name", "query", "reason",
              "action", "title", "comment", "username", "email", "assignee", "until"}  # fmt: skip
    for text in ("\x00", "a\x00b", "\ufdd0", "x" * 5000, "9" * 30):
        status = admin.post(address, dict.fromkeys(fields, text)).status_code
        assert status not in FAULTS, f"{text[:20]!r}: {status}"
    status = admin.generic("POST", address, "&".join(f"{one}=%ed%a0%80" for one in fields),
                           content_type="application/x-www-form-urlencoded").status_code  # fmt: skip
    assert status not in FAULTS
