"""Overview, functions, identities and changes in a browser: keys, copying, times, folding, and without a script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from findings.pages.function.view import TABS
from inventory.models import Function
from tests.browser.hostile import build_hostile
from tests.cast import Cast, build_cast


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build_cast()


@pytest.fixture
def addresses(cast: Cast) -> list[str]:
    uid, gone = cast.functions["thumbnails"].uid, cast.functions["legacy"].uid
    unread, identity = cast.functions["invoices"].uid, cast.identities["office-shared"].uid
    tabs = ["", *(f"{name}/" for name in TABS if name != "overview")]
    return [
        "/", "/compliance/", "/compliance/cis-aws-compute/", "/compliance/cis-aws-compute/4.6/",
        "/exposure/", "/exposure/?tab=external", "/exposure/?tab=external&view=matrix", "/exposure/trusted/",
        "/exposure/trust/?provider=aws&party=999988887777",
        "/identities/", f"/identities/{identity}/",
        f"/identities/{identity}/graph/", "/changes/", *(f"/functions/{uid}/{tab}" for tab in tabs),
        f"/functions/{gone}/", f"/functions/{unread}/access/", f"/functions/{unread}/history/", "/nothing/here/",
        "/sign-in/password/change/", "/sign-in/logout/",
    ]  # fmt: skip


@pytest.fixture
def hostile(transactional_db: None) -> list[Function]:
    return build_hostile()


def test_keys_move_without_a_mouse(page: Page, cast: Cast) -> None:
    page.goto("/")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("c")
    page.wait_for_url("**/changes/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.locator(".row-here")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/history/?to=*")


def test_brackets_walk_through_revisions(page: Page, hostile: list[Function]) -> None:
    uid = hostile[0].uid
    page.goto(f"/functions/{uid}/history/?from=1&to=2")
    assert page.locator("[data-later]").count() == 0
    page.goto(f"/functions/{uid}/history/?from=1&to=1")
    page.keyboard.press("]")
    page.wait_for_url("**/history/?from=2&to=2")


def test_single_letter_keys_can_be_turned_off(page: Page, cast: Cast) -> None:
    page.goto("/")
    page.locator("[data-open-keys]").click()
    page.get_by_label("Single-letter keys are on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys")).to_be_hidden()


def test_keys_never_fire_while_typing(page: Page, cast: Cast) -> None:
    page.goto("/identities/")
    page.get_by_label("Query", exact=True).fill("g")
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    assert page.url.endswith("/identities/")


def test_an_id_is_copied_and_said(context: BrowserContext, page: Page, cast: Cast) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/functions/{cast.functions['checkout'].uid}/")
    page.get_by_role("button", name="Copy the id").click()
    expect(page.locator("#spoken")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == cast.functions["checkout"].native_id


def test_times_and_theme_stay_as_chosen(page: Page, cast: Cast) -> None:
    page.goto("/changes/")
    page.locator("[data-toggle-times]").click()
    expect(page.locator(".feed-when time").first).to_have_text("2026-03-03 09:00 UTC")
    page.locator("[data-toggle-theme]").click()
    page.locator("[data-toggle-theme]").click()
    page.goto("/identities/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.locator("td time").first).to_have_text("2026-03-02 09:00 UTC")


def test_settings_are_found_on_the_page(page: Page, cast: Cast) -> None:
    page.goto(f"/functions/{cast.functions['mailer'].uid}/configuration/")
    page.get_by_placeholder("Show only settings with").fill("smtp")
    expect(page.get_by_text("SMTP_PASSWORD")).to_be_visible()
    expect(page.get_by_text("python3.13", exact=True).last).to_be_hidden()
    expect(page.locator("[data-find-count]")).to_have_text("1 of them")


def test_a_folded_run_opens_in_place(page: Page, cast: Cast) -> None:
    page.goto(f"/functions/{cast.functions['checkout'].uid}/history/")
    before = page.locator(".diff tr:visible").count()
    page.locator("[data-unfold]").first.click()
    expect(page.locator(".diff tr:visible").nth(before)).to_be_visible()
    assert "unfold" not in page.url


def test_everything_reads_without_javascript(context: BrowserContext, page: Page, addresses: list[str]) -> None:
    browser = context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False, storage_state=context.storage_state())
    reader = plain.new_page()
    page.goto("/")
    origin = page.evaluate("location.origin")
    for address in addresses:
        answer = reader.goto(origin + address)
        assert answer is not None
        assert answer.status in (200, 404)
        assert reader.locator("h1").count() == 1, address
    reader.goto(f"{origin}/functions/{Function.objects.get(name='checkout').uid}/history/")
    reader.locator("[data-unfold]").first.click()
    expect(reader).to_have_url(re.compile("unfold=1"))
    plain.close()


def test_no_page_asks_for_more_than_twenty_files(page: Page, cast: Cast) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/functions/{cast.functions['checkout'].uid}/history/")
    page.wait_for_load_state("networkidle")
    assert len(asked) <= 20, asked
