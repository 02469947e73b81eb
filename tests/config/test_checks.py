"""An operator is told what is wrong with the settings, by number, with what to do."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.checks import CheckMessage
from pytest_django import Settings

from config import checks

CHECKS = [checks.exposure_of_settings, checks.folder_and_files, checks.limits, checks.broker, checks.endpoints]


def ids() -> set[str | None]:
    found: list[CheckMessage] = [message for check in CHECKS for message in check()]
    assert all(message.hint for message in found), "every message says what to do"
    return {message.id for message in found}


@pytest.fixture(autouse=True)
def served(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout whose front-end files are there, with the embedded database."""
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    vendor = tmp_path / "static" / "vendor"
    vendor.mkdir(parents=True)
    for name in checks.SERVED:
        (vendor / name).touch()
    settings.BASE_DIR = tmp_path
    settings.ALLOWED_HOSTS = ["127.0.0.1"]


def test_the_settings_of_a_first_start_are_fine() -> None:
    assert ids() == set()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"HTTPS": True, "SECRET_KEY": "short"}, {"fanlight.E001"}),
        ({"HTTPS": True, "DEBUG": True}, {"fanlight.E002"}),
        ({"ALLOWED_HOSTS": ["*"], "HTTPS": True}, {"fanlight.E003"}),
        ({"ALLOWED_HOSTS": ["fanlight.example.org"]}, {"fanlight.W009"}),
        ({"VAR_DIR": Path("/proc/nowhere")}, {"fanlight.E004"}),
        ({"CELERY_BROKER_URL": "kafka://host"}, {"fanlight.E006"}),
        ({"CELERY_BROKER_URL": "redis://host/0"}, {"fanlight.W012"}),
        ({"ENGINE": "django.db.backends.postgresql"}, {"fanlight.W008"}),
        ({"COLLECT_EVERY_MINUTES": 0}, {"fanlight.E011"}),
        ({"PROXY_SSL_HEADER": "X-Forwarded-Proto"}, {"fanlight.E013"}),
    ],
)
def test_each_fault_has_its_number(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any], expected: set[str]
) -> None:
    monkeypatch.delenv("FANLIGHT_FINGERPRINT_KEY", raising=False)
    for name, value in changed.items():
        if name == "ENGINE":
            monkeypatch.setitem(settings.DATABASES["default"], name, value)
        else:
            setattr(settings, name, value)
    assert ids() == expected


def test_missing_front_end_files_are_told_with_the_command_that_makes_them(settings: Settings) -> None:
    (settings.BASE_DIR / "static" / "vendor" / "tabler.css").unlink()
    (message,) = checks.folder_and_files()
    assert (message.id, "scripts/setup.sh" in str(message.hint)) == ("fanlight.W007", True)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://proxy.example.org", {"fanlight.E010"}),
        ("https://proxy.example.org", set()),
        ("http://127.0.0.1:5000", set()),
    ],
)
def test_a_plain_http_endpoint_is_for_this_machine_only(
    monkeypatch: pytest.MonkeyPatch, address: str, expected: set[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_LAMBDA", address)
    assert ids() == expected


@pytest.mark.parametrize(("major", "expected"), [(14, ["fanlight.E005"]), (15, []), (18, [])])
def test_an_old_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch, major: int, expected: list[str]) -> None:
    old = SimpleNamespace(vendor="postgresql", get_database_version=lambda: (major, 0))
    monkeypatch.setattr(checks, "connections", {"default": old})
    assert [message.id for message in checks.database_version(databases=["default"])] == expected
