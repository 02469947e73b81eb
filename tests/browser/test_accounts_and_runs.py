"""Accounts and runs in a browser: live progress, accessibility in both themes, narrow windows, no script errors."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from collectors.models import ConnectionTest, Run, RunScope
from inventory.models import User
from tests.collectors.pages.conftest import World, world

__all__ = ["world"]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def vera(transactional_db: None) -> User:
    """Vera administers the installation here: she sees the buttons, too."""
    return User.objects.create_user("vera", password="correct horse battery staple", role="admin")


def check(call: str, outcome: str, note: str = "") -> dict[str, object]:
    return {"call": call, "outcome": outcome, "seconds": 0.1, "note": note, "permission": call, "optional": False}


@pytest.fixture
def addresses(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr("collectors.pages.account.permissions_document", lambda *_: '{"Version": "2012-10-17"}')
    ConnectionTest.objects.create(
        account=world.lab,
        asked_at=timezone.now(),
        finished_at=timezone.now(),
        checks=[check("lambda:ListFunctions", "ok"), check("lambda:GetPolicy", "denied", "Refused.")],
    )
    pages = ["/settings/system/", "/settings/system/licences/"]
    return [
        *pages,
        "/accounts/",
        f"/accounts/{world.lab.pk}/",
        "/accounts/add/aws/",
        "/runs/",
        f"/runs/{world.run.pk}/",
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_page_hinders_anybody(page: Page, addresses: list[str], axe: Axe, theme: str) -> None:
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        for closed in page.locator("details:not(.menu)").all():
            closed.evaluate("it => it.open = true")
        assert axe(page) == [], address


def test_nothing_is_cut_off_at_320_pixels(page: Page, addresses: list[str]) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    for address in addresses:
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address


def test_a_run_shows_its_progress_without_a_reload_and_then_rests(page: Page, world: World) -> None:
    run = Run.objects.create(
        account=world.prod, state=Run.State.RUNNING, queued_at=timezone.now(), started_at=timezone.now()
    )
    for name in ("eu-west-1", "us-east-1"):
        RunScope.objects.create(run=run, name=name, state="running")
    page.goto(f"/runs/{run.pk}/")
    expect(page.get_by_text("0 of 2 scopes read")).to_be_visible()
    run.scopes.filter(name="eu-west-1").update(state="complete", finished_at=timezone.now())
    expect(page.get_by_text("1 of 2 scopes read")).to_be_visible()
    expect(page.locator("#spoken")).to_have_text("50 percent of the scopes are read.")
    run.scopes.update(state="complete", finished_at=timezone.now())
    Run.objects.filter(pk=run.pk).update(state=Run.State.SUCCEEDED, finished_at=timezone.now())
    expect(page.get_by_role("heading", name="What changed in this run")).to_be_visible()
    expect(page.locator("#spoken")).to_have_text("The run has succeeded.")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)
    assert asked == []
