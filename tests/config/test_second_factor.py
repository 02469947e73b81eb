"""Second factors: codes that work once, recovery codes of which only hashes are kept, and the rule that makes them
compulsory."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from config.sign_on.second_factor import spend
from inventory.models import Account, Assignment, AuditEntry, SignInRule, User
from inventory.sealed import Unreadable, seal, unseal

PASSWORD = "a kettle under two moons"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def signed_in(name: str = "vera", role: str = "viewer") -> Client:
    User.objects.create_user(name, password=PASSWORD, role=role)
    client = Client()
    assert step_one(client, name) == "/"
    return client


def step_one(client: Client, name: str = "vera") -> str:
    """Where somebody gets with the right password."""
    answer = client.post("/sign-in/login/", {"login": name, "password": PASSWORD})
    where: str = answer.headers["Location"]
    return where


def code(secret: str, later: int = 0) -> str:
    """What an app shows: now, or so many half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later)))


def with_app(client: Client) -> str:
    """Set up an app, as somebody who has just confirmed their password does; its secret."""
    client.post("/sign-in/reauthenticate/", {"password": PASSWORD, "next": "/sign-in/mfa/"})
    page = client.get("/sign-in/mfa/totp/activate/").content.decode()
    secret = re.search(r'totp-key">([A-Z2-7]+)<', page)
    assert secret, page
    assert client.post("/sign-in/mfa/totp/activate/", {"code": code(secret[1])}).status_code == 302
    return secret[1]


def recovery_codes(client: Client) -> list[str]:
    page = client.post("/sign-in/mfa/recovery-codes/").content.decode()
    return re.findall(r"<li><code>([a-z0-9-]+)</code></li>", page)


def second_step(client: Client, given: str) -> int:
    return client.post("/sign-in/mfa/authenticate/", {"code": given}).status_code


def test_the_app_s_secret_is_not_at_rest_in_the_clear() -> None:
    secret = with_app(signed_in())
    kept = Authenticator.objects.get(type="totp").data["secret"]
    assert secret not in kept
    assert unseal(kept, "second factor") == secret


def test_what_was_sealed_is_read_only_whole_and_for_its_purpose() -> None:
    kept = seal("open sesame", "one")
    with pytest.raises(Unreadable):
        unseal(kept, "another")
    with pytest.raises(Unreadable):
        unseal(kept[:-8] + "AAAAAAA=", "one")
    assert seal("open sesame", "one") != kept, "the same secret looks different each time"


def test_each_code_of_an_app_signs_in_once() -> None:
    secret = with_app(signed_in())
    client, late = Client(), Client()
    assert step_one(client) == "/sign-in/mfa/authenticate/"
    assert client.get("/accounts/").status_code == 302, "a password alone is half a sign-in"
    assert second_step(client, code(secret)) == 200, "the code by which it was set up was used"
    fresh = code(secret, 1)
    assert second_step(client, fresh) == 302
    assert client.get("/accounts/").status_code == 200
    cache.clear()
    step_one(late)
    assert second_step(late, fresh) == 200, "it was used, and no cache has to remember that"
    assert second_step(late, code(secret, -1)) == 200, "nor one from before it"


def test_there_are_ten_recovery_codes_each_works_once_and_only_hashes_are_kept() -> None:
    client = signed_in()
    with_app(client)
    codes = recovery_codes(client)
    assert len(set(codes)) == 10
    kept = str(Authenticator.objects.get(type="recovery_codes").data)
    for one in codes:
        assert one not in kept
        assert one.replace("-", "") not in kept
        assert hashlib.sha256(one.replace("-", "").encode()).hexdigest() in kept
    back = Client()
    step_one(back)
    assert second_step(back, codes[3].upper().replace("-", " ")) == 302
    assert back.get("/accounts/").status_code == 200
    again = Client()
    step_one(again)
    assert second_step(again, codes[3]) == 200
    assert len(Authenticator.objects.get(type="recovery_codes").data["hashes"]) == 9


def test_new_recovery_codes_end_the_old_ones_and_are_shown_once() -> None:
    client = signed_in()
    with_app(client)
    old, new = recovery_codes(client), recovery_codes(client)
    vera = User.objects.get(username="vera")
    assert spend(vera, old[0]) is None
    assert not any(one in client.get("/sign-in/mfa/recovery-codes/").content.decode() for one in new)
    assert spend(vera, new[0]) is not None


def test_nobody_gets_recovery_codes_without_a_factor_to_recover() -> None:
    client = signed_in()
    client.post("/sign-in/reauthenticate/", {"password": PASSWORD, "next": "/"})
    assert client.post("/sign-in/mfa/recovery-codes/")["Location"] == "/sign-in/mfa/"
    assert not Authenticator.objects.exists()


def test_whoever_guesses_codes_waits() -> None:
    secret = with_app(signed_in())
    client = Client()
    step_one(client)
    assert [second_step(client, "000000") for _ in range(6)] == [200] * 6
    assert second_step(client, code(secret, 1)) == 200, "too many tries: even the right one is not taken"


def test_what_happens_with_second_factors_is_in_the_audit_log() -> None:
    client = signed_in()
    with_app(client)
    codes = recovery_codes(client)
    back = Client()
    step_one(back)
    second_step(back, "000000")
    second_step(back, codes[0])
    told = list(AuditEntry.objects.order_by("number").values_list("action", "after"))
    assert [action for action, _ in told].count("sign-in.second-factor") == 3
    assert any(action == "sign-in.failed" and "second step" in after for action, after in told)
    assert any("a recovery code was used" in after for _, after in told)


@pytest.mark.parametrize("asked", ["all", "viewer", "admin,viewer"])
def test_where_it_is_compulsory_people_set_it_up_and_see_nothing_else(asked: str) -> None:
    SignInRule.objects.create(second_factor=asked)
    client = signed_in()
    for address in ("/", "/functions/", "/accounts/", "/settings/", "/sign-in/password/change/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/mfa/"), address
    assert client.get("/accounts/", HTTP_HX_REQUEST="true")["HX-Redirect"] == "/sign-in/mfa/"
    assert client.get("/api/v1/functions/").status_code == 403
    page = client.get("/sign-in/mfa/").content.decode()
    assert "compulsory" in page
    assert "main-nav" not in page
    assert "main-nav" not in client.get("/nowhere/").content.decode()
    with_app(client)
    assert client.get("/accounts/").status_code == 200


def test_a_rule_for_some_roles_leaves_the_others_alone() -> None:
    SignInRule.objects.create(second_factor="admin,operator")
    client = signed_in()
    assert client.get("/accounts/").status_code == 200
    account = Account.objects.create(provider="aws", native_id="123456789012", name="acme-prod")
    Assignment.objects.create(user=User.objects.get(), role="operator", account=account)
    assert client.get("/accounts/").status_code == 302, "a role on one account counts, and at once"


def test_who_removes_the_last_factor_is_led_back() -> None:
    SignInRule.objects.create(second_factor="all")
    client = signed_in()
    with_app(client)
    client.post("/sign-in/mfa/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert client.get("/accounts/")["Location"] == "/sign-in/mfa/"
