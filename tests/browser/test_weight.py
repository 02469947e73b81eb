"""What a list weighs: so many files, so many bytes; how long it takes is measured by `make bench`."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Page, Response

from tests.cast import Cast, build_cast
from tests.many import copy_mailer

LISTS = ("/functions/", "/functions/?size=100", "/identities/", "/findings/", "/changes/", "/accounts/", "/exposure/")
FILES, BYTES = 20, 250_000
#: Compressed by themselves already.
PACKED = ("font/", "image/png", "application/zip")


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    made = build_cast()
    copy_mailer(made, 120)
    return made


def weight(answer: Response) -> int:
    """Bytes of an answer compressed, as a proxy in front sends them; brotli makes less of them than gzip."""
    body = answer.body()
    return len(body) if answer.headers.get("content-type", "").startswith(PACKED) else len(gzip.compress(body, 6))


def test_a_list_page_is_light(page: Page, cast: Cast) -> None:
    came: list[Response] = []
    page.on("response", lambda answer: came.append(answer))
    for address in LISTS:
        came.clear()
        page.goto(address)
        page.wait_for_load_state("networkidle")
        answers = list(came)
        assert answers and answers[0].status == 200, address
        assert len(answers) <= FILES, f"{address}: {[answer.url for answer in answers]}"
        weights = {answer.url: weight(answer) for answer in answers if answer.ok}
        assert sum(weights.values()) <= BYTES, f"{address}: {weights}"
