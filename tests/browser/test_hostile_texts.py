"""Texts that would like to be markup or script: shown letter for letter on every page, and never run."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page

from findings.pages.function.view import TABS
from inventory.models import Function, Identity, User
from tests.browser.conftest import Watch
from tests.browser.faults import NOTED, QUIET, UNFOLDED
from tests.browser.hostile import PAYLOADS, TAGS, build_hostile
from tests.browser.hostile_words import build_words, where_they_stand
from tests.browser.test_every_page import ELSEWHERE
from tests.cast import Cast
from tests.routes import address_of, routes

#: What no text may have become: elements of these names in the content, and attributes of htmx or of events. Our own
#: pages have htmx attributes too, never with an address of the payloads; our own templates are named.
GROWN = """names => {
  const within = document.querySelector('main');
  const own = new Set(['svg', 'input', 'form', 'button', 'details', 'link', 'meta', 'style', 'script', 'template']);
  const found = names.filter(name => !own.has(name) && within.querySelector(name));
  for (const element of document.querySelectorAll('*'))
    for (const attribute of element.attributes) {
      if (/^(data-hx-|hx-on|on)/.test(attribute.name)) found.push(attribute.name);
      if (attribute.name === 'hx-get' && ['/', '/accounts/'].includes(attribute.value)) found.push(attribute.value);
      if (['href', 'src', 'action'].includes(attribute.name) && /^\\s*(javascript|data):/i.test(attribute.value))
        found.push(attribute.value);
    }
  for (const element of within.querySelectorAll('template:not([data-peek-of])')) found.push(element.tagName);
  const heads = within.querySelectorAll('script:not([src]), style, link, meta, base');
  for (const element of heads) found.push(element.tagName);
  return found;
}"""


@pytest.fixture
def hostile(transactional_db: None) -> list[Function]:
    return build_hostile()


@pytest.fixture
def world(hostile: list[Function], vera: User, monkeypatch: pytest.MonkeyPatch) -> Cast:
    for place in ("account", "accounts"):
        monkeypatch.setattr(f"collectors.pages.{place}.permissions_document", lambda *_: PAYLOADS[0])
    vera.role = "admin"
    return build_words(hostile, vera)


def harmed(page: Page, watch: Watch, address: str) -> list[str]:
    """What came of the texts on one page."""
    page.goto(address)
    page.wait_for_function(QUIET)
    page.evaluate(UNFOLDED)
    page.wait_for_function(QUIET)
    found = [*page.evaluate(GROWN, list(TAGS)), *page.evaluate("window.refusedByPolicy"), *watch.problems]
    watch.problems.clear()
    if not page.title().endswith("Fanlight"):
        found.append(f"the title is {page.title()}")
    if page.evaluate("document.scrollingElement.scrollWidth > innerWidth"):
        found.append("something sticks out")
    return found


def every_address(page: Page, cast: Cast, functions: list[Function]) -> list[str]:
    """Every page about these objects, and everything about the first and the last function."""
    found = []
    for route in routes():
        if "GET" in (route.needs or {}) and not route.api and route.name not in ELSEWHERE:
            address = address_of(route, cast)
            answer = page.request.get(address, max_redirects=0)
            if answer.status < 300 and "<!doctype" in answer.text()[:100].lower():
                found.append(address)
    for function in (functions[0], functions[-1]):
        found += [f"/functions/{function.uid}/{name}/" for name in TABS if name != "overview"]
    found += [f"/functions/{function.uid}/" for function in functions]
    found += [f"/identities/{identity.uid}/" for identity in Identity.objects.all()]
    return [*dict.fromkeys(found), "/identities/?used=all", f"/functions/?peek={functions[0].uid}&facets=1"]


def test_no_text_runs_or_becomes_markup_on_any_page(
    page: Page, context: BrowserContext, watch: Watch, world: Cast, hostile: list[Function]
) -> None:
    assert len(PAYLOADS) >= 60
    context.add_init_script(NOTED)
    addresses = every_address(page, world, hostile)
    assert len(addresses) > 70, "the walk has lost its way"
    faults = {address: found for address in addresses if (found := harmed(page, watch, address))}
    context.clear_cookies()
    if found := harmed(page, watch, "/sign-in/login/"):
        faults["signing in"] = found
    assert not faults, "\n" + "\n".join(f"{address}: {found}" for address, found in faults.items())


def plain(text: str) -> str:
    """A text as a reader sees it, where runs of white space are one space."""
    return " ".join(text.split())


def test_what_people_typed_stands_there_letter_for_letter(page: Page, world: Cast) -> None:
    missing = {}
    for address, texts in where_they_stand(world):
        page.goto(address)
        shown = plain(str(page.locator("main").text_content()))
        if absent := [text for text in texts if plain(text) not in shown]:
            missing[address] = absent
    page.goto("/")
    assert page.locator(".menu-who b").text_content() == f"{PAYLOADS[3]} {PAYLOADS[0]}"
    assert not missing, "\n" + "\n".join(f"{address}: {texts}" for address, texts in missing.items())


def test_a_hostile_name_stands_on_the_page_letter_for_letter(page: Page, hostile: list[Function]) -> None:
    for function in hostile:
        page.goto(f"/functions/{function.uid}/")
        assert page.locator("h1").text_content() == function.name
        page.goto(f"/functions/{function.uid}/configuration/")
        names = page.locator(".variables th[scope=row]").all_text_contents()
        assert set(names) <= {payload.replace("\r\n", "\n") for payload in PAYLOADS}
        assert len(names) == 14
