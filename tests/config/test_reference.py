"""The API reference: it tells every operation, and every example in it runs as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import jsonschema
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from collectors.models import Run
from config.pages.reference import KEEP
from config.reference.example import Example
from config.reference.operations import EXAMPLES, SUBJECTS, schema, subjects
from findings.evaluate import judge_account
from findings.models import Finding
from inventory.clock import now
from inventory.models import ColumnSet, RevisionComment, SavedSearch, Trust, User
from inventory.models.tokens import make_token
from tests.cast import DAY_TWO, Cast, build_cast
from tests.routes import OBJECTS

Json = Any
OPERATIONS = [one for subject in subjects() for one in subject.operations]
#: Session, person, and one for each kind of id.
QUERIES = 6


@pytest.fixture
def ada(cast: Cast) -> User:
    """An admin who has one of everything that the examples are about."""
    return furnished(cast)


def furnished(cast: Cast) -> User:
    judge_account(cast.account, DAY_TWO)
    for fill in OBJECTS.values():
        fill(cast)
    owner = User.objects.create_user("ada", role="admin")
    ColumnSet.objects.create(owner=owner, name="Sizes", slug="sizes", columns=["name", "memory", "code-size"])
    SavedSearch.objects.create(owner=owner, name="Open doors", slug="open-doors", list_name="functions",
                               query="exposure:public")  # fmt: skip
    make_token(owner, "nightly report", "viewer", now(), now() + timedelta(days=9))
    revision = cast.functions["thumbnails"].resource.snapshots.get(number=1)
    RevisionComment.objects.create(snapshot=revision, at=DAY_TWO, by=owner, by_name="ada", text="Planned.")
    Trust.objects.create(provider="aws", party="210987654321", reason="They scan.", by=owner, by_name="ada", at=DAY_TWO,
                         until=now() + timedelta(days=9))  # fmt: skip
    return owner


def ids(cast: Cast) -> dict[str, str]:
    """Values of the examples' variables."""
    return {
        "FUNCTION": cast.functions["thumbnails"].uid,
        "IDENTITY": cast.identities["janitor-admin"].uid,
        "FINDING": str(Finding.objects.filter(rule="admin_identity").latest("pk").pk),
        "RUN": str(Run.objects.latest("pk").pk),
        "ALERT": str(OBJECTS["api-alert"](cast)["pk"]),
    }


def asked(client: Client, example: Example, names: Mapping[str, str]) -> Any:
    address = f"/api/v1/{example.filled(names)}"
    if example.method == "GET":
        return client.get(address, dict(example.query))
    body = "" if example.body is None else json.dumps(example.body)
    return client.generic(example.method, address, body, content_type="application/json")


def strict(told: Json) -> Json:
    """A schema of OpenAPI 3.0 as one of JSON Schema that knows no other fields, and asks for none: answers in short."""
    if isinstance(told, list):
        return [strict(one) for one in told]
    if not isinstance(told, dict):
        return told
    made = {name: strict(one) for name, one in told.items() if name not in ("required", "nullable")}
    if isinstance(told.get("properties"), dict):
        made |= {"additionalProperties": False}
    return {"anyOf": [made, {"type": "null"}]} if told.get("nullable") is True else made


def unfit(example: Example) -> list[str]:
    """What the schema says against the answer that is shown."""
    operation = next(one for path in schema()["paths"].values() for one in path.values()
                     if isinstance(one, dict) and one.get("operationId") == example.operation)  # fmt: skip
    content = operation["responses"][str(example.status)].get("content", {})
    text = isinstance(example.answer, str)
    told = next((of["schema"] for of in content.values() if (of["schema"].get("type") == "string") == text), None)
    if example.answer is None:
        return [] if told is None else ["there is a body"]
    rules = strict({**(told or {"not": {}}), "components": schema()["components"]})
    return [one.message for one in jsonschema.Draft7Validator(rules).iter_errors(example.answer)]


def strangers(shown: Json, real: Json, at: str = "") -> list[str]:
    """Places of what is shown that the real answer does not have, or has as another kind of value."""
    if isinstance(shown, dict) and isinstance(real, dict):
        return [place for name, one in shown.items() for place in
                (strangers(one, real[name], f"{at}.{name}") if name in real else [f"{at}.{name}"])]  # fmt: skip
    if isinstance(shown, list) and isinstance(real, list):
        return [place for one in shown for place in strangers(one, real[0], f"{at}[]")] if shown and real else []
    same = shown is None or real is None or type(shown) is type(real)
    return [] if same else [f"{at} is {type(real).__name__}"]


def test_every_operation_has_an_example_and_every_example_an_operation() -> None:
    assert [one.id for one in OPERATIONS if not one.examples] == []
    assert {one.operation for one in EXAMPLES} - {one.id for one in OPERATIONS} == set()
    assert [one.id for one in subjects()] == [one.id for one in SUBJECTS], "say in SUBJECTS where the rest belongs"
    assert sum(len(methods) for methods in schema()["paths"].values()) == len(OPERATIONS) > 30


