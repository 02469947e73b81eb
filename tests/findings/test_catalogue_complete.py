"""Every entry of the rule catalogue is decided by a rule, or the documentation says why not."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from findings.catalogue import catalogue

ROOT = Path(__file__).parents[2]
#: The catalogue stands beside the repository, and not everywhere.
REFERENCE = ROOT.parent / "shared" / "reference" / "rules.csv"
NOT_BUILT = ROOT / "docs" / "rules-not-built.md"
ENTRY = re.compile(r"\b[A-Z]{3}-\d{2}g?\b")


def rows() -> list[str]:
    """The first cell of each line of the table: entries, and whether they are left out in part only."""
    lines = NOT_BUILT.read_text().splitlines()
    return [line.split("|")[1] for line in lines if line.startswith("| ") and ENTRY.search(line.split("|")[1])]


def decided() -> set[str]:
    return {entry for rule in catalogue().values() for entry in rule.catalogue}


def test_every_entry_is_decided_or_explained() -> None:
    if not REFERENCE.exists():
        pytest.skip("the rule catalogue (shared/reference/rules.csv) does not stand beside this repository")
    with REFERENCE.open(newline="") as file:
        entries = {row["id"] for row in csv.DictReader(file)}
    assert len(entries) == 158, "the catalogue has another number of entries than it says"
    explained = {entry for row in rows() for entry in ENTRY.findall(row)}
    assert sorted(entries - decided() - explained) == [], "neither a rule decides these nor a reason is given"
    assert sorted((decided() | explained) - entries) == [], "the catalogue knows no such entries"


def test_what_is_left_out_whole_is_decided_by_no_rule_and_what_in_part_by_some() -> None:
    whole = {entry for row in rows() if "in part" not in row for entry in ENTRY.findall(row)}
    partly = {entry for row in rows() if "in part" in row for entry in ENTRY.findall(row)}
    assert sorted(whole & decided()) == [], "a rule decides these now: they are left out in part, or not at all"
    assert sorted(partly - decided()) == [], "no rule decides these: they are left out whole"


def test_every_control_of_the_lambda_benchmark_is_decided() -> None:
    told = {control for rule in catalogue().values() for control in rule.standards}
    wanted = {f"cis-aws-compute:4.{number}" for number in range(1, 13)}
    assert sorted(wanted - told) == []
