"""When a runtime's support ends, from a dated table; a cloud's own live answer wins where it gives one."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

Json = Any
TABLE = Path(__file__).parent / "tables" / "runtimes.csv"
LIVE = "the cloud's own list of runtimes"


@dataclass(frozen=True, slots=True)
class RuntimeLife:
    """How long a runtime lives: `ends` is the last day of its support, `stops` the day from which AWS lets nobody
    update such a function and Google may disable it (None: there is none, or nobody says).

    `source` says where the dates come from, `gathered` when they were taken from there (None: live, each reading).
    """

    ends: date
    stops: date | None
    source: str
    gathered: date | None = None

    @property
    def told_by(self) -> str:
        """Where the dates come from, and how old they are, in words."""
        return f"{self.source}, as of {self.gathered}" if self.gathered else self.source


@cache
def _table() -> dict[tuple[str, str], RuntimeLife]:
    with TABLE.open(newline="") as source:
        rows = csv.DictReader(line for line in source if not line.startswith("#"))
        return {(row["provider"], row["runtime"]): _life(row) for row in rows}


def _life(row: Mapping[str, str]) -> RuntimeLife:
    return RuntimeLife(
        date.fromisoformat(row["ends"]), _date(row["stops"]), row["source"], date.fromisoformat(row["gathered"])
    )


def runtime_life(provider: str, runtime: str | None, live: Mapping[str, Json] | None = None) -> RuntimeLife | None:
    """What is known of a runtime's end; None when neither the cloud nor the table says.

    `live` is the function's section `runtime_management`, which Google fills from its own list.
    """
    told = live or {}
    if ends := _date(told.get("ends")):
        return RuntimeLife(ends, _date(told.get("stops")), LIVE)
    return _table().get((provider, runtime)) if runtime else None


def _date(value: Json) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) and value else None
    except ValueError:
        return None