def test_every_parameter_and_every_field_of_a_body_says_what_it_means() -> None:
    silent = [f"{one.id} {field.name}" for one in OPERATIONS for field in (*one.parameters, *one.body)
              if not field.meaning and "." not in field.name]  # fmt: skip
    assert silent == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.operation} {one.status}")
def test_an_example_answers_as_it_says(cast: Cast, ada: User, client: Client, example: Example) -> None:
    client.force_login(ada)
    answer = asked(client, example, ids(cast))
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == example.status, body
    assert unfit(example) == []
    if isinstance(example.answer, str):
        told = [json.loads(line) for line in body.decode().splitlines()]
        assert told, "there is something to show"
        assert set(re.findall(r'^\{"(\w+)"|, "(\w+)": (?!\{)', example.answer))
        assert all(f'"{name}"' in body.decode() for name in re.findall(r'"(\w+)":', example.answer))
    elif example.answer is None:
        assert body == b""
    else:
        real = json.loads(body)
        assert real.get("results", True) if isinstance(real, dict) else real, "there is something to show"
        assert strangers(example.answer, real) == []


def test_a_text_in_an_example_means_itself_to_a_shell() -> None:
    hostile = 'it\'s $(touch x) `id` "$HOME" \\ ; & | * ~ \n€'
    example = Example("x", "", "functions/$FUNCTION/", {"q": hostile}, body={"reason": hostile}, method="POST")
    line = example.curl().replace("curl ", "printf '%s\\0' ", 1)
    known = {"FUNCTION": "0a", "FANLIGHT_URL": "https://x", "FANLIGHT_TOKEN": "t"}
    told = subprocess.run(["bash", "-c", line], env=known, capture_output=True, check=True).stdout.decode().split("\0")
    assert told[-2] == f"q={hostile}"
    assert json.loads(told[told.index("-d") + 1]) == {"reason": hostile}
    assert "https://x/api/v1/functions/0a/" in told
    with pytest.raises(ValueError, match="to a shell"):
        Example("x", "", "functions/$(id)/").curl()


def page(client: Client, **more: Any) -> str:
    answer = client.get(reverse("api-reference"), **more)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_page_shows_every_operation_with_its_role_and_lines(cast: Cast, client: Client) -> None:
    client.force_login(cast.viewer)
    html = page(client, headers={"host": "testserver"})
    for one in OPERATIONS:
        assert f'id="{one.id}"' in html
        assert f'href="#{one.id}"' in html
        assert all(line in unescape(html) for line in (example.curl() for example in one.examples))
    assert "needs the role <b>analyst</b>" in html
    assert "export FANLIGHT_URL=http://testserver\n" in unescape(html)


def test_a_reader_gets_the_ids_of_what_they_see_and_no_others(cast: Cast, client: Client) -> None:
    client.force_login(cast.viewer)
    assert f"FUNCTION={cast.functions['checkout'].uid}\n" in page(client)
    client.force_login(User.objects.create_user("nobody-yet", role=""))
    assert not [name for name in ("FUNCTION", "IDENTITY", "FINDING", "RUN") if f"{name}=" in page(client)]


def test_the_page_costs_few_queries(cast: Cast, client: Client) -> None:
    client.force_login(cast.viewer)
    page(client)
    with CaptureQueriesContext(connection) as sent:
        page(client)
    selects = [one["sql"] for one in sent.captured_queries if one["sql"].startswith("SELECT")]
    assert len(selects) == QUERIES, "\n".join(selects)


@pytest.fixture
def shell(transactional_db: None, live_server: Any) -> Any:
    """Runs lines in bash as somebody who copied them from the page, with what the page says to set first."""
    if not shutil.which("curl") and not os.environ.get("FANLIGHT_REQUIRE_SERVICES"):
        pytest.skip("curl is not installed")
    made = build_cast()
    owner = furnished(made)
    text = make_token(owner, "shell", "admin", now(), now() + timedelta(days=1))[1]
    known = {**ids(made), "FANLIGHT_TOKEN": text, "FANLIGHT_URL": live_server.url, "PATH": os.environ["PATH"]}

    def run(line: str, cwd: Any = None) -> str:
        done = subprocess.run(["bash", "-eu", "-c", line], env=known, cwd=cwd, capture_output=True, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    return run


def test_lines_run_in_a_shell_as_they_stand(shell: Any, tmp_path: Any) -> None:
    for example in EXAMPLES:
        told = shell(example.curl() + " -w '\\n%{http_code}'", tmp_path)
        assert told.rpartition("\n")[2] == str(example.status), (example.curl(), told[:500])
    assert [shell(KEEP, tmp_path) for _ in range(3)] == ["200\n", "304\n", "304\n"]
