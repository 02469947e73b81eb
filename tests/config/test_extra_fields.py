"""Fields that are not a form's or a body's change nothing (R-36): sent with everything that can be sent."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db.models import Model
from django.db.transaction import atomic, set_rollback
from django.test import Client
from django.urls import reverse
from lxml import html

from config.reference.operations import EXAMPLES
from findings.evaluate import judge_account
from findings.models import Alert, Channel, Finding
from inventory.models import Account, AccountGroup, ApiToken, Assignment, Function, Role, SavedSearch, User
from tests.cast import DAY_TWO, Cast
from tests.config.test_reference import asked, furnished, ids
from tests.routes import OBJECTS, OURSELVES, address_of, routes

CANARY = "arn:aws:iam::123456789012:role/how-it-is-reached"
#: Columns that no form of a viewer, an analyst or an operator has anything to say about, in rows that exist.
WATCHED: dict[type[Model], tuple[str, ...]] = {
    User: ("username", "role", "is_superuser", "is_staff", "is_active", "password", "local"),
    Account: ("provider", "native_id", "name", "stance", "connection", "group_id", "organisation"),
    AccountGroup: ("name",),
    Alert: ("owner_id", "channel_id", "query", "fault"),
    ApiToken: ("owner_id", "role", "digest", "expires_at"),
    Assignment: ("user_id", "role", "account_id", "group_id"),
    Channel: ("kind", "place", "recipients", "sealed_address"),
    Finding: ("state", "severity", "account_id", "function_id", "rule", "risk"),
    Function: ("account_id", "name", "provider", "native_id"),
    SavedSearch: ("owner_id", "query"),
}


def extras(cast: Cast) -> dict[str, str]:
    """What somebody would send who would like to be more, or to have what is another's."""
    other = str(User.objects.get(username="ada").pk)
    account = str(cast.account.pk)
    return {
        "role": "admin", "is_superuser": "on", "is_staff": "on", "is_active": "on", "password": "x" * 20,
        "owner": other, "owner_id": other, "user": other, "user_id": other, "by": other, "by_name": "ada",
        "account": account, "account_id": account, "state": "accepted", "severity": "info", "risk": "0", "pk": "1",
        "id": "1", "connection": '{"role": "x"}', "stance": "own", "local": "on", "groups": "1", "preferences": "{}",
        "enabled": "on", "fault": "", "made_at": "2020-01-01", "expires_at": "2099-01-01", "digest": "0" * 64,
    }  # fmt: skip


@pytest.fixture
def world(cast: Cast) -> Cast:
    """The cast with one of everything; ada is an admin, whose things are not the others'."""
    furnished(cast)
    cast.account.connection = {"role": CANARY, "regions": ["eu-west-1"]}
    cast.account.save()
    for fill in OURSELVES.values():
        fill(cast)
    return cast


def stands() -> dict[str, Any]:
    """Every watched column of every row."""
    return {f"{model.__name__} {row['pk']}": row for model, names in WATCHED.items()
            for row in model._default_manager.values("pk", *names)}  # fmt: skip


def changed(before: dict[str, Any]) -> dict[str, Any]:
    """Rows that were there and are no longer as they were."""
    after = stands()
    return {name: after.get(name) for name, row in before.items() if after.get(name) != row}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.OPERATOR])
def test_what_is_no_field_of_a_form_changes_nothing(world: Cast, role: str) -> None:
    person = User.objects.create_user("someone", role=role)
    client = Client(raise_request_exception=False)
    client.force_login(person)
    found = [one for one in routes() if not one.foreign and not one.api and "POST" in (one.needs or {})]
    addresses = {route.name: address_of(route, world) for route in found}
    before, said, met = stands(), extras(world), 0
    for name, address in addresses.items():
        answer = client.post(address, said)
        assert answer.status_code not in (500, 503), name
        met += answer.status_code < 403
        assert changed(before) == {}, name
        assert not Assignment.objects.filter(user=person).exists(), name
    assert met > 5, "some of it is this person's to send"


