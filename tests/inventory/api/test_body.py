"""What a body may be: JSON of at most 1 MB and 50 levels, with the fields that there are and no others."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from rest_framework.exceptions import ParseError

from inventory.api.body import DEEPEST, MOST_BYTES, Bounded, TooLarge, depth_of
from tests.cast import Cast

TRIAGE = "/api/v1/findings/triage/"


@pytest.fixture
def api(cast: Cast, client: Client) -> Client:
    cast.analyst.role = "analyst"
    cast.analyst.save()
    client.force_login(cast.analyst)
    return client


def sent(api: Client, body: Any, kind: str = "application/json") -> Any:
    return api.post(TRIAGE, body if isinstance(body, bytes) else json.dumps(body).encode(), content_type=kind)


ASKED = {"action": "comment", "reason": "seen", "q": "", "number": 0}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"a":' * 60 + b"1" + b"}" * 60, 400),
        (b'{"q":"' + b"a" * MOST_BYTES + b'"}', 413),
        (b" " * 3_000_000, 413),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"number": NaN}', 400),
        (b'{"q": "", "q": "name:x"}', 400),
        (b'"text"', 400),
        (b"[]", 400),
        (b"null", 400),
        (b"", 400),
        (b"9" * 10_000, 400),
    ],
    ids=[
        "brackets",
        "deep",
        "large",
        "blank",
        "cut",
        "bytes",
        "nan",
        "twice",
        "text",
        "list",
        "null",
        "none",
        "digits",
    ],
)
def test_a_bomb_is_refused_before_anything_is_made_of_it(api: Client, body: bytes, status: int) -> None:
    answer = sent(api, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content[:300]
    assert answer.json()["status"] == status


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", "image/png"])
def test_only_json_is_read(api: Client, kind: str) -> None:
    answer = sent(api, b"action=comment", kind)
    assert (answer.status_code, answer.json()["title"]) == (415, "Unsupported Media Type")


def test_only_json_is_answered(api: Client) -> None:
    answer = api.get("/api/v1/functions/", headers={"accept": "application/xml"})
    assert (answer.status_code, answer["Content-Type"]) == (406, "application/problem+json")


def test_a_field_that_there_is_not_is_refused_and_nothing_done(api: Client) -> None:
    assert sent(api, ASKED).status_code == 200
    answer = sent(api, {**ASKED, "state": "resolved", "assignee_id": 1})
    assert (answer.status_code, sorted(answer.json()["errors"])) == (400, ["assignee_id", "state"])


def test_methods_that_there_are_not_are_told_with_those_that_are(api: Client) -> None:
    answer = api.delete("/api/v1/functions/")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert "GET" in answer["Allow"]


def test_depth_is_counted_outside_of_strings() -> None:
    assert depth_of('{"a": "[[[[", "b\\"": [1, {"c": "}"}]}') == 3
    assert depth_of("[" * 10_000) == DEEPEST + 1
    assert Bounded().parse(BytesIO(b"[" * DEEPEST + b"]" * DEEPEST))
    with pytest.raises(ParseError, match="levels"):
        Bounded().parse(BytesIO(b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1)))
    with pytest.raises(TooLarge):
        Bounded().parse(BytesIO(b" " * (MOST_BYTES + 1)))
