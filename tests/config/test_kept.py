"""Secrets are made once, whole, and for the owner only."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.kept import kept_secret


def test_a_secret_is_long_kept_and_private(tmp_path: Path) -> None:
    path = tmp_path / "var" / "secret_key"
    secret = kept_secret(path)
    assert len(secret) >= 50
    assert kept_secret(path) == secret
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"]


def test_two_folders_have_two_secrets(tmp_path: Path) -> None:
    assert kept_secret(tmp_path / "a") != kept_secret(tmp_path / "b")


def test_many_who_start_at_once_read_the_same_one(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(lambda _: kept_secret(path), range(64)))) == 1


def test_a_folder_that_cannot_be_written_is_told_with_what_to_do() -> None:
    with pytest.raises(ImproperlyConfigured, match="FANLIGHT_VAR"):
        kept_secret(Path("/proc/nowhere/secret_key"))
