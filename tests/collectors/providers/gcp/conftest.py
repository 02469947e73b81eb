"""A local Google with a small estate, and ways to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collectors.provider import AccountRef, Memory
from collectors.providers.gcp import PROVIDER, reach
from collectors.providers.gcp.fetch import roles
from inventory.facts import Observation
from inventory.models import Account
from tests.collectors.conftest import DAY
from tests.collectors.providers.gcp.estate import PROJECT, build
from tests.collectors.providers.gcp.google import Google

Json = Any
Read = Callable[..., list[Observation]]


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits between attempts take no time; each is noted. What was kept of predefined roles is forgotten."""
    taken: list[float] = []
    monkeypatch.setattr(reach, "sleep", taken.append)
    roles.forget()
    return taken


@pytest.fixture
def google() -> Iterator[Google]:
    made = build(Google())
    yield made
    made.close()


@pytest.fixture
def connection(google: Google) -> dict[str, Json]:
    return PROVIDER.connection(PROJECT, {"endpoint": google.url, "anonymous": True})


@pytest.fixture
def session(connection: dict[str, Json]) -> Any:
    return PROVIDER.connect(AccountRef("gcp", PROJECT, PROJECT, connection))


@pytest.fixture
def read(session: Any) -> Read:
    """What a listing of a scope says, as observations; raises what the listing raises at its end."""

    def read_listing(listing: str, scope: str, memory: Memory | None = None) -> list[Observation]:
        fetch = next(one.fetch for one in PROVIDER.listings(scope) if one.name == listing)
        raws = fetch(session, scope, memory or Memory(DAY))
        return [seen for raw in raws for seen in PROVIDER.normalize(listing, raw)]

    return read_listing


@pytest.fixture
def account(db: None, connection: dict[str, Json]) -> Account:
    return Account.objects.create(provider="gcp", native_id=PROJECT, name=PROJECT, connection=connection)
