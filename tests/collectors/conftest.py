"""What the tests of collecting share: a fake cloud in the place of the real ones, and an account in it."""

from datetime import UTC, datetime

import pytest

from collectors import clouds
from inventory.models import Account
from tests.collectors.fake import FakeCloud, FakeProvider

DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> FakeProvider:
    made = FakeProvider(FakeCloud())
    monkeypatch.setattr(clouds, "load", lambda slug: made)
    monkeypatch.setattr(clouds, "slugs", lambda: ["aws"])
    return made


@pytest.fixture
def fake(provider: FakeProvider) -> FakeCloud:
    return provider.cloud


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(provider="aws", native_id="123456789012", name="acme-prod")
