"""A refusal repeats what was asked, and never as markup (R-24, R-45)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from inventory.models import User
from tests.cast import Cast
from tests.routes import address_of, routes

pytestmark = pytest.mark.django_db


def test_a_refusal_repeats_nothing_as_markup(cast: Cast, client: Client, settings: Any) -> None:
    """What was asked stands in the sentence of a refusal; on a page escaped, elsewhere as plain text."""
    settings.EXPORTS_AN_HOUR = 0
    client.force_login(User.objects.create_user("chief", role="admin"))
    hostile, refusals = "<b>x</b>", 0
    for route in routes():
        if route.foreign or route.api or "GET" not in (route.needs or {}):
            continue
        for name, value in {"q": f"privilege:{hostile}", "columns": hostile, "at": hostile, "sort": hostile}.items():
            answer: Any = client.get(address_of(route, cast), {name: value})
            if answer.status_code == 400 or answer.get("Content-Type", "").startswith("text/html"):
                refusals += answer.status_code == 400
                assert hostile not in body_as_html(answer), f"{route.name}?{name}"
    assert refusals > 10, "the walk has lost its way"


def body_as_html(answer: Any) -> str:
    """What a browser would read as markup."""
    if not answer.get("Content-Type", "text/html").startswith("text/html"):
        return ""
    told = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(told.decode())
