"""The exposure page in a browser: trust that is given and ended, and the keys that lead there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from findings.evaluate import judge_account
from inventory.models import Trust, User
from tests.cast import DAY_TWO, Cast, build_cast
from tests.many import copy_mailer

PARTY = "900000000002"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, judged, with ten functions that are open to ten outside accounts."""
    found = build_cast()
    judge_account(found.account, DAY_TWO)
    copy_mailer(found, 10)
    return found


def test_trust_is_given_and_ended(page: Page, cast: Cast) -> None:
    User.objects.update(role="operator")
    page.goto(f"/exposure/?tab=external&q=external:{PARTY}")
    page.get_by_role("link", name="Trust this account…").click()
    page.get_by_label("Why is it trusted?").fill("Contract 77")
    page.get_by_role("button", name="Trust it").click()
    page.wait_for_url("**/exposure/?tab=external&q=**")
    row = page.locator("tbody tr")
    expect(row.get_by_text("trusted", exact=True)).to_be_visible()
    row.get_by_role("link", name="Trust records").click()
    page.get_by_role("button", name="End it now").click()
    page.wait_for_url("**/exposure/?tab=external&q=**")
    expect(row.get_by_text("trusted", exact=True)).to_have_count(0)
    assert Trust.objects.get(party=PARTY).reason == "Contract 77"


def test_the_keys_lead_there(page: Page, cast: Cast) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/exposure/")
    expect(page.get_by_role("heading", name="Exposure", level=1)).to_be_visible()
