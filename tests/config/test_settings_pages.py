"""Settings: people and their roles, invitations, sessions, tokens, searches, appearance, the audit log."""

from __future__ import annotations

import csv
import html
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from inventory.audit import audit
from inventory.models import Account, ApiToken, Assignment, AuditEntry, Function, SavedSearch, User
from tests.cast import Cast

PASSWORD = "a kettle under two moons"


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def signed_in(name: str, role: str = "viewer") -> Client:
    """Somebody who signed in and has just given the password once more."""
    if not User.objects.filter(username=name).exists():
        User.objects.create_user(name, password=PASSWORD, role=role)
    client = Client()
    assert client.post("/sign-in/login/", {"login": name, "password": PASSWORD}).status_code == 302
    confirmed(client)
    return client


def confirmed(client: Client, address: str = "/settings/") -> None:
    answer = client.post("/sign-in/reauthenticate/", {"password": PASSWORD, "next": address})
    assert answer.status_code in (200, 302), answer.content


@pytest.fixture
def chief(cast: Cast) -> Client:
    return signed_in("chief", "admin")


def told(action: str) -> list[str]:
    return [f"{one.who}: {one.after}" for one in AuditEntry.objects.filter(action=action).order_by("number")]


def test_whoever_is_invited_chooses_a_password_by_a_link_that_works_once(chief: Client) -> None:
    answer = chief.post("/settings/people/", {"username": "nora", "email": "nora@example.org", "role": "analyst"})
    link = re.search(r"http://testserver(/sign-in/password/choose/[^<]+)<", answer.content.decode())
    assert link, answer.content
    nora = User.objects.get(username="nora")
    assert (nora.role, nora.has_usable_password()) == ("analyst", False)
    visitor = Client()
    assert "nora" in visitor.get(link[1]).content.decode()
    short = visitor.post(link[1], {"new_password1": "short", "new_password2": "short"})
    assert (short.status_code, "at least 12 characters" in short.content.decode()) == (422, True)
    assert visitor.post(link[1], {"new_password1": PASSWORD, "new_password2": PASSWORD}).status_code == 302
    again = visitor.post(link[1], {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert (again.status_code, "no longer good" in again.content.decode()) == (410, True)
    assert visitor.post("/sign-in/login/", {"login": "nora", "password": PASSWORD}).status_code == 302
    assert told("user") == ['chief: {"made": "nora", "role": "analyst"}']


def test_dangerous_deeds_ask_for_the_password_once_more(cast: Cast) -> None:
    User.objects.create_user("chief", password=PASSWORD, role="admin")
    client = Client()
    client.post("/sign-in/login/", {"login": "chief", "password": PASSWORD})
    for address in ("/settings/people/", f"/settings/people/{cast.viewer.pk}/give/", "/settings/tokens/"):
        answer = client.post(address, {"role": "admin", "where": "all", "username": "eve", "name": "x", "days": "7"})
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in/reauthenticate/"), address
    assert not User.objects.filter(username="eve").exists()
    assert User.objects.get(pk=cast.viewer.pk).role == "viewer"
    assert not ApiToken.objects.exists()
    page = client.get("/sign-in/reauthenticate/?next=/settings/tokens/")
    assert "Confirm it is you" in page.content.decode()


def asked_again(client: Client, address: str, sent: dict[str, str]) -> str:
    """What is shown to somebody who sent this form long after signing in, once they have given the password."""
    answer = client.post(address, sent)
    page = client.get(answer["Location"]).content.decode()
    ahead = re.search(r'name="next" value="([^"]+)"', page)
    assert ahead, page
    kept = client.session
    assert not [value for value in sent.values() if "s3cret" in value and value in str(dict(kept))]
    shown = client.post(
        "/sign-in/reauthenticate/", {"password": PASSWORD, "next": html.unescape(ahead[1])}, follow=True
    )
    assert shown.redirect_chain[-1] == (address, 302)
    return shown.content.decode()


@pytest.mark.parametrize(
    ("address", "sent", "shown"),
    [
        ("/settings/tokens/", {"name": "nightly", "role": "viewer", "days": "30"}, 'value="nightly"'),
        ("/settings/people/", {"username": "nora", "email": "nora@example.org"}, 'value="nora@example.org"'),
        ("/settings/sign-on/add/oidc/", {"name": "Office", "client_id": "x", "new_secret": "s3cret"}, 'value="Office"'),
        (
            "/settings/alerts/channels/new/?kind=webhook",
            {"name": "chat", "address": "https://127.0.0.1/s3cret"},
            'value="chat"',
        ),
        ("/settings/receivers/", {"name": "bus", "provider": "aws"}, 'value="bus"'),
    ],
)  # fmt: skip
def test_what_was_typed_is_offered_again_after_the_password_and_no_secret_is_kept(
    cast: Cast, address: str, sent: dict[str, str], shown: str
) -> None:
    User.objects.create_user("chief", password=PASSWORD, role="admin")
    client = Client()
    client.post("/sign-in/login/", {"login": "chief", "password": PASSWORD})
    page = asked_again(client, address, sent)
    assert shown in page
    assert "This is what you typed." in page
    assert "s3cret" not in page
    assert shown not in client.get(address).content.decode(), "offered once"


def test_what_was_typed_long_ago_is_not_offered(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    User.objects.create_user("chief", password=PASSWORD, role="admin")
    client = Client()
    client.post("/sign-in/login/", {"login": "chief", "password": PASSWORD})
    monkeypatch.setattr("inventory.fresh.KEPT", -1)
    assert "nightly" not in asked_again(client, "/settings/tokens/", {"name": "nightly"})


def test_roles_are_given_and_taken_back(chief: Client, cast: Cast) -> None:
    address = f"/settings/people/{cast.viewer.pk}"
    chief.post(f"{address}/give/", {"role": "operator", "where": f"account:{cast.account.pk}"})
    chief.post(f"{address}/give/", {"role": "analyst", "where": f"group:{cast.account.group_id}"})
    chief.post(f"{address}/take/", {"assignment": "all"})
    held = {str(one) for one in Assignment.objects.filter(user=cast.viewer)}
    assert held == {"operator on acme-prod (123456789012)", "analyst on shop"}
    assert User.objects.get(pk=cast.viewer.pk).role == ""
    page = chief.get(f"{address}/").content.decode()
    assert "acme-prod (123456789012)" in page
    for one in Assignment.objects.all():
        chief.post(f"{address}/take/", {"assignment": one.pk})
    assert not Function.objects.visible_to(User.objects.get(pk=cast.viewer.pk)).exists()
    assert len(told("role")) == 5


@pytest.mark.parametrize("sent", [{}, {"role": "god", "where": "all"}, {"role": "admin", "where": "account:999999"}])
def test_a_role_that_there_is_not_is_refused(chief: Client, cast: Cast, sent: dict[str, str]) -> None:
    chief.post(f"/settings/people/{cast.viewer.pk}/give/", sent)
    assert not Assignment.objects.exists()
    assert User.objects.get(pk=cast.viewer.pk).role == "viewer"


def test_the_last_admin_stays(chief: Client) -> None:
    me = User.objects.get(username="chief")
    chief.post(f"/settings/people/{me.pk}/give/", {"role": "viewer", "where": "all"})
    chief.post(f"/settings/people/{me.pk}/take/", {"assignment": "all"})
    chief.post(f"/settings/people/{me.pk}/active/", {"active": "no"})
    me.refresh_from_db()
    assert (me.role, me.is_active) == ("admin", True)


def test_whoever_is_deactivated_is_out_at_once_with_all_tokens(chief: Client) -> None:
    nora = signed_in("nora")
    nora.post("/settings/tokens/", {"name": "script", "role": "viewer", "days": "7"})
    assert nora.get("/settings/").status_code == 200
    person = User.objects.get(username="nora")
    chief.post(f"/settings/people/{person.pk}/active/", {"active": "no"})
    assert nora.get("/settings/").status_code == 302
    assert not UserSession.objects.filter(user=person).exists()
    assert ApiToken.objects.get().revoked_at is not None
    chief.post(f"/settings/people/{person.pk}/active/", {"active": "yes"})
    assert nora.get("/settings/").status_code == 302, "the old session stays ended"


def test_an_admin_ends_the_sessions_of_others_and_people_their_own(chief: Client) -> None:
    here, there = signed_in("nora"), signed_in("nora")
    assert here.get("/settings/sessions/").content.decode().count("this one") == 1
    stranger = UserSession.objects.get(user__username="chief")
    here.post("/settings/sessions/end/", {"session": stranger.pk})
    assert chief.get("/settings/").status_code == 200, "nobody ends somebody else's"
    here.post("/settings/sessions/end/")
    assert (here.get("/settings/").status_code, there.get("/settings/").status_code) == (200, 302)
    chief.post(f"/settings/people/{User.objects.get(username='nora').pk}/sessions/")
    assert here.get("/settings/").status_code == 302


def test_a_token_is_shown_once_and_revoked(cast: Cast, chief: Client) -> None:
    nora = signed_in("nora")
    made = nora.post(
        "/settings/tokens/", {"name": "nightly", "role": "viewer", "days": "7", "accounts": [cast.account.pk]}
    )
    text = re.search(r"fanlight_[0-9a-f]{10}_[\w-]{43}", made.content.decode())
    assert text
    assert text[0] not in nora.get("/settings/tokens/").content.decode()
    bearer = {"authorization": f"Bearer {text[0]}"}
    assert Client().get("/api/v1/functions/", headers=bearer).status_code == 200
    token = ApiToken.objects.get()
    other = signed_in("omar", "operator")
    assert other.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    assert "nightly" not in other.get("/settings/tokens/?of=all").content.decode()
    assert "nightly" in chief.get("/settings/tokens/?of=all").content.decode()
    chief.post(f"/settings/tokens/{token.pk}/revoke/")
    assert Client().get("/api/v1/functions/", headers=bearer).status_code == 401
    assert text[0] not in str(list(AuditEntry.objects.values()))
    assert len(told("token")) == 2


def test_a_token_is_limited_to_accounts_that_its_owner_sees(cast: Cast) -> None:
    hidden = Account.objects.create(provider="gcp", native_id="acme-office", name="acme-office")
    nora = User.objects.create_user("nora", password=PASSWORD, role="")
    Assignment.objects.create(user=nora, role="viewer", account=cast.account)
    client = signed_in("nora")
    assert "acme-office" not in client.get("/settings/tokens/").content.decode()
    sent = {"name": "script", "role": "viewer", "days": "7", "accounts": [hidden.pk]}
    assert client.post("/settings/tokens/", sent).status_code == 422
    assert client.post("/settings/tokens/", {**sent, "accounts": [], "days": "4000"}).status_code == 422


def test_searches_are_shared_by_those_who_may(cast: Cast) -> None:
    SavedSearch.objects.create(owner=cast.analyst, slug="risky", name="Risky ones", query="privilege:admin")
    User.objects.filter(pk=cast.analyst.pk).update(role="analyst")
    owner, reader = Client(), Client()
    owner.force_login(User.objects.get(pk=cast.analyst.pk))
    reader.force_login(cast.viewer)
    assert "Risky ones" not in reader.get("/settings/searches/").content.decode()
    owner.post("/settings/searches/risky/share/", {"shared": "yes"})
    assert "Risky ones" in reader.get("/settings/searches/").content.decode()
    assert "Risky ones" in reader.get("/functions/").content.decode()
    assert reader.post("/search/saved/risky/forget/").status_code == 404
    assert reader.post("/settings/searches/risky/share/", {"shared": "no"}).status_code == 403


def test_what_people_like_is_kept_and_drawn(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.viewer)
    assert "data-bs-theme" not in client.get("/settings/").content.decode()
    client.post("/settings/", {"theme": "dark", "density": "compact"})
    page = client.get("/functions/").content.decode()
    assert '<html lang="en" data-bs-theme="dark" data-density="compact" data-single-keys="off">' in page
    assert client.post("/settings/", {"theme": "pink"}).status_code == 200
    assert User.objects.get(pk=cast.viewer.pk).preferences["theme"] == "dark"


def test_about_is_for_everybody_and_names_the_licences(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.viewer)
    page = client.get("/settings/about/").content.decode()
    assert "Apache License 2.0" in page and "BSD" in page


def test_the_audit_log_is_filtered_exported_and_proved(chief: Client, cast: Cast) -> None:
    audit("account", of=cast.account, before={"paused": False}, after={"paused": True, "note": "=1+1"})
    page = chief.get("/settings/audit/?action=account&about=acme").content.decode()
    assert page.count("<tr data-row>") == 1
    assert "acme-prod" in page and "<del>no</del>" in page
    assert "No such entries" in chief.get("/settings/audit/?who=nobody-at-all").content.decode()
    assert "No such entries" in chief.get("/settings/audit/?until=2001-01-01&since=soon").content.decode()
    answer = chief.get("/settings/audit.csv?action=account")
    rows = list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]
    assert [row["action"] for row in rows] == ["account"]
    assert len(rows[0]["hash"]) == 64
    assert told("export")[-1].startswith("chief: ")
    proof = chief.post("/settings/audit/verify/").content.decode()
    assert "none touched" in proof
