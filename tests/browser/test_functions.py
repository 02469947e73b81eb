"""The list of functions in a browser: keyboard, completions, facets, peek, faults in place; hostile names stay text."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from inventory.models import Function, SavedSearch, Tag, User
from tests.browser.hostile import build_hostile
from tests.cast import Cast, build_cast

Axe = Callable[[Page], list[str]]


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build_cast()


def opened(page: Page, address: str = "/functions/") -> None:
    page.goto(address)
    expect(page.locator("#facets .facet").first).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_completions_hinder_nobody(page: Page, cast: Cast, axe: Axe, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    opened(page)
    page.fill("#q", "runt")
    expect(page.locator(".completions li")).to_have_count(1)
    assert axe(page) == []


def test_the_table_fits_a_wide_window(page: Page, cast: Cast) -> None:
    opened(page)
    table = page.locator(".listing-frame").first
    assert table.evaluate("it => it.scrollWidth - it.clientWidth") <= 0


def test_a_query_is_completed_with_the_keyboard_alone(page: Page, cast: Cast) -> None:
    opened(page)
    page.keyboard.press("/")
    page.keyboard.type("priv")
    expect(page.get_by_role("option").first).to_contain_text("privilege:")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("option").first).to_contain_text("admin")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value("privilege:admin ")
    page.keyboard.press("Escape")
    page.focus("#q")
    page.keyboard.press("Enter")
    expect(page.locator("tr[data-row]")).to_have_count(1)


def test_a_wrong_query_is_told_in_place_and_the_list_stays(page: Page, cast: Cast) -> None:
    opened(page)
    page.fill("#q", "mail privilege:root")
    page.keyboard.press("Enter")
    expect(page.locator("#fault mark")).to_have_text("root")
    expect(page.locator("#fault")).to_contain_text("near-admin")
    expect(page.locator("tr[data-row]")).to_have_count(5)
    assert page.url.endswith("/functions/")


def test_a_click_on_a_facet_adds_and_with_shift_excludes(page: Page, cast: Cast) -> None:
    opened(page)
    page.locator("#facets a[data-exclude]", has_text="nodejs16.x").click()
    expect(page.locator("#q")).to_have_value("runtime:nodejs16.x")
    expect(page.locator("#facets a[data-exclude]", has_text="nodejs16.x")).to_have_attribute("aria-current", "true")
    page.locator("#facets a[data-exclude]", has_text="nodejs16.x").click()
    expect(page.locator("#q")).to_have_value("")
    page.locator("#facets a[data-exclude]", has_text="nodejs16.x").click(modifiers=["Shift"])
    expect(page.locator("#q")).to_have_value("-runtime:nodejs16.x")
    page.locator("summary", has_text="Trigger").click()
    expect(page.locator("#facets a[data-exclude]", has_text="schedule")).to_be_visible()


def test_peek_opens_beside_the_list_and_is_in_the_address(page: Page, cast: Cast) -> None:
    opened(page, "/functions/?q=mail")
    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator("#peek h2")).to_have_text("mailer")
    expect(page).to_have_url(re.compile(f"peek={cast.functions['mailer'].uid}"))
    page.keyboard.press("Escape")
    expect(page.locator("#peek > *")).to_have_count(0)
    expect(page).not_to_have_url(re.compile("peek"))
    page.go_back()
    expect(page.locator("#peek h2")).to_have_text("mailer")


def test_everything_works_without_script(browser: object, live_server: object, cast: Cast, context: BrowserContext,
                                         page: Page) -> None:  # fmt: skip
    cookies = context.cookies()
    still = context.browser.new_context(java_script_enabled=False, base_url=live_server.url)  # type: ignore[union-attr,attr-defined]
    still.add_cookies(cookies)  # type: ignore[arg-type]
    plain = still.new_page()
    plain.goto("/functions/")
    plain.fill("#q", "runtime:python")
    plain.click("form.query button")
    expect(plain.locator("tr[data-row]")).to_have_count(4)
    plain.get_by_text("Show filters with counts").click()
    plain.get_by_label("Exclude Privilege admin").click()
    expect(plain.locator("#q")).to_have_value("runtime:python -privilege:admin")
    plain.locator("thead a", has_text="Changed").click()
    expect(plain.locator("tr[data-row] th a").first).to_have_text("checkout")
    plain.locator("[data-peek]").first.click()
    expect(plain.locator("#peek h2")).to_have_text("checkout")
    still.close()


def test_hostile_names_stay_text(page: Page, transactional_db: None) -> None:
    functions = build_hostile()
    User.objects.update(preferences={"functions": {"columns": ["name", "tags", "identity", "key", "triggers"]}})
    owner = User.objects.get(username="vera")
    for number, function in enumerate(functions[:5]):
        SavedSearch.objects.create(owner=owner, slug=f"s{number}", name=function.name[:120], query=f'"{number}"')
    for address in ("/functions/?facets=1&size=250", "/functions/?q=<script>alert(1)</script>+privilege:root"):
        page.goto(address)
        assert (
            page.evaluate("document.querySelector('main').querySelectorAll('script, img, iframe, object').length") == 0
        )
    opened(page)
    page.locator("#facets summary", has_text="Tag").click()
    page.fill("#q", "tag.")
    page.wait_for_timeout(400)
    for function in Function.objects.filter(pk__in=[one.pk for one in functions[:5]]):
        page.goto(f"/functions/?peek={function.uid}&q=tag.{Tag.objects.filter(function=function).count()}:x")
        expect(page.locator("#peek")).to_contain_text(function.native_id[-8:])
