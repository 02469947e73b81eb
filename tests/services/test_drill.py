"""A backup that was never restored is none: the drill is done here as an operator does it."""

import json
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config import drill as drilling
from inventory.models import Account, Resource
from tests.cast import build_cast


@pytest.fixture(autouse=True)
def on_postgresql(broker: str) -> None:
    """The same wants as the other tests with servers."""


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{connection.settings_dict['NAME']}_%"]
        )
        return {name for (name,) in cursor.fetchall()}


def test_everything_is_there_after_a_restore_and_nothing_is_left_behind(tmp_path: Path) -> None:
    build_cast()
    before, told, kept = databases(), StringIO(), tmp_path / "good.dump"
    call_command("restore_drill", "--keep", str(kept), "--format", "json", stdout=told, stderr=StringIO())
    rows = {row["table"]: row["rows"] for row in json.loads(told.getvalue())}
    assert rows["inventory_resource"] == Resource.objects.count() > 5
    assert rows["inventory_account"] == Account.objects.count()
    assert kept.stat().st_size > 1000
    assert databases() == before


def test_a_row_that_is_missing_afterwards_fails_the_drill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_cast()
    before, count = databases(), drilling._counts

    def robbed(link: psycopg.Connection[object]) -> dict[str, int]:
        if "_drill_" in link.info.dbname:
            link.execute("DELETE FROM inventory_tag")
        return count(link)

    monkeypatch.setattr(drilling, "_counts", robbed)
    with pytest.raises(CommandError, match=r"inventory_tag: [1-9][0-9]* before, 0 after"):
        call_command("restore_drill", stdout=StringIO(), stderr=StringIO())
    assert databases() == before


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drilling, "TOOLS", ("pg_dump", "no-such-program"))
    with pytest.raises(CommandError, match="no-such-program cannot be found"):
        call_command("restore_drill")
