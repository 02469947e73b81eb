"""No cell of any export is a formula (OWASP, CSV injection), and each gives back what was kept.

Formulas stand in every text column that people or clouds fill (`planted.py`). Every route and command is walked:
one that answers with a file and is named nowhere here fails.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command, get_commands, load_command_class
from django.test import Client

from findings.columns import FINDING_COLUMNS
from findings.evaluate import judge_account
from inventory.clock import now
from inventory.columns import FUNCTION_COLUMNS
from inventory.models import Function, Tag, Trigger, Trust, User
from inventory.output import FORMULA, plain
from tests.cast import DAY_TWO, Cast
from tests.exports.planted import STARTS, WORDS, plant
from tests.routes import OBJECTS, address_of, routes
from tests.test_shape import OURS

Json = Any
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?")
EVERY_COLUMN = ",".join(column.name for column in FUNCTION_COLUMNS)
#: CSV: route → what to ask, and columns of which some cell must hold what was planted.
CSV = {
    "functions-csv": (f"?columns={EVERY_COLUMN}", {"name", "account", "tags", "owner", "triggers", "variable-names"}),
    "findings-csv": ("?q=state:open", {"name", "account", "region", "reason", "because", "evidence", "native-id"}),
    "exposure-csv": ("?tab=public", {"function", "account_name", "principal", "via", "condition"}),
    "compliance-csv": ("", {"account_name"}),
    "mending-csv": ("?days=all", {"name"}),
    "settings-audit-csv": ("", {"who", "name"}),
}
#: JSON in its shapes: texts stay as they are, for programs.
JSON = {
    "functions-jsonl": f"?columns={EVERY_COLUMN}", "findings-jsonl": "?q=state:open", "findings-ocsf": "?q=state:open",
    "findings-sarif": "?q=state:open", "exposure-jsonl": "?tab=public", "compliance-jsonl": "",
    "mending-jsonl": "?days=all", "api-findings-export": "?q=state:open&form=sarif",
}  # fmt: skip
#: Files of other shapes, that hold no rows of text for a spreadsheet.
OTHER = {"function-graph-file", "identity-graph-file", "function-revision", "sbom", "metrics", "api-schema",
         "account-permissions"}  # fmt: skip
#: What pages, pieces of them and the API answer with.
PAGES = {"text/html", "text/plain", "application/json", "application/problem+json"}
COMMANDS = {
    "access": ["{function}"], "accounts": ["list"], "can": ["{function}", "s3:GetObject"], "changes": [],
    "export": ["state:open"], "findings": ["state:open"], "history": ["{function}"], "identities": [], "rules": [],
    "search": [""],
}  # fmt: skip
#: Commands that act, or tell of themselves; they print with the same writer (`test_every_row_that_is_written_…`).
ACTING = {"collect", "configuration", "prune", "renormalize", "reseal", "restore_drill", "sbom"}


@pytest.fixture
def admin(cast: Cast, settings: Any) -> User:
    settings.EXPORTS_AN_HOUR = 0
    judge_account(cast.account, DAY_TWO)
    for fill in OBJECTS.values():
        fill(cast)
    Trust.objects.create(provider="aws", party="210987654321", reason="x", by=cast.analyst, by_name="x", at=DAY_TWO,
                         until=now() + timedelta(days=9))  # fmt: skip
    Tag.objects.create(function=Function.objects.get(name="mailer"), key="owner", value="x")
    Trigger.objects.create(function=Function.objects.get(name="mailer"), kind="x", source="x")
    return User.objects.create_user("ada", role="admin")


def body(answer: Any) -> str:
    told = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(told.decode())


def back(cell: str) -> str:
    """What stood in a cell before it was guarded."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'")[:1] in FORMULA else cell


def formulas(rows: list[list[str]]) -> list[str]:
    return [cell for row in rows for cell in row if cell[:1] in FORMULA and not NUMBER.fullmatch(cell)]


