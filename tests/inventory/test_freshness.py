"""Whether an account's picture is current."""

from datetime import UTC, datetime, timedelta

import pytest

from inventory.freshness import freshness
from inventory.models import Account, Scope

NOW = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def account(db: None) -> Account:
    return Account.objects.create(provider="aws", native_id="123456789012", name="acme", every_minutes=60)


def scope(account: Account, name: str, state: str = "complete", ago: timedelta | None = HOUR) -> None:
    at = NOW - ago if ago is not None else None
    Scope.objects.create(account=account, name=name, state=state, read_at=NOW - HOUR, complete_at=at)


def state() -> str:
    [only] = freshness(Account.objects.all(), NOW)
    return only.state


def test_an_account_never_read_is_never(account: Account) -> None:
    assert state() == "never"


def test_all_scopes_complete_within_twice_the_interval_is_fresh(account: Account) -> None:
    scope(account, "eu-west-1")
    scope(account, "eu-central-1", ago=2 * HOUR)
    scope(account, "me-south-1", state="not applicable", ago=None)
    assert state() == "fresh"


def test_one_scope_that_lags_makes_the_account_stale(account: Account) -> None:
    scope(account, "eu-west-1")
    scope(account, "eu-central-1", ago=3 * HOUR)
    assert state() == "stale"


def test_one_denied_scope_is_partial_and_all_denied_is_failed(account: Account) -> None:
    scope(account, "eu-west-1", state="denied")
    assert state() == "failed"
    scope(account, "eu-central-1")
    assert state() == "partial"


def test_a_scope_never_read_completely_is_not_fresh_and_has_no_age(account: Account) -> None:
    scope(account, "eu-west-1", ago=None)
    [only] = freshness(Account.objects.all(), NOW)
    assert (only.state, only.complete_at) == ("partial", None)


def test_a_paused_account_says_so(account: Account) -> None:
    Account.objects.update(paused=True)
    scope(account, "eu-west-1")
    assert state() == "paused"
