"""What the tests of recording share."""

import pytest

from inventory.models import Account


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(provider="aws", native_id="123456789012", name="acme-prod")
