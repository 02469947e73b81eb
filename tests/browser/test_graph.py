"""The graph in a browser: looking closer, walking by keys, putting something else into the middle, saving a picture."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from inventory.models import Posture
from inventory.record import conclude
from tests.cast import DAY_TWO, THUMBNAILS_URL, build_cast


def test_the_graph_is_walked_by_keys_and_saved_as_a_picture(page: Page) -> None:
    cast = build_cast()
    way = {"principal": "*", "kind": "everyone", "level": "public_anonymous", "via": f"function URL {THUMBNAILS_URL}"}
    conclude([Posture(function=cast.functions["thumbnails"], at=DAY_TWO, privilege="write", invoke="public_anonymous",
                      reach="internet", egress="internet", because={"invoke": [way]})])  # fmt: skip
    page.goto(f"/functions/{cast.functions['thumbnails'].uid}/graph/")
    stranger = page.locator('a[data-node="origin:public_anonymous"]')
    stranger.click()
    expect(page.locator("#peek h2")).to_have_text("Anyone on the internet")
    expect(page).to_have_url(re.compile("peek="))
    page.keyboard.press("Escape")
    expect(page.locator("#peek")).to_be_empty()
    expect(stranger).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    role = page.locator(f'a[data-node="identity:{cast.identities["thumbnails"].uid}"]')
    expect(role).to_be_focused()
    with page.expect_download() as saved:
        page.click("[data-png]")
    assert saved.value.suggested_filename == "graph_thumbnails.png"
    role.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#graph-title")).to_have_text("Around thumbnails")
    expect(page).to_have_url(re.compile("focus=identity"))