def test_a_form_that_is_filled_well_does_its_own_deed_alone(world: Cast, client: Client) -> None:
    person = User.objects.create_user("someone", role=Role.ANALYST)
    client.force_login(person)
    before = stands()
    said = {name: value for name, value in extras(world).items() if name not in ("role", "password")}
    assert client.post(reverse("settings"), {**said, "theme": "dark", "density": ""}).status_code == 302
    finding = Finding.objects.get(**OBJECTS["finding"](world))
    told = {**said, "action": "comment", "reason": "seen", "state": "accepted"}
    client.post(reverse("finding-triage", args=[finding.pk]), told)
    finding.refresh_from_db()
    assert finding.state == "open"
    assert finding.events.latest("pk").by == person
    assert changed(before) == {}
    person.refresh_from_db()
    assert (person.role, person.is_superuser, person.is_staff) == (Role.ANALYST, False, False)
    assert person.preferences["theme"] == "dark"


WRITING = [one for one in EXAMPLES if one.body is not None and one.status < 300]


@pytest.mark.parametrize("example", WRITING, ids=lambda one: one.operation)
def test_the_api_refuses_what_is_no_field_of_a_body_by_name(world: Cast, client: Client, example: Any) -> None:
    client.force_login(User.objects.get(username="ada"))
    before = stands()
    for name, value in extras(world).items():
        if name in (example.body or {}) or (name in ("severity", "enabled") and example.operation.startswith("alerts")):
            continue
        more = type(example)(**{**example.__dict__, "body": {**example.body, name: value}})
        answer = asked(client, more, ids(world))
        assert answer.status_code == 400, name
        assert name in json.loads(answer.content)["errors"], name
    assert changed(before) == {}


@pytest.mark.parametrize(("role", "shown"), [(Role.VIEWER, set()), (Role.ANALYST, set()), (Role.OPERATOR, {"account"})])
def test_how_an_account_is_reached_stands_on_the_operators_page_alone(
    world: Cast, role: str, shown: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    judge_account(world.account, DAY_TWO)
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_user("someone", role=role))
    found, opened = set(), 0
    for route in routes():
        if route.foreign or "GET" not in (route.needs or {}):
            continue
        answer: Any = client.get(address_of(route, world))
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        opened += answer.status_code == 200
        if CANARY.encode() in body or b"how-it-is-reached" in body:
            found.add(route.name)
    assert found == shown
    assert opened > 60, "the walk has lost its way"


def forms_of(page: Any, address: str) -> list[tuple[str, dict[str, str]]]:
    """Where each form of a page is sent to, and what a browser would send with it, its first button pressed."""
    found = []
    for form in html.fromstring(page.content).forms:
        if form.method == "POST":
            said = {name: str(value) for name, value in form.form_values()}
            button = next(iter(form.xpath(".//button[@name]")), None)
            if button is not None:
                said[button.get("name")] = button.get("value", "")
            found.append((urljoin(address, form.action or address), said))
    return found


def own_fields(page: Any) -> set[str]:
    """Every name that some form of a page has a field for, ticked or not."""
    return {str(field.get("name")) for field in html.fromstring(page.content).xpath("//form//*[@name]")}


def after(person: User, action: str, said: dict[str, str]) -> tuple[int, dict[str, Any]]:
    """The answer's status and every watched column once a form is sent; then all of it is undone."""
    with atomic():
        client = Client(raise_request_exception=False)
        client.force_login(person)
        status = client.post(action, said).status_code
        found = stands()
        set_rollback(True)
    return status, found


def test_an_admin_s_forms_do_the_same_with_fields_that_are_not_theirs(
    world: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.contrib.auth.hashers.make_password", lambda password, *_: f"!{password}")
    client = Client(raise_request_exception=False)
    chief = User.objects.create_user("chief", role=Role.ADMIN)
    client.force_login(chief)
    sent, done = set(), 0
    for route in routes():
        if route.foreign or route.api or "GET" not in (route.needs or {}):
            continue
        address = address_of(route, world)
        page = client.get(address)
        if page.status_code != 200 or page.streaming or not page.get("Content-Type", "").startswith("text/html"):
            continue
        for action, said in forms_of(page, address):
            if action in sent:
                continue
            sent.add(action)
            more = {name: value for name, value in extras(world).items() if name not in own_fields(page)}
            alone, together = after(chief, action, said), after(chief, action, {**said, **more})
            assert together == alone, f"{route.name} -> {action}"
            done += alone[0] == 302
    assert len(sent) > 30, "the walk has lost its way"
    assert done > 15, "most forms are sent as they should not be"
