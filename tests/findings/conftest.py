"""What tests of findings share."""

from collections.abc import Iterator

import pytest

from findings.catalogue import catalogue, renamed
from findings.rule import Rule
from inventory.models import Account
from tests.cast import NUMBER
from tests.findings.toy import Put


@pytest.fixture
def shelve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Put]:
    """Puts these rules, and no others, on the shelf."""

    def forget() -> None:
        catalogue.cache_clear()
        renamed.cache_clear()

    def put(*rules: Rule) -> None:
        monkeypatch.setattr("findings.catalogue.shelf", lambda *_: {rule.id: rule for rule in rules})
        forget()

    yield put
    monkeypatch.undo()
    forget()


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(provider="aws", native_id=NUMBER, name="acme-prod")
