"""Overview, functions, identities and changes in a browser: for everybody, in both themes, at every width, unharmed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from findings.pages.function.view import TABS
from inventory.models import Function, Identity
from tests.browser.hostile import PAYLOADS, TAGS, build_hostile
from tests.cast import Cast, build_cast

Axe = Callable[[Page], list[str]]

#: What no text of a cloud may have become: elements of these names inside the page's content, and htmx attributes.
GROWN = """names => {
  const within = document.querySelector('main');
  const own = new Set(['svg', 'input', 'form', 'button', 'details', 'link', 'meta', 'style', 'script']);
  const found = names.filter(name => !own.has(name) && within.querySelector(name));
  for (const element of document.querySelectorAll('*'))
    for (const attribute of element.attributes) {
      if (/^(data-)?hx-|^on/.test(attribute.name)) found.push(attribute.name);
      if (['href', 'src', 'action'].includes(attribute.name) && /^\\s*(javascript|data):/i.test(attribute.value))
        found.push(attribute.value);
    }
  const heads = within.querySelectorAll('script:not([src]), style, link, meta, base');
  for (const element of heads) found.push(element.tagName);
  return found;
}"""


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
        "/identities/", f"/identities/{identity}/", "/changes/", *(f"/functions/{uid}/{tab}" for tab in tabs),
        f"/functions/{gone}/", f"/functions/{unread}/access/", f"/functions/{unread}/history/", "/nothing/here/",
        "/sign-in/password/change/", "/sign-in/logout/",
    ]  # fmt: skip


def opened(page: Page, address: str) -> None:
    page.goto(address)
    for closed in page.locator("main details").all():
        closed.evaluate("it => it.open = true")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_hinders_anybody(page: Page, addresses: list[str], axe: Axe, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    faults = {}
    for address in addresses:
        opened(page, address)
        if found := axe(page):
            faults[address] = found
    assert not faults


@pytest.mark.parametrize("width", [320, 768, 1440])
def test_nothing_is_cut_off(page: Page, addresses: list[str], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    for address in addresses:
        opened(page, address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


@pytest.fixture
def hostile(transactional_db: None) -> list[Function]:
    return build_hostile()


def hostile_addresses(functions: list[Function]) -> Iterator[str]:
    yield from ("/", "/changes/", "/identities/?used=all", "/accounts/")
    yield from (f"/identities/{identity.uid}/" for identity in Identity.objects.all())
    for function in functions:
        yield f"/functions/{function.uid}/"
    for name in TABS:
        yield f"/functions/{functions[0].uid}/{name}/"
        yield f"/functions/{functions[-1].uid}/{name}/"


def test_texts_of_a_cloud_are_shown_and_never_run(page: Page, hostile: list[Function]) -> None:
    assert len(PAYLOADS) >= 60
    for address in hostile_addresses(hostile):
        page.goto(address)
        assert page.title().endswith("Fanlight"), address
        assert page.evaluate(GROWN, list(TAGS)) == [], address
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def test_a_hostile_name_stands_on_the_page_letter_for_letter(page: Page, hostile: list[Function]) -> None:
    for function in hostile:
        page.goto(f"/functions/{function.uid}/")
        assert page.locator("h1").text_content() == function.name
        page.goto(f"/functions/{function.uid}/configuration/")
        names = page.locator(".variables th[scope=row]").all_text_contents()
        assert set(names) <= {payload.replace("\r\n", "\n") for payload in PAYLOADS}
        assert len(names) == 14


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
    assert page.locator(".row-here").count() == 1
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
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
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
    assert page.locator(".diff tr:visible").count() > before
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
    assert "unfold=1" in reader.url
    plain.close()


def test_no_page_asks_for_more_than_twenty_files(page: Page, cast: Cast) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/functions/{cast.functions['checkout'].uid}/history/")
    page.wait_for_load_state("networkidle")
    assert len(asked) <= 20, asked
