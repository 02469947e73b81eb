"""`manage.py findings` and `manage.py rules`: rows for people and programs, and a gate for pipelines."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from inventory.models import Account
from tests.findings.toy import Put, reported, toy


@pytest.fixture(autouse=True)
def estate(account: Account, shelve: Put) -> None:
    shelve(toy())
    reported(account, shop=4096, store=1024, tidy=128, hall=None)


def ran(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_findings_are_listed_gravest_first() -> None:
    rows = json.loads(ran("findings", "--format", "json"))
    assert [(row["name"], row["severity"]) for row in rows] == [("shop", "critical"), ("store", "medium")]
    assert rows[0]["evidence"][0]["says"] == "4096 MiB"


def test_a_query_narrows_and_columns_choose() -> None:
    told = ran("findings", "severity:medium", "--format", "csv", "--columns", "name,severity,evidence")
    assert told.splitlines() == ["name,severity,evidence", "store,medium,1024 MiB"]


@pytest.mark.parametrize(("query", "gate"), [("", "high"), ("", "critical"), ("function:store", "medium")])
def test_the_gate_fails_on_what_is_open_and_bad_enough(query: str, gate: str) -> None:
    with pytest.raises(CommandError, match="open") as caught:
        ran("findings", query, "--fail-on", gate)
    assert caught.value.returncode == 1


@pytest.mark.parametrize(("query", "gate"), [("function:store", "high"), ("function:tidy", "info")])
def test_the_gate_lets_through_what_is_not(query: str, gate: str) -> None:
    ran("findings", query, "--fail-on", gate)


@pytest.mark.parametrize(
    "words", [("severity:bad",), ("--fail-on", "bad"), ("--sort", "colour"), ("--columns", "colour")]
)
def test_wrong_use_is_told_in_a_sentence(words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError) as caught:
        ran("findings", *words)
    assert caught.value.returncode == 2


def test_rules_are_listed_with_how_they_stand() -> None:
    [row] = json.loads(ran("rules", "--format", "json"))
    assert (row["id"], row["failing"], row["of"], row["unknown"]) == ("large", 2, 3, 1)
    assert "It has much memory" in ran("rules")


def test_judging_anew_says_how_many_are_open() -> None:
    assert "2 findings are open in 1 account" in ran("evaluate")
