"""A local Azure with a small estate, and ways to read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from collectors.provider import AccountRef, Memory
from collectors.providers.azure import PROVIDER, reach
from inventory.facts import Observation
from inventory.models import Account
from tests.collectors.conftest import DAY
from tests.collectors.providers.azure.arm import Azure
from tests.collectors.providers.azure.estate import SUBSCRIPTION, build

Json = Any
Read = Callable[..., list[Observation]]


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits between attempts take no time; each is noted."""
    taken: list[float] = []
    monkeypatch.setattr(reach, "sleep", taken.append)
    return taken


@pytest.fixture
def azure() -> Iterator[Azure]:
    made = build(Azure())
    yield made
    made.close()


@pytest.fixture
def connection(azure: Azure) -> dict[str, Json]:
    return PROVIDER.connection(SUBSCRIPTION, {"endpoint": azure.url, "anonymous": True})


@pytest.fixture
def session(connection: dict[str, Json]) -> Any:
    return PROVIDER.connect(AccountRef("azure", SUBSCRIPTION, "acme-office", connection))


@pytest.fixture
def read(session: Any) -> Read:
    """What a listing says, as observations; raises what the listing raises at its end."""

    def read_listing(listing: str, memory: Memory | None = None) -> list[Observation]:
        session.begin(SUBSCRIPTION, 600)
        fetch = next(one.fetch for one in PROVIDER.listings(SUBSCRIPTION) if one.name == listing)
        raws = fetch(session, SUBSCRIPTION, memory or Memory(DAY))
        return [seen for raw in raws for seen in PROVIDER.normalize(listing, raw)]

    return read_listing


@pytest.fixture
def account(db: None, connection: dict[str, Json]) -> Account:
    return Account.objects.create(provider="azure", native_id=SUBSCRIPTION, name="acme-office", connection=connection)
