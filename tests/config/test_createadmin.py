"""The first person is made by a command; there is no default account."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from inventory.models import User

pytestmark = pytest.mark.django_db
GOOD = "correct horse battery staple"


def create(monkeypatch: pytest.MonkeyPatch, password: str, *arguments: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    call_command("createadmin", "--password-stdin", *arguments)


def test_nobody_is_there_at_first() -> None:
    assert not User.objects.exists()


def test_an_admin_made_by_the_command_can_sign_in(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    create(monkeypatch, GOOD, "--username", "vera")
    assert client.login(username="vera", password=GOOD)
    assert User.objects.get().role == "admin"


@pytest.mark.parametrize("weak", ["short", "password12345678"[:8], "veraveravera"])
def test_a_weak_password_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch, weak: str) -> None:
    with pytest.raises(CommandError) as told:
        create(monkeypatch, weak, "--username", "veraveravera")
    assert "password" in str(told.value)
    assert not User.objects.exists()


def test_a_name_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    create(monkeypatch, GOOD, "--username", "vera")
    with pytest.raises(CommandError, match="already somebody named vera"):
        create(monkeypatch, GOOD, "--username", "vera")


def test_without_a_terminal_it_does_not_wait_for_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.delenv("FANLIGHT_ADMIN_PASSWORD", raising=False)
    with pytest.raises(CommandError) as told:
        call_command("createadmin")
    assert told.value.returncode == 2
