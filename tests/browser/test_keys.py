"""The sheet of keys names every page, the keys lead there, and findings are triaged without a mouse."""

from __future__ import annotations

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from findings.evaluate import judge_account
from findings.models import Finding
from inventory.models import User
from inventory.templatetags.fanlight import PAGES
from tests.cast import DAY_TWO, Cast, build_cast


@pytest.fixture
def vera(transactional_db: None) -> User:
    """Vera administers the installation here: she sees every page."""
    return User.objects.create_user("vera", password="correct horse battery staple", role="admin")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return build_cast()


@pytest.fixture
def finding(cast: Cast) -> Finding:
    judge_account(cast.account, DAY_TWO)
    found: Finding = Finding.objects.filter(function__name="janitor").earliest("pk")
    return found


def test_the_sheet_of_keys_lists_every_page_and_they_lead_there(page: Page, cast: Cast) -> None:
    assert len({key for _, _, key in PAGES}) == len(PAGES), "two pages share a key"
    page.goto("/")
    page.keyboard.press("?")
    sheet = page.locator("#keys")
    expect(sheet).to_be_visible()
    for name, title, key in PAGES:
        assert sheet.get_by_role("row").filter(has=page.get_by_role("cell", name=title, exact=True)).locator(
            "kbd"
        ).all_text_contents() == ["g", key], name
    page.keyboard.press("Escape")
    for name, _, key in PAGES:
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**{reverse(name)}")


def test_findings_are_triaged_by_keys(page: Page, cast: Cast, finding: Finding) -> None:
    page.goto(f"/findings/?q=rule:{finding.rule}&view=flat")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator('.ticking input[name="pk"]:checked')).to_have_count(1)
    page.keyboard.press("s")
    expect(page.locator("[data-bulk-action]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("m")
    expect(page.get_by_text("1 finding changed.")).to_be_visible()
    page.wait_for_load_state()
    assert Finding.objects.filter(assignee__username="vera").count() == 1
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url("**/findings/*/")
    page.goto("/findings/?view=flat")
    page.keyboard.press("/")
    expect(page.get_by_label("Query", exact=True)).to_be_focused()
