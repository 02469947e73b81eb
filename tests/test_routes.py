"""Every address: it declares what it needs, answers nobody else, shows nothing of other accounts, and reads only.

What each role may do stands in `tests/role_matrix.json`: route → method → the least role (or `anyone`, `signed in`).
FANLIGHT_RECORD_ROLE_MATRIX=1 writes it anew; look at the difference before you keep it.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.pages.reference import operations
from inventory.models import Account, Assignment, Role, User
from inventory.models.people import ALLOWED, least_role
from inventory.permission import ANYONE, SELF
from tests.cast import NUMBER, Cast, native_id
from tests.routes import OBJECTS, OURSELVES, PLAIN, address_of, routes

KEPT = Path(__file__).parent / "role_matrix.json"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = {route.name: route for route in routes()}
OURS = {name: route for name, route in ROUTES.items() if not route.foreign}
#: Words that only the cast's own account could have brought into an answer.
TELLTALE = ("acme-prod", NUMBER, "mailer", "thumbnails", "office-shared", "invoices")
#: What any answer may write: that somebody was here.
OWN_BUSINESS = ("inventory_auditentry", "django_session", "usersessions_usersession")
#: How readiness tries whether the database takes changes: it changes no row.
CHANGES_NOTHING = re.compile(r"""UPDATE "collectors_pulse" SET "at" = \S+ WHERE "collectors_pulse"."name" = ''""")


def least(verb: str) -> str:
    return {ANYONE: "anyone", SELF: "signed in"}.get(verb) or str(least_role(verb))


def test_every_route_declares_what_it_needs() -> None:
    silent = sorted(name for name, route in ROUTES.items() if route.needs is None)
    assert silent == [], "put @needs(…) over these views (docs/adding-a-page.md)"


def test_every_route_with_parts_is_known_to_the_walk() -> None:
    known = {*OBJECTS, *OURSELVES, *PLAIN}
    unknown = sorted(name for name, route in OURS.items() if route.parts and name not in known)
    assert unknown == [], "say in tests/routes.py how to fill these"


def test_the_matrix_of_roles_is_the_one_kept() -> None:
    declared = {
        name: {method: least(verb) for method, verb in sorted((route.needs or {}).items())}
        for name, route in ROUTES.items()
    }
    if os.environ.get("FANLIGHT_RECORD_ROLE_MATRIX"):
        KEPT.write_text(json.dumps(declared, indent=2, sort_keys=True) + "\n")
    kept = json.loads(KEPT.read_text())
    assert declared == kept, "who may do what has changed: FANLIGHT_RECORD_ROLE_MATRIX=1 keeps it"


def person(role: str) -> User:
    return User.objects.create_user(f"the {role or 'nobody'}", role=role)


def asked(who: User | None, method: str, address: str) -> int:
    """The status that somebody gets."""
    client = Client()
    if who:
        client.force_login(who)
    return client.generic(method, address).status_code


@pytest.mark.parametrize("name", sorted(OURS))
def test_each_role_gets_what_the_matrix_says_and_no_more(cast: Cast, name: str) -> None:
    route, address = OURS[name], address_of(OURS[name], cast)
    people = {role: person(role) for role in ("", *Role.values)}
    assert route.needs is not None
    for method in METHODS:
        verb = route.needs.get(method)
        if verb is None:
            assert asked(people["admin"], method, address) == 405, f"{method} is not declared, so nobody may"
            continue
        if verb == ANYONE:
            continue
        assert asked(None, method, address) in (302, 401, 403), f"{method} without signing in"
        for role, who in people.items():
            allowed = verb == SELF or (role and verb in ALLOWED[role])
            if not allowed:
                assert asked(who, method, address) == 403, f"{method} by {role or 'somebody without a role'}"
            elif method == "GET" and role == "admin":
                assert asked(who, method, address) not in (401, 403, 404, 405), f"GET by {role}"


@pytest.fixture
def stranger(cast: Cast) -> Client:
    """An admin of another account, who therefore may not see the cast's."""
    other = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    who = person("")
    Assignment.objects.create(user=who, role=Role.ADMIN, account=other)
    client = Client()
    client.force_login(who)
    return client


@pytest.mark.parametrize("name", sorted(set(OBJECTS) & set(OURS)))
def test_what_belongs_to_another_account_is_not_there(cast: Cast, stranger: Client, name: str) -> None:
    route, address = OURS[name], address_of(OURS[name], cast)
    missing = stranger.get("/functions/0000000000000000/")
    for method in route.needs or {}:
        answer = stranger.generic(method, address)
        assert answer.status_code == 404, f"{method} {address}"
        assert not _told(answer), f"{method} {address}"
        if method == "GET" and not route.api:
            assert answer.templates[0].name == missing.templates[0].name, "as for something that never was"


ASKED = ("", "?facets=1", "?q=name:mailer", "?q=can:*", "?q=shared:>1", "?scope=provider:aws", "?scope=group:shop")


@pytest.mark.parametrize("name", sorted(name for name in OURS if "GET" in (OURS[name].needs or {})))
def test_no_list_count_or_completion_tells_of_another_account(cast: Cast, stranger: Client, name: str) -> None:
    route = OURS[name]
    if name in OBJECTS or (route.needs or {})["GET"] == ANYONE:
        return
    for query in (*ASKED, f"?account={cast.account.pk}", f"?peek={cast.functions['mailer'].uid}"):
        answer = stranger.get(address_of(route, cast).partition("?")[0] + query)
        # The reference's examples are made up, the same for everybody, and happen to be named as the cast is.
        made_up = operations() if name == "api-reference" else ""
        told = [word for word in _told(answer, made_up) if word not in query]
        assert told == [], f"{query}: {told}"


@pytest.mark.parametrize("query", ["account:", "name:", "group:", "region:", "runtime:", "tag.", "tag.team:"])
def test_no_completion_counts_what_another_account_has(cast: Cast, stranger: Client, query: str) -> None:
    for listed in ("functions", "identities"):
        offered = stranger.get(f"/search/{listed}/suggest/", {"q": query, "cursor": str(len(query))}).json()["entries"]
        assert [entry for entry in offered if str(entry["note"]).isdigit()] == []


def test_no_facet_counts_what_another_account_has(cast: Cast, stranger: Client) -> None:
    facets = stranger.get("/search/functions/facets/").context["facets"]
    assert [choice for facet in facets for choice in facet["choices"] if choice["count"]] == []


def test_an_id_of_another_account_resolves_to_nothing(cast: Cast, stranger: Client) -> None:
    assert stranger.get("/r/", {"id": native_id("mailer")}).status_code == 404


def _told(answer: object, made_up: str = "") -> list[str]:
    streamed = getattr(answer, "streaming", False)
    body = b"".join(answer.streaming_content) if streamed else answer.content  # type: ignore[attr-defined]
    shown = body.decode()
    assert made_up in shown, "what is the same for everybody is there as it is"
    return [word for word in TELLTALE if word in shown.replace(made_up, "")]


@pytest.mark.parametrize("name", sorted(name for name in OURS if "GET" in (OURS[name].needs or {})))
def test_reading_writes_nothing(cast: Cast, client: Client, name: str) -> None:
    address = address_of(OURS[name], cast)
    client.force_login(person("admin"))
    with CaptureQueriesContext(connection) as sent:
        answer = client.get(address)
        if getattr(answer, "streaming", False):
            b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    written = [query["sql"] for query in sent if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    written = [sql for sql in written if not CHANGES_NOTHING.fullmatch(sql)]
    assert [sql for sql in written if not any(table in sql[:80] for table in OWN_BUSINESS)] == []
