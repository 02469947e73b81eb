"""Choosing rules for an alert in a browser: by searching, by group, with the keyboard, and without JavaScript."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from findings.models import Alert, Channel
from findings.rule_set import named, subjects
from tests.browser.conftest import Axe

TRUST = next(group for group in subjects() if group.name == "trust")


@pytest.fixture
def channel(transactional_db: None) -> Channel:
    return Channel.objects.create(name="mail", kind="email", recipients=["a@example.com"])


def choose(page: Page, channel: Channel) -> None:
    """From an empty form to an alert of a searched rule and a whole subject, Enter being pressed to search."""
    page.goto("/settings/alerts/new/")
    expect(page.locator(".rule-picker")).to_contain_text("Any rule")
    page.locator("#id_name").fill("Outsiders")
    page.get_by_label("Find rules").fill("public_invoke")
    page.keyboard.press("Enter")
    expect(page.get_by_text("found for “public_invoke”")).to_be_visible()
    expect(page.locator("#id_name")).to_have_value("Outsiders")
    page.locator('[name="rules"][value="public_invoke"]').check()
    page.get_by_role("button", name="Show all").click()
    expect(page.get_by_label("Chosen rules")).to_contain_text("public_invoke")
    page.locator("summary", has_text="Trust").click()
    page.get_by_label(f"All {len(TRUST.rules)} of trust").check()
    page.locator("#id_channel").select_option(str(channel.pk))
    page.locator("#id_name").press("Enter")
    expect(page.get_by_label("Chosen rules").locator("li")).to_have_count(len(TRUST.rules) + 1)
    assert set(Alert.objects.get().rules) == {"public_invoke", *named(["subject:trust"])}


def test_rules_are_chosen_by_search_and_group(page: Page, channel: Channel, axe: Axe) -> None:
    choose(page, channel)
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        assert axe(page) == []
    for width in (320, 390, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_rules_are_chosen_without_javascript(
    page: Page, channel: Channel, browser: Browser, context: BrowserContext, live_server: Any
) -> None:
    plain = browser.new_context(
        java_script_enabled=False, storage_state=context.storage_state(), base_url=live_server.url
    )
    choose(plain.new_page(), channel)
    plain.close()
