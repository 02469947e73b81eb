"""A thousand tries at what is limited (R-40): as many pass as may, all others wait, and a refusal costs no hashing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.cache import cache
from django.test import Client

from inventory.api.bearer import PerToken
from inventory.clock import now
from inventory.models import User
from inventory.models.tokens import make_token
from tests.cast import Cast

TRIES = 1000
#: Where the same limit is met another way.
FEW = 200
PASSWORD = "a kettle under two moons"
LOGIN = "/sign-in/login/"


@pytest.fixture(autouse=True)
def _nobody_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def hashed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often a password was hashed, as an installation does it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    told = Counter[str]()
    encode = Argon2PasswordHasher.encode

    def counted(self: Any, *args: Any, **more: Any) -> Any:
        told["argon2"] += 1
        return encode(self, *args, **more)

    def verified(self: Any, *args: Any, **more: Any) -> bool:
        told["argon2"] += 1
        return False

    monkeypatch.setattr(Argon2PasswordHasher, "encode", counted)
    monkeypatch.setattr(Argon2PasswordHasher, "verify", verified)
    return told


def tries(posted: list[dict[str, str]], **more: Any) -> Counter[int]:
    """What came of signing in, by status; whoever waits is told how long."""
    found, client = Counter[int](), Client()
    for number, words in enumerate(posted):
        headers = {name: value.replace("N", str(number)) for name, value in more.items()}
        answer = client.post(LOGIN, words, **headers)
        found[answer.status_code] += 1
        if answer.status_code == 429:
            assert int(answer["Retry-After"]) > 0
    return found


@pytest.mark.parametrize(("proxies", "times"), [(0, TRIES), (1, FEW)])
def test_many_names_from_one_address_behind_forged_ones(
    db: None, settings: Any, hashed: Counter[str], proxies: int, times: int
) -> None:
    settings.PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    posted = [{"login": f"name-{number}", "password": f"wrong {number}"} for number in range(times)]
    forged = "203.0.113.N, 198.51.100.7" if proxies else "203.0.113.N"
    found = tries(posted, HTTP_X_FORWARDED_FOR=forged, REMOTE_ADDR="198.51.100.9")
    assert found == {200: 20, 429: times - 20}
    assert 0 < hashed["argon2"] <= 20, "whoever is refused costs no hashing"


def test_one_name_from_one_address(db: None, hashed: Counter[str]) -> None:
    User.objects.create_user("vera", password=PASSWORD)
    hashed.clear()
    found = tries([{"login": "vera", "password": f"wrong {number}"} for number in range(FEW)])
    assert found == {200: 5, 429: FEW - 5}
    assert 0 < hashed["argon2"] <= 5


def test_one_token(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PerToken, "timer", staticmethod(lambda: 1_800_000_000.0))
    text = make_token(cast.viewer, "loop", "viewer", now(), now() + timedelta(days=1))[1]
    most = int(configured.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["token"].partition("/")[0])
    found, client = Counter[int](), Client()
    for number in range(TRIES):
        answer = client.get(
            "/api/v1/searches/", headers={"authorization": f"Bearer {text}", "x-forwarded-for": f"203.0.113.{number}"}
        )
        found[answer.status_code] += 1
        if answer.status_code == 429:
            assert int(answer["Retry-After"]) > 0
    assert found == {200: most, 429: TRIES - most}
    assert most == 600


def test_exports_of_one_person_on_pages_and_in_the_api_together(cast: Cast, client: Client) -> None:
    client.force_login(cast.viewer)
    found, waits = Counter[int](), set[int]()
    addresses = (
        "/functions.csv",
        "/findings.jsonl",
        "/api/v1/findings/export/",
        "/exposure.csv",
        "/findings/mending.csv",
    )
    for number in range(TRIES):
        answer = client.get(addresses[number % len(addresses)])
        found[answer.status_code] += 1
        if answer.status_code == 429:
            waits.add(int(answer["Retry-After"]))
    assert found == {200: configured.EXPORTS_AN_HOUR, 429: TRIES - configured.EXPORTS_AN_HOUR}
    assert 0 < min(waits) <= max(waits) <= 3600
