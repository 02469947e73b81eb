"""What the list says of how current it is."""

from datetime import timedelta

from django.test import Client

from findings.pages.functions.coverage import AsOf, as_of_provider
from inventory.freshness import FRESH, NEVER, PARTIAL, Freshness
from inventory.models import Account, Scope
from tests.cast import DAY_TWO, Cast

EARLIER = DAY_TWO - timedelta(hours=5)


def test_a_provider_read_completely_is_as_old_as_its_oldest_account() -> None:
    states = [Freshness(1, "aws", FRESH, DAY_TWO, DAY_TWO), Freshness(2, "aws", FRESH, EARLIER, DAY_TWO)]
    assert as_of_provider("aws", states) == AsOf("aws", EARLIER, 2, 0)


def test_a_provider_with_gaps_says_when_it_was_read_and_how_many_are_missing() -> None:
    states = [Freshness(1, "gcp", PARTIAL, None, DAY_TWO), Freshness(2, "gcp", FRESH, EARLIER, EARLIER)]
    assert as_of_provider("gcp", states) == AsOf("gcp", DAY_TWO, 2, 1)


def test_a_provider_never_read_has_no_time() -> None:
    assert as_of_provider("azure", [Freshness(1, "azure", NEVER, None)]) == AsOf("azure", None, 1, 1)


def test_the_page_says_both(analyst: Client, cast: Cast) -> None:
    Scope.objects.filter(account=cast.account).update(state="partial")
    Account.objects.create(provider="azure", native_id="5a", name="office")
    page = analyst.get("/functions/").content.decode()
    assert "1 of 1 account not complete" in page
    assert "not read yet" in page
    assert "not read completely yet" not in page
