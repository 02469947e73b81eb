"""Runs in a browser: live progress."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from collectors.models import Run, RunScope
from inventory.models import User
from tests.collectors.pages.conftest import World, world

__all__ = ["world"]


@pytest.fixture
def vera(transactional_db: None) -> User:
    """Vera administers the installation here: she sees the buttons, too."""
    return User.objects.create_user("vera", password="correct horse battery staple", role="admin")


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
