"""The exposure page in a browser: for everybody, at every width, and trust that is given and ended without a script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from findings.evaluate import judge_account
from inventory.models import Trust, User
from tests.cast import DAY_TWO, Cast, build_cast
from tests.many import copy_mailer

Axe = Callable[[Page], list[str]]
PARTY = "900000000002"
ADDRESSES = (
    "/exposure/", "/exposure/?tab=external", "/exposure/?tab=external&view=matrix", "/exposure/?tab=internal",
    "/exposure/?q=narrows:perhaps", "/exposure/trusted/", f"/exposure/trust/?provider=aws&party={PARTY}",
)  # fmt: skip


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The cast, judged, with ten functions that are open to ten outside accounts."""
    found = build_cast()
    judge_account(found.account, DAY_TWO)
    copy_mailer(found, 10)
    return found


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_hinders_nobody(page: Page, cast: Cast, axe: Axe, theme: str) -> None:
    User.objects.update(role="operator")
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    for address in (*ADDRESSES, f"/functions/{cast.functions['thumbnails'].uid}/access/"):
        page.goto(address)
        assert axe(page) == [], address


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_is_cut_off(page: Page, cast: Cast, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for address in ADDRESSES:
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


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
    expect(row.get_by_text("trusted", exact=True)).to_have_count(0)
    assert Trust.objects.get(party=PARTY).reason == "Contract 77"


def test_the_keys_lead_there(page: Page, cast: Cast) -> None:
    page.goto("/")
    page.keyboard.press("g")
    page.keyboard.press("e")
    page.wait_for_url("**/exposure/")
    expect(page.get_by_role("heading", name="Exposure", level=1)).to_be_visible()
