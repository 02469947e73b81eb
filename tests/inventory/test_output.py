"""Rows as table, JSON, JSON lines and CSV."""

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from inventory.output import print_rows

ROWS: list[dict[str, object]] = [
    {"name": "a", "count": 1, "at": datetime(2026, 3, 2, tzinfo=UTC), "list": ["x", "y"], "more": {"k": None}},
    {"name": "b\x1b[31m\n", "count": None, "public": True},
]
COLUMNS = ("name", "count", "at", "list")


def printed(rows: list[dict[str, object]], format: str) -> str:
    out = io.StringIO()
    assert print_rows(rows, COLUMNS, format, out) == len(rows)
    return out.getvalue()


def test_json_is_one_array_and_holds_all_of_a_row() -> None:
    told = json.loads(printed(ROWS, "json"))
    assert told[0]["more"] == {"k": None}
    assert told[0]["at"] == "2026-03-02T00:00:00+00:00"
    assert told[1]["name"] == "b\x1b[31m\n"
    assert json.loads(printed([], "json")) == []


def test_json_lines_hold_a_row_each() -> None:
    lines = printed(ROWS, "jsonl").splitlines()
    assert [json.loads(line)["count"] for line in lines] == [1, None]


def test_a_table_lines_up_and_lets_no_name_steer_the_terminal() -> None:
    lines = printed(ROWS, "table").splitlines()
    assert lines[0].split() == ["NAME", "COUNT", "AT", "LIST"]
    assert "\x1b" not in lines[2]
    assert len(lines) == 3
    assert lines[1].index("1") == lines[0].index("COUNT")


@pytest.mark.parametrize("name", ["=1+1", "+x", "-x()", "@x", "\t=1", "\r=1"])
def test_no_cell_of_csv_is_a_formula(name: str) -> None:
    rows = list(csv.reader(io.StringIO(printed([{"name": name, "count": -5}], "csv"))))
    assert rows[0] == list(COLUMNS)
    assert rows[1][0][0] not in "=+-@\t\r"
    assert rows[1][1] == "-5"


def test_a_fault_before_the_first_row_prints_nothing() -> None:
    out = io.StringIO()
    for format in ("table", "json", "jsonl", "csv"):
        with pytest.raises(ZeroDivisionError):
            print_rows(({"n": 1 / 0} for _ in range(2)), ("n",), format, out)
    assert out.getvalue() == ""
