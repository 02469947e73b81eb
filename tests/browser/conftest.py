"""A real Chromium against a live server; every page watched for errors, policy violations and foreign requests.

A test takes `page` (signed in as Vera) or `visitor` (not signed in); no script error and no violation of the content
security policy goes unseen on either. `axe(page)` gives accessibility violations.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from inventory.models import User

# Playwright's synchronous interface runs an event loop in this thread; Django would refuse the ORM there.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
#: Page (and whether only colours matter) → violations.
Axe = Callable[..., list[str]]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))


def _chromium() -> str | None:
    """The machine's Chromium; None when there is none. PLAYWRIGHT_CHROMIUM names another."""
    named = os.environ.get("PLAYWRIGHT_CHROMIUM")
    names = [named] if named else ["chromium", "chromium-browser", "google-chrome"]
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    chromium = _chromium()
    if chromium is None:
        reason = "No Chromium on this machine (Debian: apt-get install chromium); the tests in a browser did not run."
        if os.environ.get("FANLIGHT_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


class Watch:
    """What went wrong on the pages of one context: script errors, policy violations, requests to foreign hosts."""

    def __init__(self, own: str) -> None:
        self.own = urlsplit(own).netloc
        self.problems: list[str] = []
        self.requests: list[str] = []
        # A refused form or a missing object is answered with 4xx on purpose; Chromium logs those as errors too.
        self.expected: tuple[str, ...] = ("the server responded with a status of 4",)

    def follow(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("console", lambda line: self._console(line.type, line.text))
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url))

    def _console(self, kind: str, text: str) -> None:
        if kind == "error" and not any(words in text for words in self.expected):
            self.problems.append(f"console: {text}")

    def _dialog(self, dialog: Any) -> None:
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        self.requests.append(url)
        address = urlsplit(url)
        if address.scheme in ("http", "https") and address.netloc != self.own:
            self.problems.append(f"foreign request: {url}")


@pytest.fixture
def watch(live_server: Any) -> Watch:
    return Watch(live_server.url)


@pytest.fixture
def context(browser: Browser, live_server: Any, watch: Watch) -> Iterator[BrowserContext]:
    """A fresh browser profile of 1440 × 900; the test fails afterwards when its pages had problems."""
    made = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900}, bypass_csp=False)
    made.on("page", watch.follow)
    yield made
    made.close()
    assert watch.problems == []


@pytest.fixture
def visitor(context: BrowserContext) -> Page:
    """A page of someone who has not signed in."""
    return context.new_page()


@pytest.fixture
def vera(transactional_db: None) -> User:
    """Vera, who looks at everything."""
    return User.objects.create_user("vera", password="correct horse battery staple")


@pytest.fixture
def page(context: BrowserContext, live_server: Any, vera: User) -> Page:
    """A page signed in as Vera."""
    client = Client()
    client.force_login(vera)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": live_server.url}])
    return context.new_page()


@pytest.fixture
def axe() -> Axe:
    """Accessibility violations of a page as `rule: element` lines; the tool is injected past the policy on purpose.

    `colours` asks only for what another theme can change: elements stay the same, colours do not.
    """
    if not AXE.exists():
        pytest.fail("axe-core is not installed: run scripts/setup.sh dev.")

    source = AXE.read_text() + "\n;0"

    def violations(page: Page, colours: bool = False) -> list[str]:
        if page.evaluate("typeof axe === 'undefined'"):
            page.evaluate(source)
        only = {"type": "rule", "values": COLOUR_RULES} if colours else {"type": "tag", "values": AXE_TAGS}
        found = page.evaluate("only => axe.run(document, {runOnly: only, resultTypes: ['violations']})", only)
        return [f"{rule['id']}: {node['html'][:200]}" for rule in found["violations"] for node in rule["nodes"]]

    return violations
