"""Signing in: what a password must be, who waits, how long it lasts, and what the audit log says of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client

from config.sessions import BEGAN, NOTED_EVERY, SEEN
from inventory.models import AuditEntry, User

PASSWORD = "a kettle under two moons"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def vera() -> User:
    return User.objects.create_user("vera", password=PASSWORD)


def sign_in(client: Client, name: str = "vera", password: str = PASSWORD, address: str = "198.51.100.7") -> int:
    return client.post("/sign-in/login/", {"login": name, "password": password}, REMOTE_ADDR=address).status_code


def deeds() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("number").values_list("action", "who"))


def test_signing_in_and_out_and_failing_to_is_told(client: Client, vera: User) -> None:
    assert sign_in(client, password="wrong horse battery") == 200
    assert sign_in(client, name="PASSWORD-in-the-wrong-field", password="x" * 12) == 200
    assert sign_in(client) == 302
    client.post("/sign-in/logout/")
    assert deeds() == [("sign-in.failed", ""), ("sign-in.failed", ""), ("sign-in", "vera"), ("sign-out", "vera")]
    assert "PASSWORD" not in str(list(AuditEntry.objects.values())), "it may be somebody's password"
    assert AuditEntry.objects.filter(ip="198.51.100.7").count() == 3


def test_five_failures_of_one_name_from_one_address_are_enough(client: Client, vera: User) -> None:
    tries = [sign_in(client, password=f"wrong {number} horse") for number in range(8)]
    assert tries == [200] * 5 + [429] * 3
    answer = client.post("/sign-in/login/", {"login": "vera", "password": PASSWORD}, REMOTE_ADDR="198.51.100.7")
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert "That was too often" in answer.content.decode()
    assert sign_in(Client(), address="198.51.100.8") == 302, "nobody is locked out from afar"


def test_twenty_tries_from_one_address_are_enough(vera: User) -> None:
    tries = [sign_in(Client(), name=f"name-{number}", password="wrong horse") for number in range(1000 // 20)]
    assert tries == [200] * 20 + [429] * 30


@pytest.mark.parametrize(
    ("password", "fine"),
    [("elevenchars", False), ("a kettle und", True), ("x7" * 64, True), ("x7" * 64 + "y", False),
     ("1qaz2wsx3edc", False), ("alllowercaseletters", True), ("           x!", True)],
)  # fmt: skip
def test_a_password_is_long_and_not_common_and_that_is_all(password: str, fine: bool) -> None:
    if fine:
        validate_password(password)
        return
    with pytest.raises(ValidationError):
        validate_password(password)


def test_passwords_are_hashed_with_argon2id() -> None:
    assert settings.PASSWORD_HASHERS[-1] == "django.contrib.auth.hashers.Argon2PasswordHasher"
    assert Argon2PasswordHasher().encode(PASSWORD, "saltsaltsalt").startswith("argon2$argon2id$")


def aged(client: Client, mark: str, seconds: int) -> int:
    """What somebody gets whose session began, or was last seen, so long ago."""
    session = client.session
    session[mark] = session[mark] - seconds
    session.save()
    return client.get("/accounts/").status_code


def test_a_session_ends_after_hours_without_a_sign_of_life_and_after_days_in_all(client: Client, vera: User) -> None:
    client.force_login(vera)
    assert aged(client, SEEN, 8 * 3600 - 60) == 200
    assert aged(client, SEEN, 8 * 3600 - 60) == 200, "the page before was a sign of life"
    assert aged(client, SEEN, 8 * 3600 + 60) == 302
    client.force_login(vera)
    assert aged(client, BEGAN, 7 * 24 * 3600 - 60) == 200
    assert aged(client, BEGAN, 120) == 302


def test_a_sign_of_life_is_written_now_and_then_only(client: Client, vera: User) -> None:
    assert sign_in(client) == 302
    before = client.session[SEEN]
    client.get("/accounts/")
    assert client.session[SEEN] == before
    assert aged(client, SEEN, NOTED_EVERY + 1) == 200
    assert client.session[SEEN] >= before


def test_somebody_deactivated_is_out_at_once(client: Client, vera: User) -> None:
    client.force_login(vera)
    assert client.get("/accounts/").status_code == 200
    User.objects.filter(pk=vera.pk).update(is_active=False)
    assert client.get("/accounts/").status_code == 302


def test_each_sign_in_has_an_id_of_its_own_and_is_listed(client: Client, vera: User) -> None:
    client.get("/sign-in/login/")
    sign_in(client)
    first = client.session.session_key
    other = Client()
    sign_in(other)
    assert first != other.session.session_key
    assert set(UserSession.objects.values_list("session_key", flat=True)) == {first, other.session.session_key}
    client.post("/sign-in/logout/")
    assert not client.session.exists(first or ""), "signing out ends it on the server"
