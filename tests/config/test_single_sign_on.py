"""Single sign-on over OpenID Connect, against a provider of the test's own: who gets in, as whom, with which roles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from inventory.clock import now
from inventory.models import Account, AccountGroup, AuditEntry, GroupRole, IdentityProvider, SignInRule, User
from inventory.sealed import seal, unseal
from tests.config.identity_provider import CLIENT, FOREIGN, SECRET, LocalProvider, running, signed
from tests.config.test_settings_pages import PASSWORD, confirmed, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def outside(settings: Any) -> Iterator[LocalProvider]:
    with running() as provider:
        settings.SIGN_ON_HOSTS = [urlsplit(provider.issuer).netloc]
        yield provider


@pytest.fixture
def office(outside: LocalProvider) -> IdentityProvider:
    """The provider as it is kept here, enabled, with one group that may see everything."""
    made = IdentityProvider(kind="oidc", name="Office", issuer=outside.issuer, client_id=CLIENT, enabled=True,
                            made_at=now())  # fmt: skip
    made.save()
    made.secret = seal(SECRET, made.key)
    made.save()
    GroupRole.objects.create(provider=made, name="security", role="viewer")
    return made


def begun(client: Client, office: IdentityProvider) -> dict[str, str]:
    """What our redirect to the provider says; `there` is the whole of it."""
    there = client.get(f"/sign-in/with/{office.key}/").headers["Location"]
    return {"there": there, **{name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}}


def came_back(client: Client, office: IdentityProvider, outside: LocalProvider, **changed: str) -> Any:
    """The whole way: there, signing in, and back with what a test changes."""
    asked = begun(client, office)
    back = {"code": outside.sign_in(asked["there"]), "state": asked["state"], **changed}
    return client.get(f"/sign-in/with/{office.key}/reply/", back)


def inside(client: Client) -> bool:
    return client.get("/settings/").status_code == 200


def test_the_way_there_has_a_challenge_a_state_and_a_nonce(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    asked, again = begun(client, office), begun(client, office)
    assert asked["there"].startswith(f"{outside.issuer}/authorize?")
    assert (asked["response_type"], asked["code_challenge_method"], asked["client_id"]) == ("code", "S256", CLIENT)
    assert asked["redirect_uri"] == f"http://testserver/sign-in/with/{office.key}/reply/"
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name]) >= 16
        assert asked[name] != again[name], name


def test_somebody_of_a_known_group_gets_in_and_is_known_by_issuer_and_subject(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    User.objects.create_user("nora", "nora@example.org", PASSWORD, role="admin")
    outside.person["email"] = "nora@example.org"
    assert came_back(client, office, outside).status_code == 302
    assert inside(client)
    known = SocialAccount.objects.get()
    assert (known.provider, known.uid) == (office.key, "u-1")
    assert known.user.username != "nora", "the same name and address make nobody the same person"
    assert (known.user.role, known.user.has_usable_password()) == ("viewer", False)
    came_back(Client(), office, outside)
    assert User.objects.count() == 2, "and is the same one next time"
    told = AuditEntry.objects.filter(action="sign-in").values_list("who", flat=True)
    assert list(told) == [known.user.username] * 2


def other(claims: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {name: value for name, value in {**claims, **changed}.items() if value is not None}


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "not signed": lambda claims: signed(claims, "", "none"),
    "signed with another key": lambda claims: signed(claims, FOREIGN),
    "signed with a key of another name": lambda claims: signed(claims, FOREIGN, kid="two"),
    "signed with the client's secret": lambda claims: signed(claims, SECRET.ljust(32), "HS256"),
    "changed after it was signed": lambda claims: _changed(signed(claims), signed(other(claims, sub="u-2"))),
    "of another issuer": lambda claims: signed(other(claims, iss="https://login.example.org")),
    "for another audience": lambda claims: signed(other(claims, aud="another")),
    "for several, without saying who asked": lambda claims: signed(other(claims, aud=[CLIENT, "another"])),
    "asked for by another client": lambda claims: signed(other(claims, azp="another")),
    "expired": lambda claims: signed(other(claims, iat=int(time.time()) - 900, exp=int(time.time()) - 200)),
    "without an end": lambda claims: signed(other(claims, exp=None)),
    "from the future": lambda claims: signed(other(claims, iat=int(time.time()) + 600)),
    "with the nonce of another sign-in": lambda claims: signed(other(claims, nonce="another")),
    "without a nonce": lambda claims: signed(other(claims, nonce=None)),
    "without a subject": lambda claims: signed(other(claims, sub=None)),
    "with an empty subject": lambda claims: signed(other(claims, sub="")),
    "no token at all": lambda claims: "nonsense",
}


def _changed(one: str, another: str) -> str:
    head, _, signature = one.split(".")
    return ".".join((head, another.split(".")[1], signature))


@pytest.mark.parametrize("forged", list(FORGED))
def test_an_id_token_is_refused_that_is(
    client: Client, office: IdentityProvider, outside: LocalProvider, forged: str
) -> None:
    outside.spoil = FORGED[forged]
    answer = came_back(client, office, outside)
    assert answer.status_code == 401, forged
    assert not inside(client)
    assert not User.objects.exists()
    assert AuditEntry.objects.filter(action="sign-in.failed").count() == 1


def test_a_reply_counts_once_and_only_where_it_was_asked_for(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    asked = begun(client, office)
    back = {"code": outside.sign_in(asked["there"]), "state": asked["state"]}
    address, stranger = f"/sign-in/with/{office.key}/reply/", Client()
    assert stranger.get(address, back).status_code == 401, "another browser"
    assert client.get(address, {**back, "state": "another"}).status_code == 401, "another state"
    assert client.get(address, {"code": back["code"]}).status_code == 401, "no state"
    assert client.get(address, back).status_code == 302
    client.post("/sign-in/logout/")
    assert client.get(address, back).status_code == 401, "once more"
    assert not inside(client)


def test_a_code_of_somebody_else_s_sign_in_is_of_no_use(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    theirs = outside.sign_in(begun(Client(), office)["there"])
    assert came_back(client, office, outside, code=theirs).status_code == 401
    assert outside.refused == ["PKCE"]


def test_a_provider_that_calls_itself_differently_is_not_asked(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    outside.document = {"issuer": "https://login.example.org"}
    answer = client.get(f"/sign-in/with/{office.key}/")
    assert answer.status_code == 401
    assert "calls itself" in answer.content.decode()


def test_groups_give_roles_anew_at_each_sign_in(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    account = Account.objects.create(provider="aws", native_id="123456789012", name="acme-prod")
    shop = AccountGroup.objects.create(name="shop")
    GroupRole.objects.create(provider=office, name="shop-keepers", role="operator", group=shop)
    GroupRole.objects.create(provider=office, name="shop-keepers", role="analyst", account=account)
    GroupRole.objects.create(provider=office, name="chiefs", role="admin")
    outside.person["groups"] = ["security", "chiefs", "shop-keepers", "unheard of"]
    came_back(client, office, outside)
    nora = User.objects.get()
    assert nora.role == "admin", "the greatest"
    assert set(nora.assignments.values_list("role", "account", "group")) == {
        ("operator", None, shop.pk), ("analyst", account.pk, None)}  # fmt: skip
    outside.person["groups"] = ["shop-keepers"]
    came_back(Client(), office, outside)
    nora.refresh_from_db()
    assert (nora.role, nora.assignments.count()) == ("", 2)
    outside.person["groups"] = []
    assert came_back(Client(), office, outside).status_code == 401
    assert nora.assignments.count() == 0, "who is in no group any more has no role"
    assert AuditEntry.objects.filter(action="role").count() == 3


def test_nobody_is_made_for_somebody_without_a_known_group(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    outside.person["groups"] = ["accounting"]
    answer = came_back(client, office, outside)
    assert answer.status_code == 401
    assert "None of your groups has a role here" in answer.content.decode()
    assert not User.objects.exists()


def test_somebody_deactivated_stays_out(client: Client, office: IdentityProvider, outside: LocalProvider) -> None:
    came_back(client, office, outside)
    User.objects.update(is_active=False)
    late = Client()
    came_back(late, office, outside)
    assert not inside(late)


def test_disabling_a_provider_ends_what_began_with_it(
    client: Client, office: IdentityProvider, outside: LocalProvider
) -> None:
    came_back(client, office, outside)
    chief = signed_in("chief", "admin")
    confirmed(chief)
    assert inside(client)
    chief.post(f"/settings/sign-on/{office.pk}/enable/", {"enabled": "no"})
    assert not inside(client), "whoever came through it is out with the next request"
    assert inside(chief), "whoever came another way stays"
    assert '"sessions_ended": 1' in AuditEntry.objects.filter(action="sign-on").latest("number").after


def test_it_is_set_up_tested_and_only_then_enabled(cast: Any, outside: LocalProvider) -> None:
    chief = signed_in("chief", "admin")
    confirmed(chief)
    told = {"name": "Office", "issuer": outside.issuer, "client_id": CLIENT, "new_secret": SECRET,
            "groups_from": "groups"}  # fmt: skip
    made = chief.post("/settings/sign-on/add/oidc/", told)
    office = IdentityProvider.objects.get()
    page = f"/settings/sign-on/{office.pk}/"
    assert made.headers["Location"] == page
    assert SECRET not in office.secret
    assert unseal(office.secret, office.key) == SECRET
    assert SECRET not in chief.get(page).content.decode(), "written, never shown"
    assert SECRET not in str(list(AuditEntry.objects.values()))
    chief.post(f"{page}enable/", {"enabled": "yes"})
    office.refresh_from_db()
    assert not office.enabled, "not before a test"
    assert Client().get(f"/sign-in/with/{office.key}/").status_code == 404
    chief.post(f"{page}give/", {"name": "security", "role": "analyst", "where": "all"})
    there = chief.get(f"{page}test/").headers["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    done = chief.get(f"/sign-in/with/{office.key}/reply/", {"code": outside.sign_in(there), "state": state})
    assert done.headers["Location"] == page
    shown = chief.get(page).content.decode()
    assert "u-1" in shown
    assert "security: analyst on all accounts" in shown
    assert not SocialAccount.objects.exists(), "a test signs nobody in"
    chief.post(f"{page}enable/", {"enabled": "yes"})
    assert "With Office" in Client().get("/sign-in/login/").content.decode()
    chief.post(page, {**told, "new_secret": "another one"})
    office.refresh_from_db()
    assert (office.enabled, office.tested_at) == (False, None), "what was tested is no longer what is kept"


def test_where_it_is_the_only_way_in_the_local_admin_still_opens_the_door(
    client: Client, office: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.create_user("chief", password=PASSWORD, role="admin")
    SignInRule.objects.create(passwords=False, second_factor="all")
    assert client.post("/sign-in/login/", {"login": "chief", "password": PASSWORD}).status_code == 200
    assert not inside(client)
    from tests.config.test_createadmin import create

    create(monkeypatch, PASSWORD, "--username", "rescue")
    answer = client.post("/sign-in/login/", {"login": "rescue", "password": PASSWORD})
    assert answer.status_code == 302
    assert client.get("/settings/").headers["Location"] == "/sign-in/mfa/", "and sets up a second factor first"
    told = list(AuditEntry.objects.order_by("number").values_list("action", "name"))
    assert told == [("sign-in.failed", "chief"), ("user", "rescue"), ("sign-in", "rescue")]


@pytest.mark.parametrize("vouches", [True, False])
def test_a_provider_that_asks_for_a_second_factor_may_count_as_one(
    client: Client, office: IdentityProvider, outside: LocalProvider, vouches: bool
) -> None:
    SignInRule.objects.create(second_factor="all")
    IdentityProvider.objects.update(second_factor=vouches)
    came_back(client, office, outside)
    assert inside(client) is vouches


@pytest.mark.parametrize(
    "issuer",
    ["http://login.example.org", "https://127.0.0.1", "https://169.254.169.254", "https://[::ffff:10.0.0.1]",
     "https://2130706433", "https://user@login.example.org", "https://login.example.org:6379", "https://localhost."],
)  # fmt: skip
def test_an_issuer_that_leads_inwards_is_not_asked(client: Client, issuer: str) -> None:
    found = IdentityProvider(kind="oidc", name="Inner", issuer=issuer, client_id=CLIENT, enabled=True, made_at=now())
    found.save()
    assert client.get(f"/sign-in/with/{found.key}/").status_code == 401
    assert AuditEntry.objects.filter(action="sign-in.failed").count() == 1
