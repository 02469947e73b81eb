"""Second factors in a real browser: a key that the browser plays, under the content security policy."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as django_settings
from playwright.sync_api import BrowserContext, Page, expect

from inventory.models import SignInRule, User

PASSWORD = "correct horse battery staple"


@pytest.fixture
def at_home(visitor: Page, context: BrowserContext, live_server: Any) -> str:
    """The server under the name localhost, where browsers let keys be used without TLS, and a key that says yes."""
    devtools = context.new_cdp_session(visitor)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "usb", "hasResidentKey": False, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True}})  # fmt: skip
    return str(live_server.url).replace("127.0.0.1", "localhost")


def sign_in(page: Page, home: str) -> None:
    page.goto(f"{home}/sign-in/login/")
    page.get_by_label("Username").fill("vera")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_security_key_is_set_up_where_it_is_compulsory_and_signs_in_afterwards(
    visitor: Page, vera: User, at_home: str, watch: Any, axe: Callable[[Page], list[str]]
) -> None:
    watch.own = at_home.removeprefix("http://")
    SignInRule.objects.create(second_factor="all")
    sign_in(visitor, at_home)
    visitor.wait_for_url("**/sign-in/mfa/")
    assert axe(visitor) == []
    visitor.get_by_role("link", name="Add a key").click()
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Go on").click()
    visitor.get_by_label("Name").fill("blue key")
    assert axe(visitor) == []
    visitor.get_by_role("button", name="Add").click()
    visitor.wait_for_url("**/sign-in/mfa/")
    visitor.get_by_role("link", name="Make recovery codes").click()
    visitor.get_by_role("button", name="Make ten new codes").click()
    expect(visitor.get_by_role("list", name="Your recovery codes").get_by_role("listitem")).to_have_count(10)
    assert axe(visitor) == []
    visitor.context.clear_cookies(name=django_settings.SESSION_COOKIE_NAME)
    sign_in(visitor, at_home)
    visitor.get_by_role("button", name="Use the key").click()
    visitor.wait_for_url(lambda url: "/sign-in/" not in url)
    visitor.goto(f"{at_home}/sign-in/mfa/webauthn/")
    expect(visitor.locator("main")).to_contain_text("blue key")


def test_without_a_key_at_hand_the_page_says_so(visitor: Page, vera: User, at_home: str, watch: Any) -> None:
    watch.own = at_home.removeprefix("http://")
    sign_in(visitor, at_home)
    visitor.wait_for_url(lambda url: "/sign-in/" not in url)
    visitor.goto(f"{at_home}/sign-in/mfa/webauthn/add/")
    visitor.get_by_label("Password").fill(PASSWORD)
    visitor.get_by_role("button", name="Go on").click()
    visitor.wait_for_url("**/sign-in/mfa/webauthn/add/")
    refused = "() => Promise.reject(new DOMException('no', 'NotAllowedError'))"
    visitor.evaluate(f"() => {{ navigator.credentials.create = {refused} }}")
    visitor.get_by_role("button", name="Add").click()
    visitor.get_by_text("The browser gave no answer of a key.").wait_for()