@pytest.mark.parametrize("start", STARTS, ids=repr)
def test_no_cell_of_csv_is_a_formula_and_each_gives_back_what_it_was(
    cast: Cast, admin: User, client: Client, start: str
) -> None:
    plant(start)
    client.force_login(User.objects.get(pk=admin.pk))
    for route in [one for one in routes() if one.name in CSV]:
        asked, expected = CSV[route.name]
        answer = client.get(address_of(route, cast) + asked)
        assert answer.status_code == 200, (route.name, answer.content)
        head, *rows = list(csv.reader(io.StringIO(body(answer), newline="")))
        assert formulas([head, *rows]) == [], route.name
        assert {len(row) for row in rows} == {len(head)}, route.name
        planted = {head[at] for row in rows for at, cell in enumerate(row) if back(cell).startswith(plain(start))}
        # The names of variables are kept one a line.
        assert expected - planted - ({"variable-names"} if "\n" in start else set()) == set(), (route.name, planted)


@pytest.mark.parametrize("start", ["=", "－", "\t="], ids=repr)
def test_json_keeps_texts_as_they_are(cast: Cast, admin: User, client: Client, start: str) -> None:
    plant(start)
    client.force_login(User.objects.get(pk=admin.pk))
    for route in [one for one in routes() if one.name in JSON]:
        answer = client.get(address_of(route, cast) + JSON[route.name])
        assert answer.status_code == 200, route.name
        told = body(answer)
        lines = [told] if "sarif" in answer["Content-Type"] else told.splitlines()
        texts = [text for line in lines for text in _texts(json.loads(line))]
        assert any(text.startswith(start) for text in texts), route.name
        assert not any(text.startswith(f"'{start}") for text in texts), route.name


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def test_every_route_that_gives_a_file_is_walked_here(cast: Cast, admin: User, client: Client) -> None:
    client.force_login(admin)
    found = set()
    for route in routes():
        if route.foreign or "GET" not in (route.needs or {}):
            continue
        answer = client.get(address_of(route, cast))
        kind = answer.get("Content-Type", "").partition(";")[0]
        if answer.status_code == 200 and ("Content-Disposition" in answer or kind not in PAGES):
            found.add(route.name)
    assert found - {*CSV, *JSON, *OTHER} == set(), "say above what is in it, or why it is no list"
    assert {*CSV, *JSON} - found == set(), "there is no such route"


def csv_commands() -> set[str]:
    """Commands that can print CSV, with those that have it in an action of theirs."""
    ours = {name for name, app in get_commands().items() if app in ("config", "inventory", "collectors", "findings")}
    return {
        name for name in ours if _prints_csv(load_command_class(get_commands()[name], name).create_parser("x", name))
    }


def _prints_csv(parser: Any) -> bool:
    return any(
        any(map(_prints_csv, one.choices.values())) if isinstance(one.choices, dict) else "csv" in (one.choices or ())
        for one in parser._actions
    )


def test_every_command_that_prints_csv_is_walked_here() -> None:
    assert csv_commands() == {*COMMANDS, *ACTING}


@pytest.mark.parametrize("start", ["=", "＠", "\t=", "-"], ids=repr)
def test_no_cell_that_a_command_prints_is_a_formula(
    cast: Cast, admin: User, start: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(start)
    planted = set()
    for name, given in COMMANDS.items():
        out = io.StringIO()
        words = [word.replace("{function}", cast.functions["thumbnails"].uid) for word in given]
        call_command(name, *words, format="csv", stdout=out)
        rows = list(csv.reader(io.StringIO(out.getvalue(), newline="")))
        assert formulas(rows) == [], name
        if any(plain(start + WORDS)[:20] in cell for row in rows for cell in row):
            planted.add(name)
    # These tell of rules, of one question, of sections that changed: of none of what was planted.
    assert set(COMMANDS) - planted == {"rules", "can", "history"}


def test_every_row_that_is_written_as_csv_goes_through_the_guard() -> None:
    known = re.compile(r"writerow\((\[cell\(|COLUMNS\)|columns\)|\[column\.name for column in \w+\]\))")
    calls = [(path.name, line) for path in OURS for line in path.read_text().splitlines() if "writerow(" in line]
    assert [call for call in calls if not known.search(call[1])] == []
    assert len(calls) > 10
    assert all(column.name[0].isalpha() for column in (*FINDING_COLUMNS, *FUNCTION_COLUMNS))
