"""When a runtime's support ends, from a dated table; a cloud's own live answer wins where it gives one."""

import csv
from datetime import date
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "tables" / "runtimes.csv"


@cache
def _dates() -> dict[tuple[str, str], date]:
    with TABLE.open(newline="") as source:
        rows = csv.DictReader(line for line in source if not line.startswith("#"))
        return {(row["provider"], row["runtime"]): date.fromisoformat(row["ends"]) for row in rows if row["ends"]}


def runtime_end_of_life(provider: str, runtime: str | None) -> date | None:
    """The day on which the cloud stops (or stopped) patching the runtime; None when the table does not say."""
    return _dates().get((provider, runtime)) if runtime else None
