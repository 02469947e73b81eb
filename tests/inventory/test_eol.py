"""The table of runtime dates: every row can be read, and says where it comes from."""

from __future__ import annotations

import csv
from datetime import date

from inventory.eol import TABLE, runtime_life


def test_every_row_has_its_dates_in_order_and_names_its_source() -> None:
    with TABLE.open(newline="") as source:
        rows = list(csv.DictReader(line for line in source if not line.startswith("#")))
    assert {row["provider"] for row in rows} == {"aws", "gcp", "azure"}
    for row in rows:
        life = runtime_life(row["provider"], row["runtime"])
        assert life is not None and life.source and life.gathered, row
        assert life.stops is None or life.stops >= life.ends, row
    named = [(row["provider"], row["runtime"]) for row in rows]
    assert len(set(named)) == len(named), "a runtime stands twice in the table"


def test_what_nobody_dates_is_not_known() -> None:
    assert runtime_life("aws", "cobol2029") is None
    assert runtime_life("aws", None) is None
    assert runtime_life("aws", "", {"ends": "soon"}) is None


def test_the_source_is_told_with_its_date() -> None:
    life = runtime_life("azure", "python|3.10")
    assert life is not None and life.ends == date(2026, 10, 1)
    assert life.told_by == "releaserun.com (dates from Microsoft), as of 2026-11-21"
